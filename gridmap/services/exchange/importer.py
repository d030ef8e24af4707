"""Bringing a file in: read, check, place, store and audit, all of it or nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

from gridmap.config import Settings
from gridmap.errors import BadInput, Conflict, GridmapError, NotFound
from gridmap.services import basemap
from gridmap.services.exchange import sources
from gridmap.services.exchange.columns import choose
from gridmap.services.exchange.files import Source, open_source
from gridmap.services.exchange.job import Progress, Setting
from gridmap.services.exchange.layers import LAYERS, Layer
from gridmap.services.exchange.on_basemap import is_on_basemap
from gridmap.services.exchange.personal import left_out, require_no_constant
from gridmap.services.exchange.pieces import IN_PIECES, PIECE_ROWS, pieces
from gridmap.services.exchange.problems import Problems
from gridmap.services.exchange.reading import read_stream
from gridmap.services.exchange.reference import UNPLACED, source_crs
from gridmap.services.exchange.rejects import Rejects, check_target
from gridmap.services.exchange.report import Guess, Report
from gridmap.services.exchange.request import OpenFile, Piece, Request
from gridmap.services.exchange.rows import read_rows
from gridmap.services.exchange.storing import STEPS, Import
from gridmap.services.exchange.stream import ReadOptions
from gridmap.services.exchange.table import Table
from gridmap.services.exchange.watching import Watcher
from gridmap.services.privacy.sealer import cells_key
from gridmap.store import batches, configuration, project
from gridmap.store.engine import Store


class _TakenBack(Exception):
    """Ends a transaction that must leave nothing behind."""


def import_file(
    store: Store,
    settings: Settings,
    layer: str,
    path: Path,
    *,
    file_name: str | None = None,
    gpkg_layer: str | None = None,
    sheet: str | None = None,
    heading_rows: int | None = None,
    encoding: str | None = None,
    crs: str | None = None,
    mapping: Mapping[str, str] | None = None,
    source_name: str | None = None,
    save_source: str | None = None,
    rejects: Path | None = None,
    update: bool = False,
    accept: bool = False,
    dry_run: bool = False,
    into_demo: bool = False,
    progress: Progress | None = None,
    actor: str = "local",
    now: dt.datetime | None = None,
    with_basemap: bool = True,
) -> Report:
    """Import one file as one layer in one transaction, with one batch row and one audit entry.

    Bad rows refuse the file (RowsRefused, with the report) unless `rejects` names a file for them, which is written in
    a `dry_run` too, and where a person must say yes first (NotAccepted). Rows that are
    known already are not stored again; `update` replaces those whose source id is stored with other content.
    `mapping`: field -> column, "" for none, "=text" for one text in all rows. `source_name`: a saved source, whose
    mapping and reference system count where none are told here; `save_source` saves them under a name. `file_name`:
    what people call the file, where it is kept under another name. `accept`: what a plan would ask about is meant so.
    `now` defaults to the clock. A table of any length is read in little memory;
    of one in pieces, the database is held while it is read.
    The base map is made again after a layer that it shows, unless `with_basemap` is False.
    Raises BadFile, BadInput, CrsMismatch, TooLarge, NotFound (no such source), Conflict (the demo database), StoreBusy;
    then nothing was written.
    """
    options = ReadOptions(target=layer, layer=gpkg_layer, sheet=sheet, heading_rows=heading_rows, encoding=encoding)
    request = Request(
        layer_named(layer), path, options, crs, dict(mapping or {}), rejects, update, dry_run, accept,
        source_name, save_source, actor, file_name=file_name,
    )  # fmt: skip
    if rejects is not None:
        check_target(rejects, path)
    require_own_database(settings, into_demo=into_demo)
    tell = progress or _silent
    report = bring_in(store, settings, request, now or dt.datetime.now(dt.UTC), tell, into_demo=into_demo)
    if with_basemap and _is_drawn(store, report):
        _renew_basemap(store, settings, report, tell)
    return report


def bring_in(
    store: Store,
    settings: Settings,
    request: Request,
    now: dt.datetime,
    tell: Progress,
    *,
    into_demo: bool = False,
    watcher: Watcher | None = None,
) -> Report:
    """The import itself, from the file to the commit; see `import_file`. `watcher` looks on."""
    setting = _setting(store, settings, into_demo=into_demo)
    request = sources.applied(store, request)
    tell("Reading the file", 0, STEPS)
    source = open_source(request.path)
    stream = read_stream(source, request.options)
    if watcher is not None:
        watcher.look(stream.first, request)
    file = _understood(request, source, stream.first, now)
    tables = pieces(stream, request.layer.name)
    del stream  # so that memory gets back what has been walked through
    tell("Checking rows", 1, STEPS)
    checked = _checked(file, tables, setting)
    first = next(checked)  # a file of one piece is read and checked before the database is held
    taken = Rejects(request.rejects) if request.rejects is not None else nullcontext()
    try:
        with store.write() as session, taken as rejects:
            work = Import(session, settings, file, setting, rejects, tell, watcher)
            work.take(first)
            del first
            while (piece := next(checked, None)) is not None:
                work.take(piece)
                del piece  # before the next one is read
            work.finish()
            sources.save(session, settings, request, file, work.batch_id)
            if request.dry_run or not (file.report.stored or request.save_source):
                raise _TakenBack
    except _TakenBack:
        file.report.batch_uid = None
    return file.report


def layer_named(name: str) -> Layer:
    """Raises BadInput for a layer there is not."""
    if name not in LAYERS:
        raise BadInput(f"There is no layer '{name}'.", f"Layers are: {', '.join(LAYERS)}.")
    return LAYERS[name]


def _is_drawn(store: Store, report: Report) -> bool:
    if report.batch_uid is None:
        return False
    with store.read() as session:
        batch = batches.get(session, report.batch_uid)
        return batch is not None and is_on_basemap(session, batch)


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


def _setting(store: Store, settings: Settings, *, into_demo: bool) -> Setting:
    with store.read() as session:
        found = project.get(session)
        if found is None:
            raise NotFound("This database holds no project yet.", "Run `gridmap init`.")
        if found.is_demo and not into_demo:
            raise _demo_is_not_meant()
        version, content = configuration.current(session)
    return Setting(found.time_zone, version, content, cells_key(settings))


def _understood(request: Request, source: Source, first: Table, now: dt.datetime) -> OpenFile:
    """What the first rows of a file say about all of it: columns and reference system."""
    columns = choose(request.layer, first, request.mapping)
    require_no_constant(request.layer, columns)
    crs, remark = source_crs(first, request.crs)
    report = Report(request.layer.name, request.file_name or request.path.name, source.sha256, dry_run=request.dry_run)
    report.mapping = {**columns.chosen, **{name: f"={text}" for name, text in columns.constants.items()}}
    report.guesses = [Guess(name, columns.chosen[name]) for name in columns.guessed]
    report.source = request.source_name
    is_placed = first.shapes is not None or {"lon", "wkt"} & columns.chosen.keys()
    report.crs = crs.label if is_placed else UNPLACED
    remarks = [remark] if remark and is_placed else []
    report.notes = [*source.notes, *first.notes, *remarks, *columns.notes]
    personal = left_out(request.layer, first, columns)
    report.warnings = list(columns.warnings)
    if personal:
        listed = ", ".join(f"'{heading}'" for heading in personal)
        report.warnings.append(f"Not stored, because it looks personal: {listed}.")
    return OpenFile(request, columns, crs, report, now)


def _checked(file: OpenFile, tables: Iterator[Table], setting: Setting) -> Iterator[Piece]:
    """Every piece with all that can be known of it without the database."""
    layer, first_row = file.request.layer, 1
    for table in tables:
        problems = Problems(table.n)
        rows = read_rows(layer, table, file.columns, file.crs, setting, file.now, problems, file.report, first_row)
        is_whole = first_row == 1 and (table.n < PIECE_ROWS or layer.name not in IN_PIECES)
        first_row += table.n
        yield Piece(replace(table, notes=[]), rows, problems, is_whole)
        del table, rows, problems


def _silent(label: str, done: int, total: int) -> None:
    """Progress nobody looks at."""
