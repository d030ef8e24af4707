"""What a person asks of an import, and the file as it was understood: before any row meets the database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gridmap.services.exchange.columns import Columns
from gridmap.services.exchange.job import Rows
from gridmap.services.exchange.layers import Layer
from gridmap.services.exchange.problems import Problems
from gridmap.services.exchange.reference import SourceCrs
from gridmap.services.exchange.report import Report
from gridmap.services.exchange.stream import ReadOptions
from gridmap.services.exchange.table import Table


@dataclass(frozen=True, slots=True)
class Request:
    """What a person asks for: the file, how to read it, and what may happen to the database.

    `source_name`: the saved source whose mapping and reference system are used where none are told; `save_source`: the
    name to save this file's under. `is_tolerant`: bad rows are left out even where no file takes them (a preview).
    `file_name`: what people call the file, where it is kept under another name.
    """

    layer: Layer
    path: Path
    options: ReadOptions
    crs: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    rejects: Path | None = None
    update: bool = False
    dry_run: bool = False
    accept: bool = False
    source_name: str | None = None
    save_source: str | None = None
    actor: str = "local"
    is_tolerant: bool = False
    file_name: str | None = None


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A file as understood by its first rows: which columns are which fields, where its coordinates are measured."""

    request: Request
    columns: Columns
    crs: SourceCrs
    report: Report
    now: dt.datetime


@dataclass(frozen=True, slots=True)
class Piece:
    """Some rows as read and checked by themselves; the first has the number `rows.first_row`. `is_whole`: no others
    come.
    """

    table: Table
    rows: Rows
    problems: Problems
    is_whole: bool
