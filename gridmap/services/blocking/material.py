"""What blocks are made from, read once from a project."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmap.domain.plans import band_of
from gridmap.errors import NotFound
from gridmap.geo.projection import LocalProjection
from gridmap.store import blocking, configuration, project
from gridmap.store.engine import Store

BARRIER_KINDS = ("water", "railway", "wall")
HULL_RATIO = 0.12  # how closely the outline follows the outermost streets: 0 as closely as can be, 1 not at all

Shapes = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Material:
    """A project's ground in EPSG:4326, and its projection.

    `community_codes` and `communities` go together; `is_whole_extent`: there were none, so the ground within the
    outermost streets is taken for one, with an empty code. `band_high` is the largest number of households of a grid.
    """

    projection: LocalProjection
    community_codes: list[str]
    communities: Shapes
    is_whole_extent: bool
    streets: blocking.Kept
    ground: blocking.Kept
    buildings: Shapes
    homes: blocking.Homes
    has_blocks: bool
    band_high: int


def read_material(store: Store, now: dt.datetime) -> Material:
    """What a project has to make blocks from. Raises NotFound when it has neither streets nor communities."""
    with store.read() as session:
        about = project.get(session)
        streets = blocking.streets(session)
        codes, communities = blocking.communities(session, now.date())
        if about is None or about.projection is None or not (len(streets.kinds) or len(codes)):
            raise NotFound(
                "There are no streets to make blocks from.",
                "Import streets (and areas, ground, buildings), or name files: gridmap plan blocks --streets FILE OUT.",
            )
        _, content = configuration.current(session)
        return Material(
            projection=LocalProjection(about.projection),
            community_codes=codes or [""],
            communities=communities,
            is_whole_extent=not codes,
            streets=streets,
            ground=blocking.ground(session, BARRIER_KINDS),
            buildings=blocking.buildings(session),
            homes=blocking.homes(session),
            has_blocks=blocking.has_open_blocks(session),
            band_high=band_of(content).high,
        )


def whole_extent(lines: Shapes) -> shapely.Polygon:
    """Lines in metres -> the ground they reach, as one polygon: their concave hull.

    Raises NotFound for lines that enclose nothing.
    """
    hull = shapely.concave_hull(shapely.MultiPoint(shapely.get_coordinates(lines)), ratio=HULL_RATIO)
    if not isinstance(hull, shapely.Polygon) or not hull.area > 0:
        raise NotFound(
            "These streets enclose no ground.", "Take a file with a whole network in it, not with a single road."
        )
    return hull
