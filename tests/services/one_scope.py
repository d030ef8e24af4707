"""The two streets with a past, and what is left of them when all but one scope is taken away: what somebody sees of the
whole has to be what anybody would see of that.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import shapely
import sqlalchemy as sa
from sqlalchemy.orm import Session

from gridmap.store import audit, bulk, configuration, ids, incidents, plans
from gridmap.store.spatial import as_wkb, to_geom
from gridmap.store.tables import (
    Area,
    Assignment,
    Block,
    Building,
    Camera,
    Grid,
    GridOutline,
    Household,
    Incident,
    Post,
    Site,
    Street,
    Unit,
    Worker,
)
from tests.services import two_streets
from tests.services.two_streets import AREA_KM2, BEGUN, BLOCKS, COMMUNITIES, NOW, SCOPES, World, middle

LAST_AT = dt.datetime(2024, 5, 30, 3, tzinfo=dt.UTC)
STANDING = (Incident, Household, Unit, Site, Camera, Building)  # what stands or happens in a block


def add_history(world: World) -> None:
    """Thirty weeks before May: in each block another number a week, at other hours; and one a month of the month alone;
    one in each on 30 May.

    The numbers of a block are the same whatever else there is, so that a world without the others has the same. The
    first and the last day are those of every block: how far the data reach is a fact of the whole.
    """
    rows: list[tuple[Any, ...]] = []
    with world.store.write() as session:
        plan = plans.current(session, NOW)
        assert plan is not None
        grid_of = plans.assignment(session, plan.id)
        ids_of = dict(session.execute(sa.select(Block.code, Block.id)).all())
        for number, name in enumerate(BLOCKS):
            block = ids_of.get(f"Block-{name}")
            for week in range(30 if block is not None else 0):
                for nth in range(1 + (number * 5 + week * 3) % 4):
                    hours = (week * 7 + nth) * 24 + (number * 5 + nth * 7) % 24
                    at = dt.datetime(2023, 10, 1, 16, tzinfo=dt.UTC) + dt.timedelta(hours=hours)
                    is_month = week % 4 == 0 and nth == 0
                    rows.append((at, is_month, middle(name), block, grid_of.get(block)))
            if block is not None:
                rows.append((LAST_AT, False, middle(name), block, grid_of.get(block)))
        instants, months, points, block_ids, grid_ids = zip(*rows, strict=True)
        bulk.insert(session, Incident, {
            "case_number": incidents.next_case_numbers(session, 2023, len(rows)),
            "kind": [("order.noise", "order.theft", "help.other")[place % 3] for place in range(len(rows))],
            "occurred_at": [None if is_month else at for at, is_month in zip(instants, months, strict=True)],
            "occurred_on": [
                at.date().replace(day=1) if is_month else (at + dt.timedelta(hours=8)).date()
                for at, is_month in zip(instants, months, strict=True)
            ],
            "precision": ["month" if is_month else "minute" for is_month in months],
            "geom": two_streets._objects([shapely.Point(place) for place in points]),
            "block_id": block_ids, "grid_id": grid_ids,
            "plan_id": [None if grid is None else plan.id for grid in grid_ids],
            "configuration_version": [configuration.current(session)[0]] * len(rows),
        })  # fmt: skip
        audit.append(
            session, actor="local", action="import.incidents", entity="import_batch", entity_uid=ids.new_uid(),
            fields={}, secret=world.settings.secret(), at=BEGUN,
        )  # fmt: skip


def leave_only(world: World, scope: str) -> None:
    """Removes all that is not in a scope of whole blocks; the areas above it end where it ends."""
    _, names, _ = SCOPES[scope]
    kept = [f"Block-{name}" for name in names]
    with world.store.write() as session:
        blocks = session.scalars(sa.select(Block.id).where(Block.code.in_(kept))).all()
        gone = [sa.or_(model.block_id.is_(None), model.block_id.not_in(blocks)) for model in STANDING]
        for model, condition in zip(STANDING, gone, strict=True):
            session.execute(sa.delete(model).where(condition))
        columns = {name[0] for name in names}
        session.execute(sa.delete(Street).where(Street.name.not_in([f"Road-{column}" for column in columns])))
        _cut(session, Street, shapely.multilinestrings, names)
        session.execute(sa.delete(Assignment).where(Assignment.block_id.not_in(blocks)))
        session.execute(sa.delete(GridOutline).where(GridOutline.grid_id.not_in(sa.select(Assignment.grid_id))))
        session.execute(sa.delete(Post).where(Post.grid_id.not_in(sa.select(Assignment.grid_id))))
        session.execute(sa.delete(Worker).where(Worker.id.not_in(sa.select(Post.worker_id))))
        session.execute(sa.delete(Grid).where(Grid.id.not_in(sa.select(Assignment.grid_id))))
        session.execute(sa.delete(Block).where(Block.id.not_in(blocks)))
        _cut_areas(session, names)
        _cut_grids(session)


def _cut_areas(session: Session, names: tuple[str, ...]) -> None:
    columns = {name[0] for name in names}
    above = {"District-0", *(f"Comm-{one}" for one in columns), *(f"Street-{COMMUNITIES[one]}" for one in columns)}
    held = above | {f"Compound-{name}" for name in names}
    for level in ("compound", "community", "street"):
        session.execute(sa.delete(Area).where(Area.level == level, Area.code.not_in(held)))
    _cut(session, Area, shapely.multipolygons, names)


def _cut(session: Session, model: Any, collected: Callable[[list[Any]], Any], names: tuple[str, ...]) -> None:
    """Shapes end with these blocks."""
    shape = two_streets._union([two_streets._square(*BLOCKS[name], 1) for name in names])
    for key, geom in session.execute(sa.select(model.id, as_wkb(model.geom))).all():
        part = shapely.simplify(shapely.intersection(shapely.from_wkb(geom), shape), 0)  # no corner that is none
        session.execute(sa.update(model).where(model.id == key).values(geom=to_geom(collected([part]))))


def _cut_grids(session: Session) -> None:
    """What grids look like and hold, of the blocks that are left."""
    shapes = dict(zip(*two_streets._shapes(session), strict=True))
    for plan in session.scalars(sa.select(GridOutline.plan_id).distinct()).all():
        grid_of = plans.assignment(session, plan)
        rows = session.execute(sa.select(GridOutline.grid_id, GridOutline.area_km2).where(GridOutline.plan_id == plan))
        which = {grid: [block for block in grid_of if grid_of[block] == grid] for grid, _ in rows}
        geoms = [two_streets._union([shapes[one] for one in own]) for own in which.values()]
        plans.refresh_outlines(
            session, plan, grid_ids=list(which), geoms=two_streets._objects(geoms),
            blocks=[len(own) for own in which.values()], households=[4 * len(own) for own in which.values()],
            area_km2=[AREA_KM2 * len(own) for own in which.values()],
        )  # fmt: skip
