"""Reading KML (OGC 12-007r2): one row a placemark, whatever folder it lies in.

GDAL's LibKML turns Chinese names of data into underlines and then mixes them up; so this is read here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import shapely

from gridmap.errors import BadFile
from gridmap.services.exchange.files import Source
from gridmap.services.exchange.markup import Element, elements
from gridmap.services.exchange.table import Table, object_array

WANTED = frozenset({"Placemark"})
UNREADABLE = "the shape cannot be read"
TIMES = {"timestamp": ("TimeStamp", "when"), "begin": ("TimeSpan", "begin"), "end": ("TimeSpan", "end")}

COMBINED: dict[str, Callable[[list[Any]], Any]] = {
    "Point": shapely.multipoints,
    "LineString": shapely.multilinestrings,
    "Polygon": shapely.multipolygons,
}

Cells = dict[str, object]
Positions = list[tuple[float, float]]


def read_kml(source: Source, folder: str | None) -> Table:
    """All placemarks, or those of one folder and the folders in it; their data as columns.

    Raises BadFile: not well-formed, no such folder, no placemarks.
    """
    cells: list[Cells] = []
    shapes: list[shapely.Geometry | None] = []
    broken: dict[int, str] = {}
    folders: set[str] = set()
    with source.stream() as stream:
        for placemark in elements(stream, WANTED, source.name):
            path = _folders(placemark)
            folders.update(path)
            if folder is not None and folder not in path:
                continue
            try:
                shapes.append(_shape(placemark))
            except ValueError:
                shapes.append(None)
                broken[len(cells)] = UNREADABLE
            cells.append(_cells(placemark, path))
    if not cells:
        raise _nothing(source, folder, folders)
    headings = list(dict.fromkeys(heading for row in cells for heading in row))
    columns = {heading: object_array([row.get(heading) for row in cells]) for heading in headings}
    return Table(len(cells), columns, shapes=object_array(shapes), crs="EPSG:4326", crs_is_implied=True, broken=broken)


def _nothing(source: Source, folder: str | None, folders: set[str]) -> BadFile:
    if folder is not None and folders:
        return BadFile(f"{source.name} has no folder '{folder}'.", f"Its folders are: {', '.join(sorted(folders))}.")
    return BadFile(f"{source.name} has no placemarks.", "If it only links to other files, give these.")


def _folders(placemark: Element) -> list[str]:
    """The names of the folders around a placemark, the outermost first."""
    names: list[str] = []
    around = placemark.parent
    while around is not None:
        if around.name == "Folder" and (name := around.text_at("name")):
            names.insert(0, name)
        around = around.parent
    return names


def _cells(placemark: Element, path: Sequence[str]) -> Cells:
    """What a placemark says of itself; its own data come after what KML fixes, and win over it."""
    cells: Cells = {
        "id": placemark.attributes.get("id"),
        "name": placemark.text_at("name"),
        "description": placemark.text_at("description"),
        "address": placemark.text_at("address"),
        "folder": "/".join(path) or None,
        **{heading: placemark.text_at(*names) for heading, names in TIMES.items()},
    }
    cells = {heading: value for heading, value in cells.items() if value is not None}
    extended = placemark.child("ExtendedData")
    for element in extended.walk() if extended else ():
        heading = element.attributes.get("name")
        if heading and element.name == "Data":
            cells[heading] = element.text_at("value")
        elif heading and element.name == "SimpleData":
            cells[heading] = element.text.strip() or None
    return cells


def _shape(element: Element) -> shapely.Geometry | None:
    """The shape of a placemark; None where it has none. Raises ValueError when it cannot be read."""
    shapes = [read(child) for child in element.children if (read := READERS.get(child.name))]
    return _collected(shapes)


def _collected(shapes: list[Any]) -> shapely.Geometry | None:
    """One shape as itself, several of a kind as one of many parts, others as a collection."""
    if len(shapes) < 2:
        return shapes[0] if shapes else None
    kinds = {shape.geom_type for shape in shapes}
    combine = COMBINED.get(kinds.pop()) if len(kinds) == 1 else None
    return combine(shapes) if combine else shapely.GeometryCollection(shapes)


def _multi(element: Element) -> shapely.Geometry:
    shape = _shape(element)
    if shape is None:
        raise ValueError("an empty MultiGeometry")
    return shape


def _point(element: Element) -> shapely.Geometry:
    return shapely.Point(_positions(element.text_at("coordinates"))[0])


def _line(element: Element) -> shapely.Geometry:
    return shapely.LineString(_positions(element.text_at("coordinates")))


def _polygon(element: Element) -> shapely.Geometry:
    outer = _positions(element.text_at("outerBoundaryIs", "LinearRing", "coordinates"))
    inner = [
        _positions(ring.text_at("coordinates"))
        for boundary in element.children
        if boundary.name == "innerBoundaryIs"
        for ring in boundary.children
    ]
    return shapely.Polygon(outer, inner)


def _track(element: Element) -> shapely.Geometry:
    """A gx:Track as the line of its places."""
    places = [child.text.split() for child in element.children if child.name == "coord"]
    return shapely.LineString([(float(x), float(y)) for x, y, *_ in places])


def _positions(text: str | None) -> Positions:
    """Longitudes and latitudes; heights are left out. Raises ValueError for what is no position, or none at all."""
    found: Positions = []
    for word in (text or "").split():
        x, y, *_ = word.split(",")
        found.append((float(x), float(y)))
    if not found:
        raise ValueError("no coordinates")
    return found


READERS: dict[str, Callable[[Element], shapely.Geometry]] = {
    "Point": _point,
    "LineString": _line,
    "LinearRing": _line,
    "Polygon": _polygon,
    "MultiGeometry": _multi,
    "Track": _track,
    "MultiTrack": _multi,
}
