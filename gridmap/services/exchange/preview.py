"""A look at an import before it happens: the same work with the same answers, and nothing stored."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gridmap.config import Settings
from gridmap.errors import GridmapError
from gridmap.services.exchange.importer import bring_in, layer_named, require_own_database
from gridmap.services.exchange.job import Progress
from gridmap.services.exchange.layers import PLACE_FIELDS, Field
from gridmap.services.exchange.report import Guess, Report
from gridmap.services.exchange.request import Request
from gridmap.services.exchange.stream import ReadOptions
from gridmap.services.exchange.watching import BadRow, Watcher
from gridmap.store.engine import Store


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would do.

    `mapping`: field -> column as far as columns were recognised or told, `guesses` those nobody told. `sample`: the
    first 20 rows as text, in the order of `headings`. `good`: lon float64[n], lat float64[n] of rows that would be
    stored (at most 5,000); `bad`: the first 1,000 bad rows. `fields`: what columns can be mapped to. `error`: why the
    file as a whole cannot be imported yet (a column is missing, a reference system must be told); then the counts are
    empty and `report` is None.
    """

    report: Report | None
    headings: list[str]
    mapping: dict[str, str]
    guesses: list[Guess]
    sample: list[list[str]]
    good: tuple[NDArray[np.float64], NDArray[np.float64]]
    bad: list[BadRow]
    fields: tuple[Field, ...]
    error: GridmapError | None = None


def preview(
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
    update: bool = False,
    accept: bool = False,
    into_demo: bool = False,
    progress: Progress | None = None,
    actor: str = "local",
    now: dt.datetime | None = None,
) -> Preview:
    """What `import_file` with the same options would do; bad rows are counted as if they went to a file of rejects.

    The database is held for writing while it runs. Raises as `import_file` where not even the headings can be read;
    what a person can cure by telling columns or the reference system is the answer's `error`.
    """
    target = layer_named(layer)
    require_own_database(settings, into_demo=into_demo)
    options = ReadOptions(target=layer, layer=gpkg_layer, sheet=sheet, heading_rows=heading_rows, encoding=encoding)
    request = Request(
        target, path, options, crs, dict(mapping or {}), update=update, dry_run=True, accept=accept,
        source_name=source_name, actor=actor, is_tolerant=True, file_name=file_name,
    )  # fmt: skip
    watcher = Watcher()
    report: Report | None = None
    error: GridmapError | None = None
    try:
        report = bring_in(
            store, settings, request, now or dt.datetime.now(dt.UTC), progress or _silent,
            into_demo=into_demo, watcher=watcher,
        )  # fmt: skip
    except GridmapError as caught:
        if not watcher.has_seen:
            raise
        error = caught
    seen = watcher.columns
    return Preview(
        report,
        watcher.headings,
        {**seen.chosen, **{name: f"={text}" for name, text in seen.constants.items()}},
        [Guess(name, seen.chosen[name]) for name in seen.guessed],
        watcher.sample,
        watcher.good,
        watcher.bad,
        (*target.fields, *(() if watcher.has_shapes else PLACE_FIELDS)),
        error,
    )


def _silent(label: str, done: int, total: int) -> None:
    """Progress nobody looks at."""
