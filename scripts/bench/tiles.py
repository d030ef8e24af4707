"""Heat tiles: true to the ground at every zoom, drawn beside peers, after any change of the filter, over HTTP."""

from __future__ import annotations

import json
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from urllib.request import urlopen

import numpy as np
import shapely

from bench.serving import asked_at_once, served
from bench.tables import in_turns_s, table
from bench.tile_peers import Canvas, alike
from gridmap.domain.week_hours import WeekHours
from gridmap.geo.events import EventIndex
from gridmap.geo.masks import Mask
from gridmap.geo.palettes import fixed_top
from gridmap.geo.projection import MERCATOR_HALF_M, from_web_mercator, local_projection, to_web_mercator
from gridmap.geo.tiles import TILE_PX, Bounds, Surface, edge_of, mercator_lattice, surface, tile_values

ROOT = Path(__file__).resolve().parent.parent.parent
MIDDLE_LON, HALF_M, M_PER_DEGREE = 114.95, 7_500.0, 111_320.0
BANDWIDTH_M = 200.0
TRUE_EVENTS, TRUE_PIXELS, PARTS = 400, 120, 16
SEEN = 1e-3  # of the peak
CHANGE_EVENTS, CHANGE_TRIALS, CHANGE_BANDWIDTHS_M = 1_000_000, 100, (90.0, 100.0, 110.0)
CHANGE_HALF_M = 8_500.0  # more than 1024 cells across at these bandwidths
CHANGE_LIMIT_MS, PEER_TIMES, TILE_LIMIT_MS = 40, 8, 50
CONNECTIONS, SERVED_SECONDS = 16, 8.0
SERVED_ZOOMS = (12, 13, 14, 15)
NO_SECRET = "a secret for measurements, 32 bytes"  # noqa: S105 - of databases that last as long as they


def run(_: list[str]) -> Iterator[str]:
    warnings.filterwarnings("ignore", module="(rasterio|rio_tiler|datashader|xarray)")
    yield from _true_metres()
    yield from _changes()
    yield from _peers()
    yield from _served_tiles()


def _true_metres() -> Iterator[str]:
    rows = []
    for lat in (30.0, 60.0):
        bounds = _district(lat)
        lon, lats = _events(bounds, TRUE_EVENTS, seed=int(lat))
        heat = surface(mercator_lattice(bounds, BANDWIDTH_M), [(*to_web_mercator(lon, lats), None)])
        for zoom in range(9, 20):
            of_peak, of_density = _tile_error(heat, bounds, lon, lats, zoom)
            pixel_m = _pixel(zoom) * np.cos(np.radians(lat))
            kept = "yes" if of_density <= 5e-3 else "NO"
            rows.append([f"{lat:g}", f"{zoom}", f"{pixel_m:.1f}", f"{of_peak:.1e}", f"{of_density:.3%}", kept])
    title = f"Tiles: largest error against exact sums in true metres, {BANDWIDTH_M:g} m, a district 15 km wide and tall"
    head = ["latitude", "zoom", "m a pixel", "of the peak", f"of the density, above {SEEN:.1%} of the peak", "<= 0.5 %"]
    yield from table(title, head, rows)


def _tile_error(heat: Surface, bounds: Bounds, lon: np.ndarray, lat: np.ndarray, zoom: int) -> tuple[float, float]:
    """Over pixels of the tiles round some events, the last ones in two corners. A pixel wider than the bandwidth is
    compared with the mean over its ground.
    """
    rng, plane, peak = np.random.default_rng(zoom), local_projection(bounds), float(heat.values.max())
    pixel = _pixel(zoom)
    is_wide = pixel > min(heat.lattice.sigma_x, heat.lattice.sigma_y)
    parts = (np.arange(PARTS) + 0.5) / PARTS if is_wide else np.array([0.5])
    down, across = (part.ravel() for part in np.meshgrid(parts, parts, indexing="ij"))
    event_x, event_y = plane.forward(lon, lat)
    of_peak, of_density = [], []
    for event in (0, TRUE_EVENTS // 2, -2, -1):
        x, y = (float(at) for at in to_web_mercator(lon[event], lat[event]))
        tile = int((x + MERCATOR_HALF_M) / pixel / TILE_PX), int((MERCATOR_HALF_M - y) / pixel / TILE_PX)
        row, col = rng.integers(0, TILE_PX, (2, TRUE_PIXELS))
        at_x = (tile[0] * TILE_PX + col[:, None] + across) * pixel - MERCATOR_HALF_M
        at_y = MERCATOR_HALF_M - (tile[1] * TILE_PX + row[:, None] + down) * pixel
        place_x, place_y = plane.forward(*from_web_mercator(at_x.ravel(), at_y.ravel()))
        exact = np.zeros(len(place_x))
        for k in range(len(event_x)):
            squared_m2 = (place_x - event_x[k]) ** 2 + (place_y - event_y[k]) ** 2
            exact += np.exp(-squared_m2 / (2 * BANDWIDTH_M**2))
        exact = (exact / (2 * np.pi * BANDWIDTH_M**2) * 1e6).reshape(at_x.shape).mean(axis=1)
        error = np.abs(tile_values(heat, zoom, *tile)[row, col] - exact)
        seen = exact > SEEN * peak
        of_peak.append(error.max() / peak)
        of_density.append((error[seen] / exact[seen]).max(initial=0.0))
    return max(of_peak), max(of_density)


def _changes() -> Iterator[str]:
    """Every change asks for a choice nobody asked for before; the district's mask and its shares are there."""
    rng = np.random.default_rng(5)
    bounds = _district(30.18, CHANGE_HALF_M)
    lon, lat = _events(bounds, CHANGE_EVENTS, seed=6)
    x, y = to_web_mercator(lon, lat)
    kind, day = rng.integers(0, 20, CHANGE_EVENTS), rng.integers(0, 1096, CHANGE_EVENTS)
    precision = np.where(rng.uniform(size=CHANGE_EVENTS) < 0.02, 2, 0)
    hour = np.where(precision == 0, rng.integers(0, 168, CHANGE_EVENTS), -1)
    mask = _mask(bounds)
    inside = mask.inside(x, y)
    index = EventIndex.of(*(column[inside] for column in (x, y, kind, day, precision, hour)))
    lattices = {m: mercator_lattice(bounds, m, margin_sigmas=1) for m in CHANGE_BANDWIDTHS_M}
    edges = {m: edge_of(mask, lattice) for m, lattice in lattices.items()}

    def change(kinds: list[int] | None, first: int, last: int, hours: WeekHours | None, bandwidth_m: float) -> float:
        begin = time.perf_counter()
        window = index.select(kinds, first, last, None if hours is None else hours.flags)
        days = last - first + 1
        surface(lattices[bandwidth_m], window.batches(), factor=30 / days, edge=edges[bandwidth_m])
        return time.perf_counter() - begin

    evenings = WeekHours.parse(",".join(f"{weekday}.18-23" for weekday in range(1, 8)))
    taken: dict[str, list[float]] = {}
    change(None, 0, 1095, None, 100.0)
    for _ in range(CHANGE_TRIALS):
        kinds = rng.choice(20, rng.integers(1, 21), replace=False).tolist()
        first, last = sorted(rng.integers(0, 1096, 2).tolist())
        bandwidth_m = float(rng.choice(CHANGE_BANDWIDTHS_M))
        taken.setdefault("any kinds, any period", []).append(change(kinds, first, last, None, bandwidth_m))
        taken.setdefault("with hours of the week", []).append(change(kinds, first, last, evenings, bandwidth_m))
        taken.setdefault("everything", []).append(change(None, 0, 1095, None, bandwidth_m))
    rows = []
    for name, times in taken.items():
        kept = "yes" if median(times) * 1e3 <= CHANGE_LIMIT_MS else "NO"
        rows.append([name, *_milliseconds(times, 95), kept])
    cells = " and ".join(sorted({f"{lattice.rows} x {lattice.cols}" for lattice in lattices.values()}))
    title = f"Tiles: a change of the filter with {CHANGE_EVENTS:,} incidents to its surface ({cells}), edge corrected"
    yield from table(title, ["chosen", "median, ms", "95 %, ms", f"median <= {CHANGE_LIMIT_MS} ms"], rows)


def _peers() -> Iterator[str]:
    bounds = _district(30.18)
    lon, lat = _events(bounds, 100_000, seed=3)
    lattice = mercator_lattice(bounds, BANDWIDTH_M)
    heat = surface(lattice, [(*to_web_mercator(lon, lat), None)])
    rows = []
    with tempfile.TemporaryDirectory(prefix="gridmap-bench-") as folder:
        canvas = Canvas(heat, fixed_top(heat.values, bandwidth_m=BANDWIDTH_M), Path(folder))
        peers = canvas.peers()
        for zoom in range(10, 17):
            tile = _tile_of(MIDDLE_LON, 30.18, zoom)
            works = {name: (lambda draw=draw, tile=tile: draw(*tile)) for name, draw in peers.items()}
            taken = in_turns_s(works, repeats=21)
            ours = canvas.ours(*tile)
            for name, seconds in taken.items():
                png = peers[name](*tile)
                times = "" if name == "gridmap" else f"{seconds / taken['gridmap']:.1f} x"
                size = f"{len(png) / 1000:.1f}"
                rows.append([f"{zoom}", name, f"{seconds * 1e3:.2f}", size, f"{alike(ours, png):.0%}", times])
    title = f"Tiles: one of 256 x 256 from a ready surface to PNG (its lattice is zoom {lattice.zoom})"
    head = ["zoom", "drawn by", "ms", "kB", "pixels like ours", f"gridmap is faster by (floor {PEER_TIMES} x)"]
    yield from table(title, head, rows)


def _served_tiles() -> Iterator[str]:
    rows = []
    with ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="gridmap-bench-")))
        folder.chmod(0o755)  # the database server runs as another user
        for name, database in (("SpatiaLite", _spatialite), ("PostGIS", _postgis)):
            with database(folder) as environment:
                if environment is None:
                    rows.append([name, "cannot run here", "", "", "", "", ""])
                    continue
                with served(environment) as base:
                    rows.append([name, *_asked(base)])
    title = f"Tiles: cached ones over HTTP from `gridmap serve`, {CONNECTIONS} connections, client on the same cores"
    head = ["database", "requests", "a second", "MB/s", "median, ms", "99 %, ms", f"99 % <= {TILE_LIMIT_MS} ms"]
    yield from table(title, head, rows)


def _asked(base: str) -> list[str]:
    with urlopen(f"{base}/api/v1/situation") as response:  # noqa: S310 - our own loopback server
        situation = json.load(response)
    days = "from={from}&to={to}".format(**situation["period"])
    west, south, east, north = situation["incident_bounds"]
    paths = []
    for zoom in SERVED_ZOOMS:
        _, x, y = _tile_of((west + east) / 2, (south + north) / 2, zoom)
        paths += [
            f"/tiles/heat/{zoom}/{x + dx}/{y + dy}.png?{days}&ratio={ratio}&v={situation['heat']['version']}"
            for dx in (-1, 0, 1) for dy in (-1, 0, 1) for ratio in (1, 2)
        ]  # fmt: skip
    asked_at_once(base, paths, connections=CONNECTIONS, seconds=SERVED_SECONDS / 2)
    times, size = asked_at_once(base, paths, connections=CONNECTIONS, seconds=SERVED_SECONDS)
    slowest_ms = float(np.percentile(times, 99)) * 1e3
    rate, volume = f"{len(times) / SERVED_SECONDS:,.0f}", f"{size / SERVED_SECONDS / 1e6:.1f}"
    kept = "yes" if slowest_ms <= TILE_LIMIT_MS else "NO"
    return [f"{len(times):,}", rate, volume, f"{median(times) * 1e3:.1f}", f"{slowest_ms:.1f}", kept]


@contextmanager
def _spatialite(folder: Path) -> Iterator[dict[str, str] | None]:
    """The demo district in a file of its own."""
    yield _demo(f"sqlite:///{folder / 'demo.db'}", folder / "var-spatialite")


@contextmanager
def _postgis(folder: Path) -> Iterator[dict[str, str] | None]:
    """The demo district on a server of its own; None where none can be started."""
    sys.path.insert(0, str(ROOT))
    from tests import postgres_cluster
    from tests.postgres_databases import Databases

    try:
        address = postgres_cluster.start(folder / "pg")
    except SystemExit:
        yield None
        return
    try:
        yield _demo(Databases(address).create(), folder / "var-postgis")
    finally:
        postgres_cluster.stop(folder / "pg")


def _demo(address: str, var: Path) -> dict[str, str]:
    from gridmap.config import Settings
    from gridmap.services import demo

    settings = Settings(db=address, var=var, is_demo=True, secret_from_env=NO_SECRET)
    demo.build(settings, on_progress=lambda _label, _done, _total: None)
    return {"GRIDMAP_DB": address, "GRIDMAP_VAR": str(var), "GRIDMAP_SECRET": NO_SECRET}


def _district(lat: float, half_m: float = HALF_M) -> Bounds:
    half_lat = half_m / M_PER_DEGREE
    half_lon = half_lat / np.cos(np.radians(lat))
    return MIDDLE_LON - half_lon, lat - half_lat, MIDDLE_LON + half_lon, lat + half_lat


def _events(bounds: Bounds, count: int, *, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Half evenly over the district, half in its middle; the last two in opposite corners."""
    west, south, east, north = bounds
    rng = np.random.default_rng(seed)

    def spread(low: float, high: float) -> np.ndarray:
        middle = rng.normal((low + high) / 2, (high - low) / 10, count // 2 - 2)
        return np.r_[rng.uniform(low, high, count // 2), np.clip(middle, low, high), low, high]

    return spread(west, east), spread(south, north)


def _mask(bounds: Bounds) -> Mask:
    """A crooked district that fills the bounds: 3,000 corners."""
    west, south, east, north = bounds
    angle = np.linspace(0, 2 * np.pi, 3000, endpoint=False)
    reach = 0.95 + 0.04 * np.sin(17 * angle) + 0.01 * np.sin(171 * angle)
    lon = (west + east) / 2 + reach * np.cos(angle) * (east - west) / 2
    lat = (south + north) / 2 + reach * np.sin(angle) * (north - south) / 2
    found = Mask.of(np.array([shapely.Polygon(np.column_stack([lon, lat]))], dtype=object))
    if found is None:
        raise ValueError("The district has no area.")
    return found


def _tile_of(lon: float, lat: float, zoom: int) -> tuple[int, int, int]:
    x, y = (float(at) for at in to_web_mercator(lon, lat))
    side = _pixel(zoom) * TILE_PX
    return zoom, int((x + MERCATOR_HALF_M) / side), int((MERCATOR_HALF_M - y) / side)


def _pixel(zoom: int) -> float:
    return 2 * MERCATOR_HALF_M / (TILE_PX * 2**zoom)


def _milliseconds(taken: list[float], percentile: int) -> tuple[str, str]:
    return f"{median(taken) * 1e3:.1f}", f"{np.percentile(taken, percentile) * 1e3:.1f}"
