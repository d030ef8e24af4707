"""What depends on the rows of a batch, and taking them away: the foreign keys themselves are asked, none is forgotten.

Some links were made by the import without anybody asking for them: a block found its community, a building its block,
an incident its grid. Where the row that points is older than the batch, such a link is loosened; all else holds.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

import sqlalchemy as sa
from geoalchemy2 import Geometry
from sqlalchemy.orm import DeclarativeBase, Session

from gridmap.store.tables import Base, GridPlan, ImportBatch, ImportBefore, Incident, IncidentEvent

# Links that placing makes: table -> the columns that go together (an incident's grid and plan are set as one).
DERIVED: dict[str, dict[str, tuple[str, ...]]] = {
    "block": {"community_id": ("community_id",)},
    "grid": {"community_id": ("community_id",)},
    "building": {"block_id": ("block_id",)},
    "household": {"block_id": ("block_id",)},
    "unit": {"block_id": ("block_id",)},
    "site": {"block_id": ("block_id",)},
    "camera": {"block_id": ("block_id",)},
    "incident": {
        "block_id": ("block_id", "grid_id", "plan_id"),
        "grid_id": ("grid_id", "plan_id"),
        "plan_id": ("grid_id", "plan_id"),
    },
}
# Rows that go with the row they point at; what a person wrote there is asked for on its own.
GO_ALONG = {"area_alias", "building_alias", "fix", "incident_event", "party"}
RECEIVED = "received"  # the first line of an incident that came by itself


@dataclass(frozen=True, slots=True)
class Dependent:
    """`rows` rows of a table that hold on to rows of the batch by a column."""

    table: str
    column: str
    rows: int


def added(model: type[DeclarativeBase], batch_id: int) -> sa.Select[Any]:
    """The ids of the rows that a batch brought; those it only replaced are not among them."""
    table = cast(sa.Table, model.__table__)
    replaced = sa.select(ImportBefore.row_id).where(
        ImportBefore.batch_id == batch_id, ImportBefore.table_name == table.name
    )
    return sa.select(table.c.id).where(table.c.batch_id == batch_id, table.c.id.not_in(replaced))


def dependents(session: Session, model: type[DeclarativeBase], batch_id: int) -> list[Dependent]:
    """What holds on to the rows that a batch brought, beside the batch itself and links that can be loosened."""
    found = []
    for table, column in _pointing_at(model):
        if table.name in GO_ALONG:
            continue
        holds = column.in_(added(model, batch_id)) & ~_goes_with_it(table, batch_id)
        if column.name in DERIVED.get(table.name, {}):
            holds &= ~_is_older(table, batch_id)
        rows = session.scalar(sa.select(sa.func.count()).select_from(table).where(holds)) or 0
        if rows:
            found.append(Dependent(table.name, column.name, rows))
    return found


def loosen(session: Session, model: type[DeclarativeBase], batch_id: int) -> None:
    """Undo the links that placing made to the rows a batch brought."""
    for table, column in _pointing_at(model):
        together = DERIVED.get(table.name, {}).get(column.name)
        if together is not None:
            nothing: dict[str, Any] = dict.fromkeys(together)
            if table.name == "incident":
                nothing["is_doubtful"] = False
            session.execute(sa.update(table).where(column.in_(added(model, batch_id))).values(nothing))


def remove(session: Session, model: type[DeclarativeBase], batch_id: int) -> int:
    """Delete the rows that a batch brought -> how many."""
    table = cast(sa.Table, model.__table__)
    for beside, column in _pointing_at(model):
        if beside.name in GO_ALONG:  # by hand: it is said nowhere that triggers follow a cascade
            session.execute(sa.delete(beside).where(column.in_(added(model, batch_id))))
    done = session.execute(sa.delete(table).where(table.c.id.in_(added(model, batch_id))))
    return int(cast(sa.CursorResult[Any], done).rowcount)


def plans_of(session: Session, batch_id: int) -> list[tuple[int, str, str, dt.datetime | None]]:
    """The plans a batch wrote: id, name, state, when they were published."""
    columns = (GridPlan.id, GridPlan.name, GridPlan.state, GridPlan.published_at)
    rows = session.execute(sa.select(*columns).where(GridPlan.batch_id == batch_id).order_by(GridPlan.id))
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def plans_based_on(session: Session, plan_id: int) -> list[str]:
    """The names of the plans that were made from a plan."""
    return list(session.scalars(sa.select(GridPlan.name).where(GridPlan.based_on_id == plan_id).order_by(GridPlan.id)))


def incidents_placed_since(session: Session, plan_id: int, batch_id: int) -> int:
    """How many incidents that are younger than a batch carry the grid of one of its plans."""
    table = cast(sa.Table, Incident.__table__)
    later = (table.c.plan_id == plan_id) & ~_is_older(table, batch_id)
    return session.scalar(sa.select(sa.func.count()).select_from(table).where(later)) or 0


def remove_plan(session: Session, plan_id: int) -> None:
    """Delete a plan, its outlines and its assignment; incidents lose the grid they had by it."""
    nothing = {"grid_id": None, "plan_id": None, "is_doubtful": False}
    session.execute(sa.update(Incident).where(Incident.plan_id == plan_id).values(nothing))
    for name in ("grid_outline", "assignment"):
        table = Base.metadata.tables[name]
        session.execute(sa.delete(table).where(table.c.plan_id == plan_id))
    session.execute(sa.delete(GridPlan).where(GridPlan.id == plan_id))


def worked_on_since(session: Session, batch_id: int, at: dt.datetime) -> int:
    """How many of a batch's incidents have lines in their story that are younger than the batch."""
    mine = sa.select(Incident.id).where(Incident.batch_id == batch_id)
    query = sa.select(sa.func.count(sa.distinct(IncidentEvent.incident_id))).where(
        IncidentEvent.incident_id.in_(mine), IncidentEvent.at > at
    )
    return session.scalar(query) or 0


def forget_lines(session: Session, batch_id: int, at: dt.datetime, action: str) -> None:
    """Take the lines away that a batch itself wrote into the stories of the incidents it replaced."""
    replaced = sa.select(ImportBefore.row_id).where(
        ImportBefore.batch_id == batch_id, ImportBefore.table_name == Incident.__tablename__
    )
    session.execute(
        sa.delete(IncidentEvent).where(
            IncidentEvent.incident_id.in_(replaced), IncidentEvent.at == at, IncidentEvent.action == action
        )
    )


def later_with_known_rows(session: Session, batch_id: int, layer: str) -> list[str]:
    """The files of later imports of a layer that found rows known; some may have been this batch's."""
    query = sa.select(ImportBatch.file_name, ImportBatch.counts).where(
        ImportBatch.id > batch_id, ImportBatch.layer == layer, ImportBatch.undone_at.is_(None)
    )
    return [str(name) for name, counts in session.execute(query.order_by(ImportBatch.id)) if counts.get("known")]


def is_empty(session: Session) -> bool:
    """Whether no row of any layer is left."""
    tables = [table for table in Base.metadata.sorted_tables if any(_is_shape(column) for column in table.columns)]
    return all(session.execute(sa.select(table.c.id).limit(1)).first() is None for table in tables)


def end_new_areas(session: Session, batch_id: int, on: dt.date) -> None:
    """Give the areas a batch brought an end: of one code only one may have none, and the replaced one comes back."""
    table = Base.metadata.tables["area"]
    mine = table.c.id.in_(sa.select(table.c.id).where(table.c.batch_id == batch_id))
    session.execute(sa.update(table).where(mine, table.c.valid_to.is_(None)).values(valid_to=on))


def _pointing_at(model: type[DeclarativeBase]) -> Iterator[tuple[sa.Table, sa.Column[Any]]]:
    """Every foreign key to a table: the table it is in and its column."""
    target = cast(sa.Table, model.__table__).name
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if any(key.column.table.name == target for key in column.foreign_keys):
                yield table, column


def _is_shape(column: sa.Column[Any]) -> bool:
    return isinstance(column.type, Geometry)


def _goes_with_it(table: sa.Table, batch_id: int) -> sa.ColumnElement[bool]:
    """Whether a row that points is itself the batch's: it goes, or becomes again what it was before."""
    if "batch_id" in table.c:
        return sa.func.coalesce(table.c.batch_id == batch_id, sa.false())
    if "plan_id" in table.c:
        return table.c.plan_id.in_(sa.select(GridPlan.id).where(GridPlan.batch_id == batch_id))
    return sa.false()


def _is_older(table: sa.Table, batch_id: int) -> sa.ColumnElement[bool]:
    """Whether a row was there before the batch: it came by an earlier one, or by itself with an earlier first line."""
    older = sa.func.coalesce(table.c.batch_id < batch_id, sa.false())
    if table.name != "incident":
        return older
    imported_at = sa.select(ImportBatch.imported_at).where(ImportBatch.id == batch_id).scalar_subquery()
    received = sa.select(IncidentEvent.incident_id).where(
        IncidentEvent.action == RECEIVED, IncidentEvent.at < imported_at
    )
    return older | (table.c.batch_id.is_(None) & table.c.id.in_(received))
