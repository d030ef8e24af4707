"""Taking a whole import back: what it brought goes, what it replaced returns, in one transaction or not at all."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from gridmap.config import Settings
from gridmap.domain.plans import State
from gridmap.errors import Conflict, GridmapError, NotFound
from gridmap.services import basemap
from gridmap.services.exchange.layers import LAYERS
from gridmap.services.exchange.on_basemap import is_on_basemap
from gridmap.services.exchange.recipes import RECIPES
from gridmap.services.exchange.recipes.settling import settle
from gridmap.services.incident_story import IMPORTED
from gridmap.store import audit, batches, before, importing, parties, project, undoing
from gridmap.store.batches import Batch
from gridmap.store.engine import Session, Store
from gridmap.store.tables import Block

# Layers whose rows others are placed by or counted in.
MOVES_OTHERS = {"areas", "blocks", "grids", "households"}
# What holds on to an import, in words: the table of the row that points.
HOLDERS = {
    "area": "areas below them",
    "block": "blocks",
    "grid": "grids",
    "building": "buildings",
    "household": "households",
    "unit": "units",
    "site": "sites",
    "camera": "cameras",
    "incident": "incidents",
    "post": "posts",
    "assignment": "entries of a grid plan",
    "block_lineage": "blocks cut from them",
    "grid_plan": "grid plans",
    "grid_outline": "outlines of a grid plan",
}


@dataclass(frozen=True, slots=True)
class Undone:
    """What was taken back: `removed` rows went, `restored` ones are again what they were before."""

    layer: str
    file: str
    removed: int
    restored: int
    warnings: tuple[str, ...] = field(default=())


def undo_batch(
    store: Store,
    settings: Settings,
    batch_uid: str,
    *,
    actor: str,
    now: dt.datetime,
    with_basemap: bool = True,
) -> Undone:
    """Take an import back as a whole, with an audit entry; the batch keeps its row, marked.

    Rows it brought are removed, rows it replaced get their old content, what had found a block or grid through it waits
    for one again, a first plan that it published goes with its grids, grids are counted again. Case numbers are not
    given out twice. Raises NotFound, and Conflict when later imports, plans, posts or incidents depend on it, naming
    them; then nothing was changed.
    """

    def work(session: Session) -> tuple[Batch, int, int, bool]:
        importing.let_one_in(session)
        batch = _required(session, batch_uid)
        _refuse_dependents(session, batch)
        is_drawn = is_on_basemap(session, batch)
        removed, restored = _take_back(session, batch, now)
        batches.set_undone(session, batch.id, actor=actor, at=now)
        audit.append(
            session,
            actor=actor,
            action="import.undone",
            entity="import_batch",
            entity_uid=batch.uid,
            fields={"layer": batch.layer, "removed": removed, "restored": restored},
            secret=settings.secret(),
            at=now,
        )
        return batch, removed, restored, is_drawn

    batch, removed, restored, is_drawn = store.transact(work)
    warnings: tuple[str, ...] = ()
    if with_basemap and is_drawn:
        warnings = _renew_basemap(store, settings)
    return Undone(batch.layer, batch.file_name, removed, restored, warnings)


def _required(session: Session, uid: str) -> Batch:
    batch = batches.get(session, uid)
    if batch is None or batch.layer not in LAYERS:
        raise NotFound(f"There is no import {uid}.", "Look it up: gridmap imports")
    if batch.undone_at is not None:
        raise Conflict(f"The import of {batch.file_name} was taken back already.", "Import the file again if need be.")
    return batch


def _models(batch: Batch) -> list[type[Any]]:
    """The tables whose rows a batch may have brought; grids without blocks bring one block each."""
    model = RECIPES[batch.layer].model
    return [model, Block] if batch.layer == "grids" else [model]


def _refuse_dependents(session: Session, batch: Batch) -> None:
    """Raises Conflict naming the first thing that was built on this import."""
    for model in _models(batch):
        for later, rows in before.replaced_later(session, model, batch.id).items():
            other = batches.by_id(session, later)
            name = other.file_name if other else "another file"
            raise _held(batch, f"{rows:,} of its rows were replaced by the later import of {name}", "Take that back")
    known = undoing.later_with_known_rows(session, batch.id, batch.layer)
    if known:
        raise _held(batch, f"the later import of {known[-1]} left out rows that were stored already", "Take that back")
    if batch.layer == "incidents":
        worked_on = undoing.worked_on_since(session, batch.id, batch.imported_at)
        if worked_on:
            raise _held(batch, f"{worked_on:,} of its incidents were worked on since", "Correct them one by one")
    _refuse_plans(session, batch)
    for model in _models(batch):
        for dependent in undoing.dependents(session, model, batch.id):
            what = HOLDERS.get(dependent.table, dependent.table)
            raise _held(batch, f"{dependent.rows:,} {what} came later and refer to it", "Take those back")


def _refuse_plans(session: Session, batch: Batch) -> None:
    for plan_id, name, state, published_at in undoing.plans_of(session, batch.id):
        is_first = state == State.PUBLISHED and published_at == batch.imported_at
        if state != State.DRAFT and not is_first:
            raise _held(batch, f"its plan '{name}' is {state}", "Put another plan in force")
        based = undoing.plans_based_on(session, plan_id)
        if based:
            raise _held(batch, f"the plan '{based[0]}' was made from its plan", "Take that back")
        placed = undoing.incidents_placed_since(session, plan_id, batch.id)
        if placed:
            raise _held(batch, f"{placed:,} incidents came later and are placed by its plan", "Take those back")


def _held(batch: Batch, why: str, cure: str) -> Conflict:
    return Conflict(f"The import of {batch.file_name} cannot be taken back: {why}.", f"{cure} first, or leave both.")


def _take_back(session: Session, batch: Batch, now: dt.datetime) -> tuple[int, int]:
    """Returns the rows of the layer that went and that came back."""
    model, *others = _models(batch)
    for plan_id, *_ in undoing.plans_of(session, batch.id):
        undoing.remove_plan(session, plan_id)
    if batch.layer == "areas":
        undoing.end_new_areas(session, batch.id, now.date())
    if batch.layer == "incidents":
        undoing.forget_lines(session, batch.id, batch.imported_at, IMPORTED)
        parties.take_back(session, batch.id)
    old = before.of_batch(session, model, batch.id)
    for table in (model, *others):
        undoing.loosen(session, table, batch.id)
    before.put_back(session, model, old)
    removed = undoing.remove(session, model, batch.id)
    for table in others:
        undoing.remove(session, table, batch.id)
    before.forget(session, batch.id)
    if undoing.is_empty(session):
        project.forget_place(session)
        return removed, len(old)
    found = project.get(session)
    if found is not None and found.projection is not None and (old or batch.layer in MOVES_OTHERS):
        settle(session, now, found.projection)
    return removed, len(old)


def _renew_basemap(store: Store, settings: Settings) -> tuple[str, ...]:
    """The rows are gone whatever becomes of the picture: a failure is told, not raised."""
    try:
        basemap.build(store, settings.basemap_dir)
    except GridmapError as error:
        return (f"All is taken back, but the base map could not be made anew: {error}",)
    return ()
