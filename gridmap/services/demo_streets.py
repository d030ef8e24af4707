"""A demo district on a street network of one's own: real streets, everything else synthetic.

The file is read as any import reads it, in a database that lasts as long as the work. A network larger than six
kilometres is cut to its densest square, or to one around a place. From there on it is a demo like the other: the same
layers, written to a folder, imported into the demo's database.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from gridmap.config import Settings
from gridmap.errors import BadFile, BadInput, TooLarge
from gridmap.geo.projection import M_PER_DEG
from gridmap.services.blocking import Files, ground_of_files
from gridmap.services.demo_data import DemoData, demo_data
from gridmap.services.demo_files import write_demo
from gridmap.services.exchange.files import Format, open_source
from gridmap.store import places
from gridmap.store.engine import Session
from gridmap.store.peek import STREETS_MARK
from gridmap.store.tables import Ground, Street
from gridmap.synthetic.metric import Metric
from gridmap.synthetic.partition import lines_of, polygons_of
from gridmap.synthetic.roads import RoadLine
from gridmap.synthetic.town import TOWN_VERSION, make_town
from gridmap.synthetic.town_ground import SIDE_M, Network, densest_square

Progress = Callable[[str, int, int], None]

LARGEST_FILE_BYTES = 200 * 2**20
LARGEST_PBF_BYTES = 30 * 2**20  # packed about seven times as densely
SEED = 7
STEPS = 7
OSM = "© OpenStreetMap contributors (ODbL)"
SYNTHETIC = "其余均为合成演示数据 / all else is synthetic demo data"


@dataclass(frozen=True, slots=True)
class StreetsWish:
    """What a person asks for: the file, who made it, a name, and where to look (lon, lat) in a large one."""

    path: Path
    attribution: str | None = None
    name: str | None = None
    around: tuple[float, float] | None = None
    crs: str | None = None
    mapping: dict[str, str] = field(default_factory=dict)

    def version(self) -> str:
        """What marks a demo made of this file in this way. Raises BadFile where there is no such file."""
        told = (open_source(self.path).sha256, TOWN_VERSION, self.attribution, self.name, self.around, self.crs)
        digest = hashlib.sha256(repr((*told, sorted(self.mapping.items()))).encode()).hexdigest()
        return f"{STREETS_MARK}{digest[:10]}"


@dataclass(frozen=True, slots=True)
class _Layer:
    """Shapes in EPSG:4326 with a word and a name each."""

    words: list[str]
    names: list[str]
    shapes: np.ndarray


def streets_data(settings: Settings, wish: StreetsWish, folder: Path, *, on_progress: Progress) -> DemoData:
    """Make the layers of a demo on these streets in a folder, deterministic for the file.

    Raises TooLarge for a file over the limit, BadInput for a network that is too small or without an attribution, and
    what an import of streets raises.
    """
    form = open_source(wish.path).format
    is_osm = form in (Format.OSM, Format.OSM_PBF)
    _check_size(wish.path, LARGEST_PBF_BYTES if form is Format.OSM_PBF else LARGEST_FILE_BYTES)
    on_progress("reading streets", 0, STEPS)
    streets, ground, tags = _read(settings, wish, is_osm=is_osm, on_progress=on_progress)
    makers = [OSM] if is_osm or (tags and not wish.attribution) else []
    makers += [f"街道 / Streets: {wish.attribution}"] if wish.attribution else []
    if not makers:
        raise BadInput(
            f"Nothing in {wish.path.name} says who made these streets.",
            "Say it, it stands on the map: --attribution 'Survey office of my town'",
        )
    origin = _origin(streets.shapes, wish.around)
    network = _network(streets, ground, origin)
    steps = iter(range(1, STEPS))
    town = make_town(
        network, origin, wish.version(), SEED, on_step=lambda step: on_progress(f"town: {step}", next(steps), STEPS)
    )
    town.notes["name"] = wish.name or f"{wish.path.name.split('.')[0]}（演示）"
    town.notes["attribution"] = "；".join([*makers, SYNTHETIC])
    on_progress("writing layers", STEPS - 1, STEPS)
    write_demo(town, folder)
    return demo_data(folder)


def _check_size(path: Path, limit_bytes: int) -> None:
    size_bytes = path.stat().st_size
    if size_bytes > limit_bytes:
        raise TooLarge(
            f"{path.name} has {size_bytes / 2**20:,.0f} MB; for a demo up to {limit_bytes // 2**20} MB are read.",
            "Cut your town out of it first: osmium extract -b WEST,SOUTH,EAST,NORTH in.osm.pbf -o town.osm.pbf",
        )


def _read(
    settings: Settings, wish: StreetsWish, *, is_osm: bool, on_progress: Progress
) -> tuple[_Layer, _Layer | None, bool]:
    """Streets, ground where the file has any, and whether classes are OpenStreetMap's tags."""
    now = dt.datetime.now(dt.UTC)
    ground = None
    files = Files(streets=wish.path)
    with (
        ground_of_files(files, settings, crs=wish.crs, now=now, progress=on_progress, mapping=wish.mapping) as scratch,
        scratch.store.read() as session,
    ):
        streets = _layer(session, Street, "street_class")
        tags = scratch.reports["streets"].mapping.get("class", "").lower() == "highway"
    if not len(streets.shapes):
        raise BadFile(f"{wish.path.name} holds no streets that can be used.", "gridmap import streets tells why.")
    if is_osm:
        try:
            with (
                ground_of_files(
                    Files(ground=wish.path), settings, crs=wish.crs, now=now, progress=on_progress
                ) as scratch,
                scratch.store.read() as session,
            ):
                ground = _layer(session, Ground, "kind")
        except BadFile:
            ground = None  # an extract with streets alone
    return streets, ground, tags


def _layer(session: Session, model: Any, word: str) -> _Layer:
    found = places.layer(session, model)
    return _Layer(found.columns[word], [name or "" for name in found.columns["name"]], found.shapes)


def _origin(shapes: np.ndarray, around: tuple[float, float] | None) -> tuple[float, float]:
    """Where the district's middle lies: as told, else in the middle of the streets or of their densest square."""
    bounds = shapely.bounds(shapes)
    lon, lat = (bounds[:, 0] + bounds[:, 2]) / 2, (bounds[:, 1] + bounds[:, 3]) / 2
    west, south, east, north = shapely.total_bounds(shapes)
    if around is not None:
        if not (west <= around[0] <= east and south <= around[1] <= north):
            raise BadInput(
                f"--around {around[0]},{around[1]} lies outside these streets.",
                f"Longitudes go from {west:.4f} to {east:.4f}, latitudes from {south:.4f} to {north:.4f}.",
            )
        return around
    metre_lon = M_PER_DEG * np.cos(np.radians((south + north) / 2))
    if (east - west) * metre_lon <= SIDE_M and (north - south) * M_PER_DEG <= SIDE_M:
        return round((west + east) / 2, 6), round((south + north) / 2, 6)
    length_m = shapely.length(shapes) * M_PER_DEG
    x, y = densest_square((lon - west) * metre_lon, (lat - south) * M_PER_DEG, length_m)
    return round(west + x / metre_lon, 6), round(south + y / M_PER_DEG, 6)


def _network(streets: _Layer, ground: _Layer | None, origin: tuple[float, float]) -> Network:
    """All within the square about the origin, in metres."""
    metric = Metric(*origin)
    half = SIDE_M / 2
    square = shapely.box(-half, -half, half, half)
    roads = [
        RoadLine(klass, name, part) for klass, name, line in _within(streets, metric, square) for part in lines_of(line)
    ]
    waters, railways, greens = [], [], []
    for kind, name, shape in _within(ground, metric, square) if ground else ():
        if kind == "water":
            waters += [(name, part) for part in polygons_of(shape)]
        elif kind == "railway":
            railways += [(name, part) for part in lines_of(shape)]
        elif kind == "green":
            greens += polygons_of(shape)
    return Network(tuple(roads), tuple(waters), tuple(railways), tuple(greens))


def _within(layer: _Layer, metric: Metric, square: shapely.Polygon) -> Iterable[tuple[str, str, Any]]:
    reach_deg = 2 * SIDE_M / M_PER_DEG
    lon, lat = metric.lon_lat(np.array([0.0]), np.array([0.0]))
    box = shapely.box(lon[0] - 2 * reach_deg, lat[0] - reach_deg, lon[0] + 2 * reach_deg, lat[0] + reach_deg)
    near = np.flatnonzero(shapely.intersects(box, layer.shapes))
    shapes = shapely.intersection(shapely.make_valid(metric.metres(layer.shapes[near])), square)
    for k, shape in zip(near.tolist(), shapes, strict=True):
        if not shape.is_empty:
            yield layer.words[k], layer.names[k], shape
