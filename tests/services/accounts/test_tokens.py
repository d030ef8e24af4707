"""Keys for programs: shown once, narrower than their account, ended by a day, by hand, and with the account.

The world: 新下陆街道 01 holds 青龙社区 0101, which holds the grids G1 and G2 (tests/services/small_world.py).
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from gridmap.config import Settings
from gridmap.domain.access import NOWHERE, WHOLE, Action, Admin, Scope
from gridmap.errors import BadInput, NotFound
from gridmap.services import accounts, posts
from gridmap.services.accounts import MadeToken, TokenInfo
from gridmap.services.posts import NewPost, PlaceKind, PostPlace
from tests.services import small_world
from tests.services.accounts.people import NOW, People, later, people

DAY = NOW.date()
MONTH = later(days=30)
STREET = PostPlace(PlaceKind.AREA, "01")
SEES = [Action.SEE_MAP, Action.SEE_INCIDENTS]


@pytest.fixture
def told(settings: Settings) -> People:
    """李娜 commands the street."""
    store = small_world.build(settings)
    found = people(store, settings)
    give(found, STREET, "commander")
    return found


def give(told: People, place: PostPlace, title: str) -> None:
    worker = accounts.account_named(told.store, "li.na", now=NOW).worker_uid
    posts.assign(told.store, told.settings, NewPost(title, place, worker), actor="security.chief", now=NOW)


def make(
    told: People, actions: list[Action] = SEES, scope: Scope | None = None, expires_at: dt.datetime = MONTH
) -> MadeToken:
    return accounts.make_token(
        told.store, told.settings, told.li, name="统计报表", actions=actions, scope=scope, expires_at=expires_at,
        actor="li.na", now=NOW,
    )  # fmt: skip


def test_a_token_may_do_its_actions_in_the_places_of_its_account(told: People) -> None:
    made = make(told)
    assert told.newest() == ("token.create", "li.na", made.info.uid)
    actor = accounts.actor_of_token(told.store, made.text, now=NOW)
    assert actor is not None and actor.name == "li.na"
    assert actor.scope_for(Action.SEE_MAP, DAY) == Scope(areas=frozenset({"01"}))
    assert actor.scope_for(Action.EXPORT, DAY) == NOWHERE  # the account may, the token may not
    assert accounts.actor(told.store, told.li, 0, now=NOW).scope_for(Action.EXPORT, DAY)  # type: ignore[union-attr]


def test_its_text_is_stored_nowhere(told: People) -> None:
    made = make(told)
    assert made.text.startswith("gm_") and len(made.text) > 40
    assert made.text not in repr(made)
    with told.store.read() as session:
        (digest,) = session.execute(sa.text("SELECT digest FROM api_token")).scalars()
    assert len(bytes(digest)) == 32 and made.text.encode() not in bytes(digest)
    assert accounts.actor_of_token(told.store, made.text[:-1], now=NOW) is None
    assert accounts.actor_of_token(told.store, "", now=NOW) is None


def test_a_narrower_scope_leaves_the_rest_out(told: People) -> None:
    for scope in (Scope(areas=frozenset({"0101"})), Scope(grids=frozenset({"G1"})), Scope(areas=frozenset({"01"}))):
        actor = accounts.actor_of_token(told.store, make(told, scope=scope).text, now=NOW)
        assert actor is not None
        assert actor.scope_for(Action.SEE_MAP, DAY) == scope


def test_what_the_account_loses_its_token_loses(told: People) -> None:
    made = make(told, scope=Scope(areas=frozenset({"0101"})))
    (post,) = posts.list_posts(told.store, worker_uid=accounts.account_named(told.store, "li.na", now=NOW).worker_uid)
    posts.end(told.store, told.settings, post.uid, DAY, actor="security.chief", now=NOW)
    give(told, PostPlace(PlaceKind.GRID, "G2"), "grid_worker")
    actor = accounts.actor_of_token(told.store, made.text, now=NOW)
    assert actor is not None
    tomorrow = DAY + dt.timedelta(days=1)
    assert actor.scope_for(Action.SEE_MAP, tomorrow) == Scope(grids=frozenset({"G2"}))


def test_no_token_reaches_beyond_its_account(told: People) -> None:
    wrong: list[dict[str, Any]] = [
        {"scope": Scope(areas=frozenset({"02"}))},
        {"scope": Scope(areas=frozenset({"01", "02"}))},
        {"scope": WHOLE},
        {"scope": NOWHERE},
        {"actions": []},
        {"actions": [Action.IMPORT]},
        {"actions": [Action.SEE_MAP, Action.USE_OWN_ACCOUNT]},
        {"actions": [Action.REVEAL]},
        {"expires_at": NOW},
        {"expires_at": later(days=367)},
    ]
    for wish in wrong:
        with pytest.raises(BadInput):
            make(told, **wish)
    assert accounts.tokens_of(told.store, told.li) == []


def test_a_token_ends_on_its_day_by_hand_and_with_its_account(told: People) -> None:
    first, second, third = make(told, expires_at=later(60)), make(told), make(told)
    assert accounts.actor_of_token(told.store, first.text, now=later(59)) is not None
    assert accounts.actor_of_token(told.store, first.text, now=later(60)) is None
    accounts.revoke_token(told.store, told.settings, told.li, second.info.uid, actor="li.na", now=NOW)
    assert told.newest() == ("token.revoke", "li.na", second.info.uid)
    assert accounts.actor_of_token(told.store, second.text, now=NOW) is None
    with pytest.raises(NotFound):
        accounts.revoke_token(
            told.store, told.settings, told.uids[Admin.AUDIT], third.info.uid, actor="audit.chief", now=NOW
        )
    assert accounts.actor_of_token(told.store, third.text, now=NOW) is not None
    accounts.disable(told.store, told.settings, told.li, actor="system.chief", now=NOW)
    assert accounts.actor_of_token(told.store, third.text, now=NOW) is None


def test_its_last_use_is_noted_to_ten_minutes(told: People) -> None:
    made = make(told)
    for seconds, noted in ((0, 0), (599, 0), (600, 600)):
        accounts.actor_of_token(told.store, made.text, now=later(seconds))
        assert accounts.tokens_of(told.store, told.li)[0].used_at == later(noted)


def test_an_administrators_token_has_no_places(told: People) -> None:
    auditor = told.uids[Admin.AUDIT]
    assert accounts.actions_for_token(told.store, auditor) == {Action.READ_AUDIT}
    made = accounts.make_token(
        told.store, told.settings, auditor, name="syslog", actions=[Action.READ_AUDIT], scope=None, expires_at=MONTH,
        actor="audit.chief", now=NOW,
    )  # fmt: skip
    actor = accounts.actor_of_token(told.store, made.text, now=NOW)
    assert actor is not None
    assert actor.scope_for(Action.READ_AUDIT, DAY) == WHOLE
    assert actor.scope_for(Action.SEE_MAP, DAY) == NOWHERE


def screen(told: People, scope: Scope | None = None, expires_at: dt.datetime = MONTH) -> TokenInfo:
    return accounts.make_screen(
        told.store, told.settings, told.li, name="大厅", scope=scope, expires_at=expires_at, actor="li.na", now=NOW
    )


def test_a_screen_sees_figures_of_its_places_until_it_is_ended(told: People) -> None:
    made = screen(told, Scope(grids=frozenset({"G1"})))
    assert told.newest() == ("screen.create", "li.na", made.uid)
    shown = accounts.screen(told.store, made.uid, now=NOW)
    assert shown is not None and (shown.name, shown.actor.name) == ("大厅", "li.na")
    assert shown.actor.scope_for(Action.SEE_MAP, DAY) == Scope(grids=frozenset({"G1"}))
    assert {action for action in Action if shown.actor.scope_for(action, DAY)} == {Action.SEE_MAP}
    assert [one.uid for one in accounts.screens(told.store, now=NOW)] == [made.uid]
    assert accounts.screen(told.store, made.uid, now=MONTH) is None
    accounts.revoke_screen(told.store, told.settings, made.uid, actor="security.chief", now=NOW)
    assert told.newest() == ("screen.revoke", "security.chief", made.uid)
    assert accounts.screen(told.store, made.uid, now=NOW) is None
    assert accounts.screens(told.store, now=NOW) == []


def test_a_screen_ends_with_its_account_and_is_no_token(told: People) -> None:
    made, token = screen(told), make(told).info
    assert accounts.screen(told.store, token.uid, now=NOW) is None
    with pytest.raises(NotFound):
        accounts.revoke_screen(told.store, told.settings, token.uid, actor="security.chief", now=NOW)
    with pytest.raises(BadInput):
        screen(told, Scope(areas=frozenset({"02"})))
    accounts.disable(told.store, told.settings, told.li, actor="system.chief", now=NOW)
    assert accounts.screen(told.store, made.uid, now=NOW) is None


def test_the_places_to_choose_from_are_those_of_the_posts(told: People) -> None:
    def places() -> list[tuple[str, str, int]]:
        return [
            (place.kind, place.code, place.depth) for place in accounts.own_places(told.store, told.li, now=NOW)
        ]

    assert places() == [("area", "01", 0), ("area", "0101", 1), ("grid", "G1", 2), ("grid", "G2", 2)]
    for place in accounts.own_places(told.store, told.li, now=NOW):
        scope = Scope(**{f"{place.kind}s": frozenset({place.code})})  # type: ignore[arg-type]
        assert make(told, scope=scope).info.scope == scope
    assert accounts.own_places(told.store, told.uids[Admin.AUDIT], now=NOW) == []
