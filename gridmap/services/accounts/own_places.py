"""The places of an account, one by one: what its programs and screens may be narrowed to."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from gridmap.domain.access import Scope
from gridmap.services.accounts import rules
from gridmap.services.accounts.narrowing import Narrowing
from gridmap.services.posts import today
from gridmap.store import posts
from gridmap.store.accounts import AccountRow
from gridmap.store.engine import Session, Store
from gridmap.store.posts import PlaceRow

CHOSEN_ONE_BY_ONE = ("building", "compound")  # offered only where a post is held for the very one


@dataclass(frozen=True, slots=True)
class OwnPlace:
    """A place of an account: `depth` says below how many other places of its it stands."""

    kind: str  # area, grid or building
    code: str
    name: str
    depth: int


def held_places(session: Session, row: AccountRow) -> Scope:
    """What the posts of an account's person are for, of all days."""
    places = Scope()
    for held in () if row.worker_id is None else posts.holdings(session, row.worker_id):
        places |= held.scope
    return places


def own_places(store: Store, account_uid: str, *, now: dt.datetime) -> list[OwnPlace]:
    """Every area and grid of today that the account's posts reach, and each building and compound that one is for; a
    place stands below the one that holds it. Raises NotFound.
    """
    with store.read() as session:
        held = held_places(session, rules.required(session, account_uid))
        named = held.areas | held.buildings
        rows = [
            row
            for row in posts.places(session, today(session, now))
            if row.level not in CHOSEN_ONE_BY_ONE or row.code in named
        ]
        reached = Narrowing(session).of(held, _scope_of(rows))
        inside = [row for row in rows if row.code in getattr(reached, f"{_kind(row)}s")]
        above: dict[str, str | None] = posts.area_parents(session)
        above |= posts.areas_of_grids(session, [row.code for row in inside if row.level == "grid"])
        above |= posts.areas_of_buildings(session, [row.code for row in inside if row.level == "building"])
    return list(_as_tree(inside, above))


def _as_tree(rows: list[PlaceRow], above: dict[str, str | None]) -> Iterator[OwnPlace]:
    known = {row.code for row in rows}
    below: dict[str | None, list[PlaceRow]] = defaultdict(list)
    for row in rows:
        holder = above.get(row.code)
        below[holder if holder in known else None].append(row)
    waiting = [(row, 0) for row in reversed(below[None])]
    while waiting:
        row, depth = waiting.pop()
        yield OwnPlace(_kind(row), row.code, row.name or row.code, depth)
        waiting += [(each, depth + 1) for each in reversed(below[row.code])]


def _kind(row: PlaceRow) -> str:
    return row.level if row.level in ("grid", "building") else "area"


def _scope_of(rows: list[PlaceRow]) -> Scope:
    codes = {kind: frozenset(row.code for row in rows if _kind(row) == kind) for kind in ("area", "grid", "building")}
    return Scope(False, codes["area"], codes["grid"], codes["building"])
