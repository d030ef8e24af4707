"""Tracks as rows of a file: a row a fix, and rows of lines for what came as lines, so that an import joins the same.

An import lines up the rows of a track by their times, keeps lines as they came, and joins fixes between gaps
(recipes/tracks). So the first parts of a stored path are its lines, and the last ones come of its fixes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import shapely

from gridmap.services.exchange.exported import ATTRIBUTES
from gridmap.services.exchange.layers import LAYERS
from gridmap.services.exchange.recipes.tracks import stretches
from gridmap.services.exporting.rows import cells, columns_of, json_text
from gridmap.services.exporting.sheet import Part
from gridmap.store import exporting
from gridmap.store.engine import Session
from gridmap.store.exporting import TrackRow, Wanted


@dataclass(frozen=True, slots=True)
class _Line:
    """Parts of a path that are one row, and the time of that row."""

    shape: Any
    at: Any


def track_parts(session: Session, wanted: Wanted, zone: str) -> Iterator[Part]:
    """The rows of tracks, as cells."""
    clock = ZoneInfo(zone)
    for tracks in exporting.track_chunks(session, wanted):
        yield _part([row for track in tracks for row in _rows(track)], clock)


def _part(rows: list[tuple[Any, ...]], clock: ZoneInfo) -> Part:
    names = [*LAYERS["tracks"].field_names(), ATTRIBUTES, "shape"]
    columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)) if rows else {n: [] for n in names}
    shapes = np.empty(len(rows), dtype=object)
    shapes[:] = columns.pop("shape")
    return Part({name: cells(columns[name], clock) for name in columns_of(LAYERS["tracks"])}, shapes)


def _rows(track: TrackRow) -> Iterator[tuple[Any, ...]]:
    """(code, name, time, accuracy, attributes, shape): name and attributes stand in every row, whichever is first."""
    attributes = json_text(track.attributes)
    for line in _lines(track):
        yield track.code, track.name, line.at, None, attributes, line.shape
    points = shapely.points(track.lon, track.lat)
    for at, accuracy_m, point in zip(track.at, track.accuracy_m, points, strict=True):
        yield track.code, track.name, at, accuracy_m, attributes, point


def _lines(track: TrackRow) -> list[_Line]:
    """The rows of lines: at most two, since only the first and the last time of a track are known."""
    parts = [] if track.geom is None else list(track.geom.geoms)
    points = np.column_stack([track.lon, track.lat])
    at = np.array([None if t is None else t.replace(tzinfo=None) for t in track.at], dtype="datetime64[us]")
    lines = parts[: len(parts) - len(stretches(points, at))]
    if not lines:
        return []
    times = _times_of_lines(track)
    if len(times) == 1 or len(lines) == 1:
        return [_Line(shapely.MultiLineString(lines), times[-1])]
    return [_Line(shapely.MultiLineString(lines[:1]), times[0]), _Line(shapely.MultiLineString(lines[1:]), times[1])]


def _times_of_lines(track: TrackRow) -> list[dt.datetime | None]:
    """One or two times: what the fixes do not tell of begin and end. A line without a time leaves the end open."""
    begins = None if track.at and track.started_at == track.at[0] else track.started_at
    if track.ended_at is None:
        return [None] if begins is None else [begins, None]
    ends = None if track.at and track.ended_at == track.at[-1] else track.ended_at
    return list(dict.fromkeys(t for t in (begins, ends) if t is not None)) or [track.started_at]
