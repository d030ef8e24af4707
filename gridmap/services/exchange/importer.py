"""Bringing a file in: read, check, place, store and audit, all of it or nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gridmap.config import Settings
from gridmap.errors import BadInput, Conflict, GridmapError, NotFound
from gridmap.services import basemap
from gridmap.services.exchange.columns import Columns, choose
from gridmap.services.exchange.coverage import check_coverage_of
from gridmap.services.exchange.extent import Extent, check_extent, first_extent, projection_of
from gridmap.services.exchange.files import open_source
from gridmap.services.exchange.job import Job, Progress, Rows, Setting
from gridmap.services.exchange.layers import LAYERS, Layer
from gridmap.services.exchange.problems import Problems
from gridmap.services.exchange.reading import read
from gridmap.services.exchange.recipes import RECIPES, Recipe
from gridmap.services.exchange.recipes.base import Status
from gridmap.services.exchange.reference import UNPLACED, source_crs
from gridmap.services.exchange.rejects import check_target, write_rejects
from gridmap.services.exchange.report import Guess, Report, RowsRefused
from gridmap.services.exchange.rows import read_rows
from gridmap.services.exchange.table import Table
from gridmap.store import audit, batches, configuration, ids, importing, project
from gridmap.store.engine import Session, Store

STEPS = 4


@dataclass(frozen=True, slots=True)
class Request:
    """What a person asks for: the file, how to read it, and what may happen to the database."""

    layer: Layer
    path: Path
    gpkg_layer: str | None = None
    crs: str | None = None
    mapping: Mapping[str, str] | None = None
    rejects: Path | None = None
    update: bool = False
    dry_run: bool = False
    actor: str = "local"


@dataclass(frozen=True, slots=True)
class Reading:
    """A file as read and checked by itself, before it meets the database."""

    request: Request
    table: Table
    columns: Columns
    crs_label: str
    rows: Rows
    problems: Problems
    report: Report
    setting: Setting


class _TakenBack(Exception):
    """Ends a transaction that must leave nothing behind."""


def import_file(
    store: Store,
    settings: Settings,
    layer: str,
    path: Path,
    *,
    gpkg_layer: str | None = None,
    crs: str | None = None,
    mapping: Mapping[str, str] | None = None,
    rejects: Path | None = None,
    update: bool = False,
    dry_run: bool = False,
    into_demo: bool = False,
    progress: Progress | None = None,
    actor: str = "local",
    now: dt.datetime | None = None,
    with_basemap: bool = True,
) -> Report:
    """Import one file as one layer in one transaction, with one batch row and one audit entry.

    Bad rows refuse the file (RowsRefused, with the report) unless `rejects` names a file for them. Rows that are
    known already are not stored again; `update` replaces those whose source id is stored with other content.
    `mapping`: field -> column, "" for none, "=text" for one text in all rows. `now` defaults to the clock.
    The base map is made again after a layer that it shows, unless `with_basemap` is False.
    Raises BadFile, BadInput, CrsMismatch, TooLarge, Conflict (the demo database), StoreBusy; then nothing was written.
    """
    if layer not in LAYERS:
        raise BadInput(f"There is no layer '{layer}'.", f"Layers are: {', '.join(LAYERS)}.")
    request = Request(LAYERS[layer], path, gpkg_layer, crs, mapping, rejects, update, dry_run, actor)
    if rejects is not None:
        check_target(rejects, path)
    now = now or dt.datetime.now(dt.UTC)
    tell = progress or _silent
    require_own_database(settings, into_demo=into_demo)
    setting = _setting(store, into_demo=into_demo)
    reading = _read(request, setting, now, tell)
    try:
        with store.write() as session:
            _store(session, settings, reading, now, tell)
            if dry_run or not reading.report.stored:
                raise _TakenBack
    except _TakenBack:
        reading.report.batch_uid = None
        return reading.report
    if with_basemap and request.layer.in_basemap:
        _renew_basemap(store, settings, reading.report, tell)
    return reading.report


def _renew_basemap(store: Store, settings: Settings, report: Report, tell: Progress) -> None:
    """The rows are stored whatever becomes of the picture: a failure is told, not raised."""
    try:
        basemap.build(store, settings.basemap_dir, on_progress=tell)
    except GridmapError as error:
        report.warnings.append(f"All is stored, but the base map could not be made anew: {error}")


def require_own_database(settings: Settings, *, into_demo: bool) -> None:
    """Raises Conflict when this is the demo's database and nobody said that it is meant."""
    if settings.is_demo and not into_demo:
        raise _demo_is_not_meant()


def _demo_is_not_meant() -> Conflict:
    return Conflict(
        "This is the demo district's database; your own data do not belong into it.",
        "Name a database of your own: GRIDMAP_DB=sqlite:////folder/my.db gridmap import ... (or --into-demo).",
    )


def _setting(store: Store, *, into_demo: bool) -> Setting:
    with store.read() as session:
        found = project.get(session)
        if found is None:
            raise NotFound("This database holds no project yet.", "Run `gridmap init`.")
        if found.is_demo and not into_demo:
            raise _demo_is_not_meant()
        version, content = configuration.current(session)
    return Setting(found.time_zone, version, content)


def _read(request: Request, setting: Setting, now: dt.datetime, tell: Progress) -> Reading:
    """All that can be known of a file without the database: no lock is held meanwhile."""
    tell("Reading the file", 0, STEPS)
    source = open_source(request.path)
    table = read(source, request.gpkg_layer)
    tell("Checking rows", 1, STEPS)
    columns = choose(request.layer, table, request.mapping or {})
    crs, remark = source_crs(table, request.crs)
    report = Report(request.layer.name, request.path.name, source.sha256, read=table.n, dry_run=request.dry_run)
    report.mapping = {**columns.chosen, **{name: f"={text}" for name, text in columns.constants.items()}}
    report.guesses = [Guess(name, columns.chosen[name]) for name in columns.guessed]
    problems = Problems(table.n)
    rows = read_rows(request.layer, table, columns, crs, setting, now, problems, report)
    is_placed = table.shapes is not None or {"lon", "wkt"} & columns.chosen.keys()
    report.crs = crs.label if is_placed else UNPLACED
    remarks = [remark] if remark and is_placed else []
    report.notes = [*source.notes, *table.notes, *remarks, *columns.notes, *report.notes]
    return Reading(request, table, columns, report.crs, rows, problems, report, setting)


def _store(session: Session, settings: Settings, reading: Reading, now: dt.datetime, tell: Progress) -> None:
    """The part inside the transaction: extent, references, known rows, rows stored, audit."""
    request, report, problems = reading.request, reading.report, reading.problems
    tell("Comparing with what is stored", 2, STEPS)
    importing.let_one_in(session)
    projection = _settle_extent(session, request.layer, reading)
    job = Job(
        session, request.layer, reading.rows, problems, report, reading.setting, projection, now, request.update,
        known_batches=[b.id for b in batches.by_digest(session, report.sha256, request.layer.name)],
    )  # fmt: skip
    recipe = RECIPES[request.layer.name](job)
    recipe.check()
    status = recipe.compare()
    fresh = np.flatnonzero(status != Status.KNOWN)
    check_coverage_of(job, fresh, recipe.levels())
    _count(report, problems, status)
    if problems and request.rejects is None:
        _refuse(report)
    tell("Storing", 3, STEPS)
    if report.stored:
        _store_rows(job, recipe, status, reading, settings)
    if request.rejects is not None and not request.dry_run:
        write_rejects(request.rejects, reading.table, problems)
    tell("Storing", STEPS, STEPS)


def _settle_extent(session: Session, layer: Layer, reading: Reading) -> str:
    """Check all places against the project's extent; set or widen it. Returns the projection."""
    shapes, problems = reading.rows.shapes, reading.problems
    found = project.get(session)
    if found is None or found.extent is None or found.projection is None:
        extent = first_extent(shapes, problems)
        if extent is None:
            return ""
        project.set_projection(session, projection_of(extent), extent.as_tuple())
        return projection_of(extent)
    before = Extent(*found.extent)
    after = check_extent(shapes, before, problems, widens=layer.widens)
    if after != before:
        project.widen_extent(session, after.as_tuple())
    return found.projection


def _count(report: Report, problems: Problems, status: np.ndarray) -> None:
    bad = problems.mask()
    report.bad = report.rejected = int(bad.sum())
    report.known = int((~bad & (status == Status.KNOWN)).sum())
    report.updated = int((~bad & (status == Status.CHANGED)).sum())
    report.stored = int((~bad & (status == Status.NEW)).sum()) + report.updated
    report.causes = problems.causes()
    if report.read != report.stored + report.known + report.rejected:
        raise RuntimeError(f"{report.read} rows were read, but {report.counts()} are accounted for.")


def _refuse(report: Report) -> None:
    report.stored = report.known = report.updated = 0
    report.rejected = report.read
    raise RowsRefused(report)


def _store_rows(job: Job, recipe: Recipe, status: np.ndarray, reading: Reading, settings: Settings) -> None:
    request, report = reading.request, job.report
    report.batch_uid = ids.new_uid()
    job.batch_id = batches.add(
        job.session,
        uid=report.batch_uid,
        layer=request.layer.name,
        file_name=report.file[-255:],
        file_sha256=report.sha256,
        source_crs=report.crs[:60],
        mapping=report.mapping,
        counts=report.counts(),
        imported_at=job.now,
        actor=request.actor,
        rejects_file=None if request.rejects is None else str(request.rejects)[-400:],
    ).id
    good = ~job.problems.mask()
    recipe.insert(np.flatnonzero(good & (status == Status.NEW)))
    recipe.change(np.flatnonzero(good & (status == Status.CHANGED)))
    recipe.finish(np.flatnonzero(good & (status != Status.KNOWN)))
    batches.set_counts(job.session, job.batch_id, report.counts())
    audit.append(
        job.session,
        actor=request.actor,
        action=f"import.{request.layer.name}",
        entity="import_batch",
        entity_uid=report.batch_uid,
        fields={"file_sha256": report.sha256, **report.counts()},
        secret=settings.secret(),
        at=job.now,
    )


def _silent(label: str, done: int, total: int) -> None:
    """Progress nobody looks at."""
