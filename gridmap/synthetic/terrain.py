"""The ground before anyone built on it: heights, outline, rivers, lakes, railway lines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from scipy import ndimage
from shapely.geometry.base import BaseGeometry

from gridmap.synthetic.curves import Floats, along, catmull_rom, noise_along, normals, roughen
from gridmap.synthetic.partition import largest, lines_of
from gridmap.synthetic.seeds import stream
from gridmap.synthetic.sketch import Sketch

FOOT_M = 42.0  # a hill begins at this height above the plain


@dataclass(frozen=True, slots=True)
class Raster:
    """Values on square cells, row 0 at the south; `x0`, `y0` is the centre of the first cell, in metres."""

    x0: float
    y0: float
    cell_m: float
    values: Floats

    def at(self, x: Floats, y: Floats) -> Floats:
        """Bilinear value at n points in metres -> float64[n]; beyond the edge the nearest cell counts."""
        coordinates = np.stack([(np.asarray(y) - self.y0) / self.cell_m, (np.asarray(x) - self.x0) / self.cell_m])
        out: Floats = ndimage.map_coordinates(self.values, coordinates, order=1, mode="nearest")
        return out

    def mesh(self) -> tuple[Floats, Floats]:
        """x and y of all cell centres, each float64[rows, cols]."""
        rows, cols = self.values.shape
        xs = self.x0 + self.cell_m * np.arange(cols)
        ys = self.y0 + self.cell_m * np.arange(rows)
        x, y = np.meshgrid(xs, ys)
        return x, y


@dataclass(frozen=True, slots=True)
class Terrain:
    """Heights and the natural or given lines, metric; `rivers` and `railways` pair a name with its geometry."""

    outline: shapely.Polygon
    height: Raster
    river_lines: tuple[tuple[str, shapely.LineString], ...]
    rivers: tuple[tuple[str, BaseGeometry], ...]
    lakes: tuple[tuple[str, shapely.Polygon], ...]
    railways: tuple[tuple[str, shapely.LineString], ...]
    foot_lines: tuple[shapely.LineString, ...]


def fractal(
    shape: tuple[int, int], cell_m: float, wavelength_m: float, rng: np.random.Generator, octaves: int = 4
) -> Floats:
    """Smooth noise of about unit variance whose largest features are `wavelength_m` wide -> float64[rows, cols]."""
    total = np.zeros(shape)
    rows, cols = np.arange(shape[0]) * cell_m, np.arange(shape[1]) * cell_m
    for octave in range(octaves):
        w = wavelength_m / 2**octave
        lattice = rng.normal(size=(int(rows[-1] / w) + 5, int(cols[-1] / w) + 5))
        grid = np.meshgrid(rows / w + 1.5, cols / w + 1.5, indexing="ij")
        total += 0.5**octave * ndimage.map_coordinates(lattice, np.stack(grid), order=3, mode="nearest")
    return total


def _heights(sketch: Sketch, rivers: list[shapely.LineString], bounds: tuple[float, ...], seed: int) -> Raster:
    rng, cell_m, margin_m = stream(seed, "terrain"), 20.0, 400.0
    x0, y0 = bounds[0] - margin_m, bounds[1] - margin_m
    shape = (int((bounds[3] + margin_m - y0) / cell_m) + 1, int((bounds[2] + margin_m - x0) / cell_m) + 1)
    blank = Raster(x0, y0, cell_m, np.zeros(shape))
    x, y = blank.mesh()
    ridges = 1.0 - np.abs(fractal(shape, cell_m, 560.0, rng, 4))
    bends = (fractal(shape, cell_m, 700.0, rng, 3) * 110.0, fractal(shape, cell_m, 700.0, rng, 3) * 110.0)
    height = 5.0 + 3.0 * fractal(shape, cell_m, 1500.0, rng, 3)
    for hill in sketch.hills:
        a = np.deg2rad(hill.angle_deg)
        dx, dy = x + bends[0] - hill.x, y + bends[1] - hill.y
        u, v = dx * np.cos(a) + dy * np.sin(a), -dx * np.sin(a) + dy * np.cos(a)
        rise = np.exp(-1.6 * ((u / hill.long_m) ** 2 + (v / hill.short_m) ** 2))
        height = np.maximum(height, hill.height_m * rise * (0.78 + 0.34 * ridges)) + 0.08 * hill.height_m * rise
    for line in rivers:
        away = _distance_to(line, blank)
        height = np.where(away < 420.0, height * (1.0 - 0.8 * np.exp(-((away / 170.0) ** 2))), height)
    return Raster(x0, y0, cell_m, height)


def _distance_to(geometry: BaseGeometry, raster: Raster) -> Floats:
    """Distance in metres from each cell centre, by a distance transform of the cells the line touches."""
    touched = np.ones(raster.values.shape, dtype=bool)
    points = shapely.get_coordinates(shapely.segmentize(geometry, raster.cell_m / 2))
    c = np.rint((points[:, 0] - raster.x0) / raster.cell_m).astype(int)
    r = np.rint((points[:, 1] - raster.y0) / raster.cell_m).astype(int)
    ok = (c >= 0) & (r >= 0) & (c < raster.values.shape[1]) & (r < raster.values.shape[0])
    touched[r[ok], c[ok]] = False
    out: Floats = ndimage.distance_transform_edt(touched) * raster.cell_m
    return out


def contours(raster: Raster, level: float) -> list[shapely.LineString]:
    """Lines of equal value by marching squares (saddles are cut towards the lower side), merged."""
    v = raster.values - level
    corner = [v[:-1, :-1], v[:-1, 1:], v[1:, 1:], v[1:, :-1]]
    offsets = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], dtype=np.float64)
    crossing = np.full((4, *corner[0].shape, 2), np.nan)
    rows, cols = np.indices(corner[0].shape)
    for edge in range(4):
        a, b = corner[edge], corner[(edge + 1) % 4]
        cut = (a > 0) != (b > 0)
        t = np.where(cut, a / np.where(cut, a - b, 1.0), np.nan)
        way = offsets[(edge + 1) % 4] - offsets[edge]
        crossing[edge, ..., 0] = cols + offsets[edge][0] + t * way[0]
        crossing[edge, ..., 1] = rows + offsets[edge][1] + t * way[1]
    has = ~np.isnan(crossing[..., 0])
    segments = []
    for first in range(4):
        for second in range(first + 1, 4):
            plain = has[first] & has[second] & (has.sum(axis=0) == 2)
            saddle = has.all(axis=0) & ((first, second) in ((0, 3), (1, 2)))
            cell = plain | saddle
            segments.append(np.stack([crossing[first][cell], crossing[second][cell]], axis=1))
    ends = np.concatenate(segments)
    ends = np.round(ends * raster.cell_m + np.array([raster.x0, raster.y0]), 3)
    merged = shapely.line_merge(shapely.multilinestrings(shapely.linestrings(ends)))
    return [g for g in shapely.get_parts(merged) if g.length > 0]


def chaikin(line: BaseGeometry, rounds: int = 2) -> shapely.LineString:
    """Corner cutting after Chaikin (1974); closed lines stay closed, open ones keep their ends."""
    c = shapely.get_coordinates(line)
    closed = bool(np.allclose(c[0], c[-1]))
    for _ in range(rounds):
        q, r = 0.75 * c[:-1] + 0.25 * c[1:], 0.25 * c[:-1] + 0.75 * c[1:]
        new = np.stack([q, r], axis=1).reshape(-1, 2)
        c = np.vstack([new, new[:1]]) if closed else np.vstack([c[:1], new, c[-1:]])
    return shapely.LineString(c)


def _river(points: Floats, widths: Floats) -> BaseGeometry:
    half = widths[:, None] / 2
    left, right = points + normals(points) * half, points - normals(points) * half
    body = shapely.make_valid(shapely.Polygon(np.vstack([left, right[::-1]])))
    return shapely.union_all(
        [body.buffer(0), *(shapely.Point(p).buffer(h * 0.98) for p, h in zip(points[::4], half[::4, 0], strict=True))]
    )


def lay_ground(sketch: Sketch, seed: int) -> Terrain:
    """Heights, outline, water and railway of a sketch, in metres; deterministic for the seed."""
    rng = stream(seed, "ground")
    ring = roughen(
        catmull_rom(sketch.outline, 25.0, closed=True), rng, ((640, 62), (260, 30), (115, 13), (50, 5)), closed=True
    )
    outline = largest(shapely.Polygon(ring).simplify(3.0).buffer(0))
    river_lines, rivers = [], []
    for river in sketch.rivers:
        wide = river.mouth_width_m
        line = roughen(
            catmull_rom(river.points, 15.0), rng, ((560, 1.7 * wide), (230, 0.62 * wide), (100, 0.16 * wide))
        )
        s = along(line)
        width = river.source_width_m + (wide - river.source_width_m) * s / s[-1]
        width = width * np.clip(1 + 0.26 * noise_along(s, 320, rng) + 0.13 * noise_along(s, 90, rng), 0.6, 1.7)
        rivers.append((river.name, _river(line, width)))
        river_lines.append((river.name, lines_of(shapely.LineString(line).simplify(1.0))[0]))
    lakes = []
    for lake in sketch.lakes:
        shore = roughen(catmull_rom(lake.points, 15.0, closed=True), rng, ((330, 42), (130, 17), (50, 4)), closed=True)
        lakes.append((lake.name, largest(shapely.Polygon(shore).buffer(0))))
    railways = [(r.name, shapely.LineString(catmull_rom(r.points, 25.0))) for r in sketch.railways]
    height = _heights(sketch, [g for _, g in river_lines], outline.bounds, seed)
    foot = [chaikin(g.simplify(9.0)) for g in contours(height, FOOT_M) if g.length > 500]
    return Terrain(
        outline=outline,
        height=height,
        river_lines=tuple(river_lines),
        rivers=tuple(rivers),
        lakes=tuple(lakes),
        railways=tuple(railways),
        foot_lines=tuple(foot),
    )
