"""Who may do what, where."""

from __future__ import annotations

import datetime as dt

import pytest

from gridmap.domain.access import ALLOWED, LOCAL, NOWHERE, TITLES, WHOLE, Action, Actor, Admin, Holding, Role, Scope

DAY = dt.date(2026, 6, 30)
STREET = Scope(areas=frozenset({"420204004"}))
GRID = Scope(grids=frozenset({"420204004006003"}))


def test_every_role_and_administrator_is_in_the_table() -> None:
    assert set(ALLOWED) == {*Role, *Admin}
    assert all(Action.USE_OWN_ACCOUNT in allowed for allowed in ALLOWED.values())
    assert {action for allowed in ALLOWED.values() for action in allowed} == set(Action)


def test_no_administrator_sees_a_record_and_no_two_share_a_power() -> None:
    records = {Action.SEE_MAP, Action.SEE_INCIDENTS, Action.REVEAL, Action.EXPORT, Action.IMPORT}
    powers = [ALLOWED[admin] - {Action.USE_OWN_ACCOUNT} for admin in Admin]
    assert all(not power & records for power in powers)
    assert sum(map(len, powers)) == len(frozenset().union(*powers))
    assert not frozenset().union(*powers) & frozenset().union(*(ALLOWED[role] for role in Role))


def test_what_posts_allow_is_open_where_they_are() -> None:
    person = Actor("a", holdings=(Holding(Role.COMMANDER, STREET), Holding(Role.GRID_WORKER, GRID)))
    assert person.scope_for(Action.EXPORT, DAY) == STREET
    assert person.scope_for(Action.AMEND_INCIDENT, DAY) == STREET | GRID
    assert person.scope_for(Action.IMPORT, DAY) == NOWHERE
    assert not person.scope_for(Action.READ_AUDIT, DAY)


@pytest.mark.parametrize(("day", "open_"), [(29, False), (30, True), (31, True), (32, False)])
def test_a_post_holds_from_its_first_to_its_last_day(day: int, open_: bool) -> None:
    first = dt.date(2026, 5, 30)
    post = Holding(Role.CLERK, STREET, first, first + dt.timedelta(days=1))
    on = dt.date(2026, 4, 30) + dt.timedelta(days=day)
    assert bool(Actor("a", holdings=(post,)).scope_for(Action.SEE_MAP, on)) is open_


def test_an_administrator_has_its_own_powers_everywhere_and_no_other() -> None:
    audit = Actor("a", admin=Admin.AUDIT)
    assert audit.scope_for(Action.READ_AUDIT, DAY) == WHOLE
    assert audit.scope_for(Action.MANAGE_POSTS, DAY) == NOWHERE


def test_scopes_unite() -> None:
    assert Scope(areas=STREET.areas, grids=GRID.grids) == STREET | GRID
    assert STREET | WHOLE == WHOLE
    assert not NOWHERE
    assert LOCAL.scope_for(Action.MANAGE_SETTINGS, DAY) == WHOLE


def test_titles_carry_roles() -> None:
    assert TITLES["stairwell_head"] is Role.GRID_WORKER
    assert {TITLES[role.value] for role in Role} == set(Role)
