"""What somebody may do is held between requests, and read again as soon as anything may have changed it."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from gridmap.config import Settings
from gridmap.domain.access import Action, Actor
from gridmap.services import accounts, posts
from gridmap.services.accounts import Presence, presence
from gridmap.services.accounts.acting import Present, read_present
from gridmap.services.posts import NewPost, PlaceKind, PostPlace
from gridmap.store import audit, bulk
from gridmap.store.engine import Session, Store
from gridmap.store.tables import Account, Area
from tests.services.accounts.people import NOW, People, later, people

STREET = PostPlace(PlaceKind.AREA, "01")
DAY = NOW.date()


@pytest.fixture
def told(store: Store, settings: Settings) -> People:
    with store.write() as session:
        bulk.insert(session, Area, {"code": ["01"], "name": ["新下陆街道"], "level": ["street"]})
    return people(store, settings)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The accounts that were read, in order."""
    found: list[str] = []

    def noted(session: Session, uid: str, now: dt.datetime) -> Present | None:
        found.append(uid)
        return read_present(session, uid, now)

    monkeypatch.setattr(presence, "read_present", noted)
    return found


def actor_of(held: Presence, told: People, epoch: int, now: dt.datetime = NOW) -> Actor:
    arrival = held.of(told.li, epoch, now=now)
    assert arrival is not None
    return arrival.present.actor


def append(told: People, action: str, entity: str) -> None:
    with told.store.write() as session:
        audit.append(
            session, actor="li.na", action=action, entity=entity, entity_uid=None, fields={},
            secret=told.settings.secret(), at=NOW,
        )  # fmt: skip


def test_it_is_read_once_while_others_work(told: People, read: list[str]) -> None:
    held, epoch = Presence(told.store), told.sign_in().epoch
    for action, entity in (("incident.received", "incident"), ("incident.opened", "incident"), ("", "")):
        assert not actor_of(held, told, epoch).holdings
        if action:
            append(told, action, entity)
    told.sign_in("audit.chief", "words that audit keeps")
    assert not actor_of(held, told, epoch).holdings
    assert read == [told.li]
    told.sign_in()  # her own: when she was here last
    actor_of(held, told, epoch)
    append(told, "import.areas", "import_batch")  # places of posts may have gone
    actor_of(held, told, epoch)
    actor_of(held, told, epoch, now=later(59))
    assert read == [told.li] * 3
    actor_of(held, told, epoch, now=later(61))
    assert read == [told.li] * 4


def test_a_post_counts_from_the_next_request_on(told: People) -> None:
    held, epoch = Presence(told.store), told.sign_in().epoch
    assert not actor_of(held, told, epoch).scope_for(Action.SEE_MAP, DAY)
    worker = accounts.account_named(told.store, "li.na", now=NOW).worker_uid
    post = posts.assign(
        told.store, told.settings, NewPost("grid_worker", STREET, worker), actor="security.chief", now=NOW
    )
    assert actor_of(held, told, epoch).scope_for(Action.SEE_MAP, DAY).areas == {"01"}
    posts.end(told.store, told.settings, post.uid, DAY, actor="security.chief", now=NOW)
    assert not actor_of(held, told, epoch).scope_for(Action.SEE_MAP, DAY + dt.timedelta(days=1))


def test_a_session_that_was_ended_is_nobody_s_at_once(told: People) -> None:
    held, epoch = Presence(told.store), told.sign_in().epoch
    actor_of(held, told, epoch)
    new = accounts.end_sessions(told.store, told.settings, told.li, actor="li.na", now=NOW)
    assert held.of(told.li, epoch, now=NOW) is None
    actor_of(held, told, new)
    with told.store.write() as session:  # by hand, without an entry
        session.execute(sa.update(Account).where(Account.uid == told.li).values(disabled_at=NOW))
    assert held.of(told.li, new, now=NOW) is None
    assert held.of("no such account", 0, now=NOW) is None


def test_who_read_an_older_state_is_given_nothing_of_the_newer_one(told: People) -> None:
    held, epoch = Presence(told.store), told.sign_in().epoch
    with told.store.read() as session:
        before = audit.head(session)
    append(told, "post.end", "post")
    actor_of(held, told, epoch)
    assert held._held_at(before) == {}
    assert held._held.keys() == {told.li}


def test_a_chain_that_was_replaced_makes_all_be_read_again(told: People, read: list[str]) -> None:
    """A backup was put back, and the chain has come as far again by other entries."""
    held, epoch = Presence(told.store), told.sign_in().epoch
    actor_of(held, told, epoch)
    held._head = (held._head[0], bytes(31) + b"x")
    actor_of(held, told, epoch)
    assert read == [told.li] * 2
