"""The shapes around the heat: the district's ground, streets, grids and names, read for one drawing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmap.geo import palettes
from gridmap.geo.projection import MERCATOR_HALF_M, to_web_mercator
from gridmap.geo.tiles import Surface, stretch
from gridmap.services.basemap.names import map_name
from gridmap.services.leaflet import CHINA
from gridmap.services.reporting.canvas import MercatorBounds
from gridmap.services.reporting.report import HeatReport
from gridmap.services.situation.area_tree import AreaTree
from gridmap.services.situation.heat import palette_of
from gridmap.store import places, tables
from gridmap.store.engine import Session

FRAME_SHARE = 0.04  # of the longer side, left free round the grids
HEAT_REACH = 4  # bandwidths: beyond them no heat is seen
DEGREE_M = 111_320  # one degree of latitude
NAMED_LEVELS = ("street", "community")
BORDERED_LEVELS = ("street", "district")

Degrees = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class HeatImage:
    """Densities [rows, cols] over their bounds, and the top of their scale."""

    values: NDArray[np.float32]
    bounds: MercatorBounds
    top: float

    def colored(self, values: NDArray[np.float32]) -> NDArray[np.uint8]:
        """Densities of any lattice -> rgba[rows, cols, 4]."""
        rgba: NDArray[np.uint8] = palette_of("light")[palettes.classify(values, self.top)]
        return rgba


@dataclass(frozen=True, slots=True)
class Name:
    """A name at a point inside its area; `level` is the area's."""

    text: str
    lon: float
    lat: float
    level: str


@dataclass(frozen=True, slots=True)
class Scene:
    """What is drawn: shapes in degrees by kind, areas by level, names, and the heat (None: no incidents)."""

    bounds: MercatorBounds
    ground: dict[str, NDArray[Any]]
    buildings: NDArray[Any]
    streets: dict[str, NDArray[Any]]
    grids: NDArray[Any]
    borders: dict[str, NDArray[Any]]
    names: tuple[Name, ...]
    heat: HeatImage | None

    @property
    def ground_m_per_mercator_m(self) -> float:
        """At the middle latitude, for the scale bar."""
        middle_y = (self.bounds[1] + self.bounds[3]) / 2
        lat = float(np.degrees(np.arctan(np.sinh(middle_y / MERCATOR_HALF_M * np.pi))))
        return 1.0 / float(stretch(lat)[0])


def read_scene(session: Session, report: HeatReport) -> Scene:
    """Everything for a drawing of the report, in the extent that its grids (else its incidents) fill."""
    degrees = view_of(report)
    ground, streets = places.layer(session, tables.Ground, degrees), places.layer(session, tables.Street, degrees)
    picture = report.picture
    layers = {level: _areas(picture.ground.areas, level) for level in {*NAMED_LEVELS, *BORDERED_LEVELS}}
    return Scene(
        bounds=_mercator(degrees),
        ground=_by_kind(ground.columns["kind"], ground.shapes),
        buildings=places.layer(session, tables.Building, degrees).shapes,
        streets=_by_kind(streets.columns["street_class"], streets.shapes),
        grids=np.array([row.geom for row in picture.ground.grids], dtype=object),
        borders={level: layers[level][1] for level in BORDERED_LEVELS},
        names=_names(layers),
        heat=heat_image(picture.surface(report.chosen, report.bandwidth_m), report.legend.max),
    )


def view_of(report: HeatReport) -> Degrees:
    """(west, south, east, north) of the grids, else of the incidents and their heat; China when there is neither."""
    rows = report.picture.ground.grids
    bounds = report.picture.heat.bounds
    least = 1e-3
    if rows:
        west, south, east, north = shapely.total_bounds(np.array([row.geom for row in rows], dtype=object))
    elif bounds is not None:
        west, south, east, north = bounds
        least = HEAT_REACH * report.bandwidth_m / DEGREE_M
    else:
        return report.picture.project.extent or CHINA
    frame = max(FRAME_SHARE * max(east - west, north - south), least)
    return float(west - frame), float(south - frame), float(east + frame), float(north + frame)


def heat_image(surface: Surface | None, top: float) -> HeatImage | None:
    """A surface on its own lattice, with its scale."""
    if surface is None:
        return None
    lattice = surface.lattice
    nodes, half = lattice.nodes, lattice.cell / 2
    west, north = nodes.x0 - half, nodes.y0 + half
    bounds = (west, north - lattice.rows * lattice.cell, west + lattice.cols * lattice.cell, north)
    return HeatImage(surface.values, bounds, top)


def _mercator(degrees: Degrees) -> MercatorBounds:
    west, south, east, north = degrees
    (left, right), (bottom, top) = to_web_mercator([west, east], [south, north])
    return float(left), float(bottom), float(right), float(top)


def _by_kind(kinds: list[Any], shapes: NDArray[Any]) -> dict[str, NDArray[Any]]:
    of = np.array(kinds, dtype=object)
    return {str(kind): shapes[of == kind] for kind in dict.fromkeys(kinds)}


def _areas(tree: AreaTree, level: str) -> tuple[list[str], NDArray[np.object_]]:
    """Names and shapes of the areas of a level that have a shape: of the part of the tree that the report is about."""
    wanted = [place for place, own in enumerate(tree.levels) if own == level and tree.shapes[place] is not None]
    return [tree.names[place] for place in wanted], tree.shapes[wanted]


def _names(layers: dict[str, tuple[list[str], NDArray[np.object_]]]) -> tuple[Name, ...]:
    """Names of streets and communities, the larger areas first, each at a point inside its area."""
    found = []
    for level in NAMED_LEVELS:
        names, shapes = layers[level]
        inner = shapely.point_on_surface(shapes)
        places_of = zip(names, shapely.get_x(inner).tolist(), shapely.get_y(inner).tolist(), strict=True)
        found += [Name(map_name(text), lon, lat, level) for text, lon, lat in places_of]
    return tuple(found)
