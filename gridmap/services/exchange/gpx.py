"""Reading GPX 1.0 and 1.1 (topografix.com/GPX/1/1): tracks, routes or waypoints, as the layer asks.

A track with times comes as its points, one row each; a track without any time as one row with its path. A code is made
of the file's name, the track's place in it and its first time: what a device calls its tracks is seldom unique.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import shapely

from gridmap.errors import BadFile
from gridmap.services.exchange.files import Source
from gridmap.services.exchange.layers import LAYERS, Shape
from gridmap.services.exchange.markup import Element, elements
from gridmap.services.exchange.table import Table, object_array

WANTED = frozenset({"trkpt", "rtept", "wpt", "trkseg", "trk", "rte"})
NO_POSITION = "lat or lon is no position"
TOO_SHORT = "a path needs two points"
NOT_KEPT = ("ele", "speed", "course", "extensions", "hdop", "vdop", "pdop")


@dataclass(frozen=True, slots=True)
class Fix:
    """One point as it stands in the file; `x`, `y` are NaN where they are no numbers."""

    x: float
    y: float
    time: str | None
    accuracy_m: str | None = None

    @property
    def is_placed(self) -> bool:
        return self.x == self.x and self.y == self.y


@dataclass(slots=True)
class Way:
    """A track or a route: its own texts and its stretches of points."""

    texts: dict[str, str | None]
    stretches: list[list[Fix]]

    @property
    def fixes(self) -> list[Fix]:
        return [fix for stretch in self.stretches for fix in stretch]


@dataclass(slots=True)
class Content:
    """What a file holds. `left_out`: what its points tell that no layer keeps."""

    tracks: list[Way] = field(default_factory=list)
    routes: list[Way] = field(default_factory=list)
    waypoints: list[tuple[Fix, dict[str, object]]] = field(default_factory=list)
    left_out: set[str] = field(default_factory=set)
    empty: int = 0  # tracks and routes without points

    def listed(self) -> str:
        empty = f" (and {self.empty} without points)" if self.empty else ""
        return f"{len(self.tracks)} tracks, {len(self.routes)} routes{empty} and {len(self.waypoints)} waypoints"


@dataclass(slots=True)
class _Rows:
    """Rows in the making."""

    columns: dict[str, list[object]]
    shapes: list[shapely.Geometry | None] = field(default_factory=list)
    broken: dict[int, str] = field(default_factory=dict)

    def add(self, shape: shapely.Geometry | None, fault: str, cells: Mapping[str, object]) -> None:
        if shape is None:
            self.broken[len(self.shapes)] = fault
        self.shapes.append(shape)
        for heading, cells_ in self.columns.items():
            cells_.append(cells.get(heading))


def read_gpx(source: Source, target: str) -> Table:
    """The tracks of a file for the layer tracks, its routes for other lines, else its waypoints.

    Raises BadFile: not well-formed, or nothing in it that the layer takes.
    """
    with source.stream() as stream:
        content = _content(elements(stream, WANTED, source.name))
    stem = Path(source.member.name if source.member else source.path.name.removesuffix(".gz")).stem
    layer = LAYERS.get(target)
    notes: list[str] = []
    if target == "tracks":
        rows = _track_rows(content, stem)
        if content.left_out and content.tracks:
            notes.append(f"Of the points of tracks these are not kept: {', '.join(sorted(content.left_out))}.")
    elif layer and Shape.LINE in layer.shapes and Shape.POINT not in layer.shapes:
        ways = content.routes or content.tracks
        rows = _path_rows(ways, stem)
        if ways and not content.routes:
            notes.append("The file has no routes; its tracks are read as such.")
    else:
        content.empty = 0  # nobody asked for ways
        rows = _waypoint_rows(content)
    if content.empty:
        notes.append(f"{content.empty} tracks or routes have no points: left out.")
    if not rows.shapes:
        raise BadFile(
            f"{source.name} has nothing for {target or 'points'}: it holds {content.listed()}.",
            "Tracks are imported as tracks or routes, waypoints as sites or incidents.",
        )
    return _table(rows, notes)


def _content(found: Iterable[Element]) -> Content:
    """Sort what comes into tracks, routes and waypoints; a segment and a way end after their points."""
    content = Content()
    stretch: list[Fix] = []
    stretches: list[list[Fix]] = []
    for element in found:
        match element.name:
            case "trkpt" | "rtept":
                stretch.append(_fix(element))
                content.left_out.update(child.name for child in element.children if child.name in NOT_KEPT)
            case "trkseg":
                stretches.append(stretch)
                stretch = []
            case "wpt":
                content.waypoints.append((_fix(element), _waypoint_cells(element)))
            case _:
                way = Way({tag: element.text_at(tag) for tag in ("name", "desc", "type")}, [*stretches, stretch])
                stretch, stretches = [], []
                if not way.fixes:
                    content.empty += 1
                else:
                    (content.tracks if element.name == "trk" else content.routes).append(way)
    return content


def _fix(element: Element) -> Fix:
    accuracy = next((e.text.strip() for e in element.walk() if e.name == "accuracy" and e.text.strip()), None)
    x, y = _number(element.attributes.get("lon")), _number(element.attributes.get("lat"))
    return Fix(x, y, element.text_at("time"), accuracy)


def _number(text: str | None) -> float:
    try:
        return float(text or "nan")
    except ValueError:
        return float("nan")


def _waypoint_cells(element: Element) -> dict[str, object]:
    kind = element.text_at("type") or element.text_at("sym")
    return {
        "name": element.text_at("name"),
        "type": kind,
        "time": element.text_at("time"),
        "description": element.text_at("desc"),
        "comment": element.text_at("cmt"),
        "symbol": element.text_at("sym") if element.text_at("sym") != kind else None,
        "ele": element.text_at("ele"),
        "src": element.text_at("src"),
    }


def _track_rows(content: Content, stem: str) -> _Rows:
    rows = _Rows({"code": [], "name": [], "time": [], "accuracy_m": [], "description": [], "type": []})
    for position, way in enumerate(content.tracks, 1):
        first = next((fix.time for fix in way.fixes if fix.time), None)
        code = f"{stem}#{position}" + (f"@{first}" if first else "")
        texts = {"code": code, "name": way.texts["name"], "description": way.texts["desc"], "type": way.texts["type"]}
        if first is None:
            rows.add(*_path(way), texts)
            continue
        for fix in way.fixes:
            cells = {**texts, "time": fix.time, "accuracy_m": fix.accuracy_m}
            rows.add(_point(fix), NO_POSITION, cells)
    return rows


def _path_rows(ways: Sequence[Way], stem: str) -> _Rows:
    rows = _Rows({"code": [], "name": [], "description": [], "type": []})
    for position, way in enumerate(ways, 1):
        name = way.texts["name"] or f"{stem} {position}"
        cells = {
            "code": f"{stem}#{position}",
            "name": name,
            "description": way.texts["desc"],
            "type": way.texts["type"],
        }
        rows.add(*_path(way), cells)
    return rows


def _waypoint_rows(content: Content) -> _Rows:
    headings = list(content.waypoints[0][1]) if content.waypoints else []
    used = [h for h in headings if any(cells[h] for _, cells in content.waypoints)]
    rows = _Rows({heading: [] for heading in used})
    for fix, cells in content.waypoints:
        rows.add(_point(fix), NO_POSITION, cells)
    return rows


def _point(fix: Fix) -> shapely.Point | None:
    return shapely.Point(fix.x, fix.y) if fix.is_placed else None


def _path(way: Way) -> tuple[shapely.Geometry | None, str]:
    """The stretches as lines; None and why, where there is no path or a point of it has no position."""
    if not all(fix.is_placed for fix in way.fixes):
        return None, NO_POSITION
    lines = [[(fix.x, fix.y) for fix in stretch] for stretch in way.stretches if len(stretch) > 1]
    if not lines:
        return None, TOO_SHORT
    return (shapely.LineString(lines[0]) if len(lines) == 1 else shapely.MultiLineString(lines)), ""


def _table(rows: _Rows, notes: list[str]) -> Table:
    columns = {heading: object_array(cells) for heading, cells in rows.columns.items()}
    return Table(
        len(rows.shapes),
        columns,
        shapes=object_array(rows.shapes),
        crs="EPSG:4326",
        crs_is_implied=True,
        broken=rows.broken,
        notes=notes,
    )
