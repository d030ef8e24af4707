"""Posts: who holds which role where and when, as rows and as what a person's posts reach."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from gridmap.domain.access import TITLES, Holding, Scope
from gridmap.store import bulk, ids
from gridmap.store.tables import Account, Area, Block, Building, Grid, Post, Worker


@dataclass(frozen=True, slots=True)
class PostRow:
    """A post with the names of its place and people. Of area, grid and building one is set: codes, of a building its
    uid. Both days are in; None: open. `holder_uid` None: vacant.
    """

    id: int
    uid: str
    title: str
    area_code: str | None
    area_name: str | None
    area_level: str | None
    grid_code: str | None
    grid_name: str | None
    building_uid: str | None
    building_name: str | None
    compound_name: str | None
    stairwell: str | None
    holder_uid: str | None
    holder_name: str | None
    deputy_uid: str | None
    deputy_name: str | None
    valid_from: dt.date | None
    valid_to: dt.date | None


@dataclass(frozen=True, slots=True)
class WorkerRow:
    """Somebody who does the work; `account` is the name they sign in by."""

    id: int
    uid: str
    name: str
    account: str | None


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """An area (`level` of the tree), a grid ("grid") or a building ("building") that a post may be held for.

    `code` is a building's uid there. `within` is the community of a grid, the compound of a building, the parent of
    an area.
    """

    id: int
    level: str
    code: str
    name: str
    within: str | None


_holder, _deputy = aliased(Worker), aliased(Worker)
_compound = aliased(Area)


def holdings(session: Session, worker_id: int) -> tuple[Holding, ...]:
    """The posts that a person holds or is the deputy of, of all days. A post without a known title gives nothing."""
    rows = session.execute(
        sa.select(
            Post.role, Post.worker_id, Area.code, Grid.code, Building.uid, Post.valid_from, Post.valid_to
        )
        .outerjoin(Area, Area.id == Post.area_id)
        .outerjoin(Grid, Grid.id == Post.grid_id)
        .outerjoin(Building, Building.id == Post.building_id)
        .where(sa.or_(Post.worker_id == worker_id, Post.deputy_id == worker_id))
        .order_by(Post.id)
    )
    return tuple(
        Holding(TITLES[title], _scope(area, grid, building), begin, end, is_deputy=holder != worker_id)
        for title, holder, area, grid, building, begin, end in rows
        if title in TITLES
    )


def all_rows(
    session: Session,
    *,
    on: dt.date | None = None,
    worker_id: int | None = None,
    uid: str | None = None,
    post_id: int | None = None,
) -> list[PostRow]:
    """Posts by place and title: all, or those of a day, of a person, of a uid, of an id."""
    conditions = list(_valid_on(on))
    if worker_id is not None:
        conditions.append(sa.or_(Post.worker_id == worker_id, Post.deputy_id == worker_id))
    if uid is not None:
        conditions.append(Post.uid == uid)
    if post_id is not None:
        conditions.append(Post.id == post_id)
    rows = session.execute(_select().where(*conditions)).all()
    found = [PostRow(*row) for row in rows]
    return sorted(found, key=_by_place)


def add_rows(session: Session, columns: Mapping[str, Sequence[Any]]) -> list[str]:
    """Store n posts -> their uids. Raises Conflict for one without exactly one place."""
    uids = ids.new_uids(len(columns["role"]))
    bulk.insert(session, Post, {**columns, "uid": uids})
    return uids


def end(session: Session, post_ids: Collection[int], valid_to: dt.date) -> None:
    """Let posts end with a day."""
    numbers = sorted(post_ids)
    bulk.update(session, Post, np.array(numbers, np.int64), {"valid_to": [valid_to] * len(numbers)})


def change(session: Session, post_id: int, values: Mapping[str, Any]) -> None:
    """Set columns of one post."""
    session.execute(sa.update(Post).where(Post.id == post_id).values(**values))


def keys_at(session: Session, places: Collection[tuple[str, int]]) -> list[tuple[Any, ...]]:
    """The posts at places, (column, id) each: id, title, column, place, holder, deputy, stairwell, first, last day."""
    found: list[tuple[Any, ...]] = []
    for column in ("area_id", "grid_id", "building_id"):
        wanted = {place for name, place in places if name == column}
        place = Post.__table__.c[column]
        rows = session.execute(
            sa.select(
                Post.id, Post.role, place, Post.worker_id, Post.deputy_id, Post.stairwell, Post.valid_from,
                Post.valid_to,
            ).where(place.is_not(None))
        )  # fmt: skip
        found += [(row[0], row[1], column, *row[2:]) for row in rows if row[2] in wanted] if wanted else []
    return found


def place_id(session: Session, kind: str, code: str) -> int | None:
    """The id of an area (the one without an end, else the last) or grid of a code, or of a building of a uid."""
    if kind == "area":
        found = sa.select(Area.id).where(Area.code == code).order_by(Area.valid_to.is_not(None), Area.valid_to.desc())
        return session.scalar(found.limit(1))
    if kind == "grid":
        return session.scalar(sa.select(Grid.id).where(Grid.code == code))
    return session.scalar(sa.select(Building.id).where(Building.uid == code))


def workers(session: Session) -> list[WorkerRow]:
    """Everybody who is active, by name."""
    rows = session.execute(
        sa.select(Worker.id, Worker.uid, Worker.name, Account.name)
        .outerjoin(Account, Account.worker_id == Worker.id)
        .where(Worker.active)
    )
    return sorted((WorkerRow(*row) for row in rows), key=lambda row: (row.name, row.id))


def worker(session: Session, uid: str) -> WorkerRow | None:
    """The person of a uid."""
    row = session.execute(
        sa.select(Worker.id, Worker.uid, Worker.name, Account.name)
        .outerjoin(Account, Account.worker_id == Worker.id)
        .where(Worker.uid == uid)
    ).one_or_none()
    return None if row is None else WorkerRow(*row)


def add_workers(session: Session, names: Sequence[str]) -> list[int]:
    """Store people -> their ids."""
    columns: dict[str, Sequence[Any]] = {"name": list(names), "active": [True] * len(names)}
    return [int(number) for number in bulk.insert(session, Worker, columns)]


def places(session: Session, on: dt.date) -> list[PlaceRow]:
    """Every place a post may be held for on a day: areas, then grids, then buildings."""
    parent = aliased(Area)
    begun = sa.or_(Area.valid_from.is_(None), Area.valid_from <= on)
    lasting = sa.or_(Area.valid_to.is_(None), Area.valid_to >= on)
    found: list[Any] = [
        sa.select(Area.id, Area.level, Area.code, Area.name, parent.name)
        .outerjoin(parent, parent.id == Area.parent_id)
        .where(begun, lasting)
        .order_by(Area.code),
        sa.select(Grid.id, sa.literal("grid"), Grid.code, Grid.name, Area.name)
        .outerjoin(Area, Area.id == Grid.community_id)
        .order_by(Grid.code),
        sa.select(Building.id, sa.literal("building"), Building.uid, _building_name(), Area.name)
        .outerjoin(Area, Area.id == Building.compound_id)
        .order_by(Building.id),
    ]
    return [PlaceRow(*row) for query in found for row in session.execute(query)]


def holders_of_grids(
    session: Session, titles: Collection[str], on: dt.date
) -> set[tuple[int, str]]:
    """(grid id, title) of the posts in grids that somebody holds on a day."""
    rows = session.execute(
        sa.select(Post.grid_id, Post.role).where(
            Post.grid_id.is_not(None), Post.worker_id.is_not(None), Post.role.in_(titles), *_valid_on(on)
        )
    )
    return {(int(grid or 0), title) for grid, title in rows}


def area_parents(session: Session) -> dict[str, str | None]:
    """Area code -> code of the area above it, of the areas that have no end or ended last."""
    parent = aliased(Area)
    rows = session.execute(
        sa.select(Area.code, parent.code)
        .outerjoin(parent, parent.id == Area.parent_id)
        .order_by(Area.valid_to.is_(None), Area.valid_to, Area.id)
    )
    return dict(rows.all())


def areas_of_grids(session: Session, codes: Iterable[str]) -> dict[str, str | None]:
    """Grid code -> code of its community."""
    rows = session.execute(
        sa.select(Grid.code, Area.code)
        .outerjoin(Area, Area.id == Grid.community_id)
        .where(Grid.code.in_(list(codes)))
    )
    return dict(rows.all())


def areas_of_buildings(session: Session, uids: Iterable[str]) -> dict[str, str | None]:
    """Building uid -> code of its compound, else of the community of its block."""
    compound, community = aliased(Area), aliased(Area)
    rows = session.execute(
        sa.select(Building.uid, sa.func.coalesce(compound.code, community.code))
        .outerjoin(compound, compound.id == Building.compound_id)
        .outerjoin(Block, Block.id == Building.block_id)
        .outerjoin(community, community.id == Block.community_id)
        .where(Building.uid.in_(list(uids)))
    )
    return dict(rows.all())


def _by_place(row: PostRow) -> tuple[str, str, int]:
    return row.area_code or row.grid_code or row.compound_name or "", row.title, row.id


def _select() -> Any:
    names = [field.name for field in fields(PostRow)]
    values = [
        Post.id, Post.uid, Post.role, Area.code, Area.name, Area.level, Grid.code, Grid.name,
        Building.uid, _building_name(), _compound.name, Post.stairwell,
        _holder.uid, _holder.name, _deputy.uid, _deputy.name, Post.valid_from, Post.valid_to,
    ]  # fmt: skip
    return (
        sa.select(*(value.label(name) for name, value in zip(names, values, strict=True)))
        .outerjoin(Area, Area.id == Post.area_id)
        .outerjoin(Grid, Grid.id == Post.grid_id)
        .outerjoin(Building, Building.id == Post.building_id)
        .outerjoin(_compound, _compound.id == Building.compound_id)
        .outerjoin(_holder, _holder.id == Post.worker_id)
        .outerjoin(_deputy, _deputy.id == Post.deputy_id)
    )


def _building_name() -> sa.ColumnElement[str | None]:
    """What a building is called: its name, its number in the compound, or street and door number."""
    street = sa.func.coalesce(Building.street_name, "") + sa.func.coalesce(Building.door_number, "")
    return sa.func.coalesce(Building.name, Building.number, street)


def _valid_on(on: dt.date | None) -> list[sa.ColumnElement[bool]]:
    if on is None:
        return []
    return [
        sa.or_(Post.valid_from.is_(None), Post.valid_from <= on),
        sa.or_(Post.valid_to.is_(None), Post.valid_to >= on),
    ]


def _scope(area: str | None, grid: str | None, building: str | None) -> Scope:
    return Scope(
        areas=frozenset(filter(None, [area])),
        grids=frozenset(filter(None, [grid])),
        buildings=frozenset(filter(None, [building])),
    )
