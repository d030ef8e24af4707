"""What the base map is made of: the project's layers, arranged for drawing at every zoom.

A layer appears with the zoom at which the page begins to draw it (css and rules of the page: look of the map), so that
the first view fetches little. Zooms here are of tiles: the screen's zoom less one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from gridmap.services.basemap.borders import LEVELS, border_lines
from gridmap.services.basemap.names import map_name
from gridmap.services.basemap.tiling import TileLayer
from gridmap.store import places, project, tables
from gridmap.store.engine import Session
from gridmap.store.places import Layer

Progress = Callable[[str, int, int], None]

STREET_ZOOM = {"trunk": 5, "street": 10, "lane": 12, "path": 14}
GROUND_ZOOM = {"water": 4, "green": 8, "railway": 8}
CLOSE_ZOOM = 14  # walls, tracks, buildings
BLOCK_ZOOM = 13
BLOCK_PX = 24  # blocks this large on the screen are drawn before that
LABEL_ZOOM = {"district": 4, "street": 9, "community": 11, "compound": 15}
SITE_ZOOM = 13
NUMBER_ZOOM = 15


@dataclass(frozen=True, slots=True)
class Ground:
    """The project's layers as they are stored, shapes in EPSG:4326."""

    areas: Layer
    blocks: Layer
    ground: Layer
    streets: Layer
    buildings: Layer
    sites: Layer
    attribution: str | None


def read(session: Session) -> Ground:
    """All that the base map shows; areas and blocks that are no longer valid are left out."""
    about = project.get(session)
    return Ground(
        areas=_chosen(places.layer(session, tables.Area), "valid_to"),
        blocks=_chosen(places.layer(session, tables.Block), "closed_at"),
        ground=places.layer(session, tables.Ground),
        streets=places.layer(session, tables.Street),
        buildings=places.layer(session, tables.Building),
        sites=places.layer(session, tables.Site),
        attribution=about.attribution if about else None,
    )


def layers_of(ground: Ground) -> list[TileLayer]:
    """The tile layers: land, block, ground, street, border, building, and points to write names at."""
    return [
        _land(ground),
        _blocks(ground.blocks),
        _ground(ground.ground),
        _streets(ground.streets),
        _borders(ground.areas),
        _plain("building", ground.buildings, CLOSE_ZOOM),
        _area_names(ground.areas),
        _ground_names(ground.ground),
        _site_names(ground.sites),
        _numbers(ground.buildings),
    ]


def _chosen(layer: Layer, ended: str) -> Layer:
    """The rows that have a shape and have not ended."""
    keep = [shape is not None and end is None for shape, end in zip(layer.shapes, layer.columns[ended], strict=True)]
    index = np.flatnonzero(keep)
    return Layer({name: [values[i] for i in index] for name, values in layer.columns.items()}, layer.shapes[index])


def _layer(name: str, shapes: Sequence[Any], properties: Sequence[dict[str, Any]], zooms: Sequence[int]) -> TileLayer:
    array = np.empty(len(shapes), dtype=object)
    array[:] = shapes
    return TileLayer(name, array, properties, zooms)


def _plain(name: str, layer: Layer, zoom: int) -> TileLayer:
    """Shapes that are only drawn: no properties."""
    return TileLayer(name, layer.shapes, [{}] * len(layer), [zoom] * len(layer))


def _land(ground: Ground) -> TileLayer:
    """The ground the project stands on: its areas of the highest level with shapes, else its blocks, as one shape."""
    for level in LEVELS:
        shapes = ground.areas.shapes[[found == level for found in ground.areas.columns["level"]]]
        if len(shapes):
            break
    else:
        shapes = ground.blocks.shapes
    if not len(shapes):
        return _layer("land", [], [], [])
    return _layer("land", [shapely.union_all(shapely.make_valid(shapes))], [{}], [0])


def _blocks(layer: Layer) -> TileLayer:
    """Blocks as large as wards are seen from farther away than those of a town."""
    west, south, east, north = shapely.bounds(layer.shapes).reshape(-1, 4).T
    width_deg = np.sqrt((east - west) * (north - south) / np.cos(np.radians((south + north) / 2)))
    zooms = np.ceil(np.log2(BLOCK_PX * 360 / 512 / np.maximum(width_deg, 1e-9))).clip(0, BLOCK_ZOOM)
    return TileLayer("block", layer.shapes, [{}] * len(layer), [int(zoom) for zoom in zooms])


def _ground(layer: Layer) -> TileLayer:
    kinds = layer.columns["kind"]
    return TileLayer("ground", layer.shapes, [{"kind": kind} for kind in kinds], [_ground_zoom(kind) for kind in kinds])


def _ground_zoom(kind: str) -> int:
    return GROUND_ZOOM.get(kind, CLOSE_ZOOM)


def _streets(layer: Layer) -> TileLayer:
    """Stretches of one name and class joined to long lines, so that a name finds room along its street.

    A street that stands twice (once for each direction) becomes one.
    """
    stretches: dict[tuple[str, str], list[Any]] = {}
    names, classes = layer.columns["name"], layer.columns["street_class"]
    for name, street_class, shape in zip(names, classes, layer.shapes, strict=True):
        stretches.setdefault((street_class, name or ""), []).append(shape)
    joined = {key: shapely.line_merge(shapely.union_all(shapes)) for key, shapes in stretches.items()}
    return _layer(
        "street",
        list(joined.values()),
        [{"class": street_class, "name": name} for street_class, name in joined],
        [STREET_ZOOM.get(street_class, CLOSE_ZOOM) for street_class, _ in joined],
    )


def _borders(areas: Layer) -> TileLayer:
    lines = border_lines(areas.columns["level"], areas.shapes)
    zooms = [LABEL_ZOOM[level] - 1 for level in lines]
    return _layer("border", list(lines.values()), [{"kind": level} for level in lines], zooms)


def _area_names(areas: Layer) -> TileLayer:
    rows = [
        (_inside(shape), {"kind": level, "name": map_name(name)}, LABEL_ZOOM.get(level, CLOSE_ZOOM))
        for level, name, shape in zip(areas.columns["level"], areas.columns["name"], areas.shapes, strict=True)
    ]
    return _points("area_label", rows)


def _ground_names(layer: Layer) -> TileLayer:
    """A name once for all the pieces that carry it, in the largest."""
    largest: dict[tuple[str, str], Any] = {}
    for kind, name, shape in zip(layer.columns["kind"], layer.columns["name"], layer.shapes, strict=True):
        key = (kind, name or "")
        if name and (key not in largest or _size(shape) > _size(largest[key])):
            largest[key] = shape
    rows = [(_inside(shape), {"kind": k, "name": n}, max(9, _ground_zoom(k))) for (k, n), shape in largest.items()]
    return _points("ground_label", rows)


def _site_names(sites: Layer) -> TileLayer:
    kinds, names = sites.columns["kind"], sites.columns["name"]
    rows = [
        (_inside(shape), {"kind": kind, "name": name}, SITE_ZOOM)
        for kind, name, shape in zip(kinds, names, sites.shapes, strict=True)
    ]
    return _points("site_label", rows)


def _numbers(buildings: Layer) -> TileLayer:
    """A building's number in its compound, else its door number on the street."""
    numbers, doors = buildings.columns["number"], buildings.columns["door_number"]
    rows = [
        (_inside(shape), {"number": number or door}, NUMBER_ZOOM)
        for number, door, shape in zip(numbers, doors, buildings.shapes, strict=True)
        if number or door
    ]
    return _points("number_label", rows)


def _points(name: str, rows: Iterable[tuple[Any, dict[str, Any], int]]) -> TileLayer:
    kept = list(rows)
    return _layer(name, [row[0] for row in kept], [row[1] for row in kept], [row[2] for row in kept])


def _size(shape: Any) -> tuple[float, float]:
    return shape.area, shape.length


def _inside(shape: Any) -> Any:
    """A point to write a name at: of polygons the middle of the largest part, or well inside it where the middle is
    not; of lines half way along the longest.
    """
    part = max(shapely.get_parts(shape), key=_size)
    if part.geom_type == "Polygon":
        middle = shapely.centroid(part)
        if shapely.contains(part, middle):
            return middle
        line = shapely.maximum_inscribed_circle(part, tolerance=max(part.length / 400.0, 1e-7))
        return shapely.get_point(line, 0)
    if part.geom_type == "LineString":
        return shapely.line_interpolate_point(part, 0.5, normalized=True)
    return shapely.centroid(part)
