"""A made-up district of thousands of grids with crooked borders, brought in by `gridmap import` as a user would."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import shapely

WEST, SOUTH = 114.90, 30.10
SIDE_M = 320.0  # of a grid: 400-800 households in a town
METRES = 111_320.0  # a degree of latitude
STEPS = 15  # vertices on each side of a grid
INCIDENTS = 20_000


def build(folder: Path, grids: int, *, seed: int = 0) -> dict[str, str]:
    """A database of `grids` grids and some incidents in `folder` -> the settings to serve it with."""
    settings = {"GRIDMAP_DB": f"sqlite:///{folder / 'grids.db'}", "GRIDMAP_VAR": str(folder / "var")}
    rng = np.random.default_rng(seed)
    shapes = _coverage(int(np.ceil(grids**0.5)), rng)[:grids]
    _write_grids(folder / "grids.geojson", shapes)
    _write_incidents(folder / "incidents.csv", shapes, rng)
    for layer, file in (("grids", "grids.geojson"), ("incidents", "incidents.csv")):
        program = [sys.executable, "-c", "from gridmap.cli import main; main()", "import", layer, str(folder / file)]
        subprocess.run(program, check=True, env=os.environ | settings, stdout=sys.stderr)
    return settings


def _coverage(k: int, rng: np.random.Generator) -> np.ndarray:
    """k * k polygons in degrees; neighbours share every vertex of their border."""
    corners = np.stack(np.meshgrid(np.arange(k + 1.0), np.arange(k + 1.0)), axis=-1)
    corners += rng.uniform(-0.2, 0.2, corners.shape)
    along = np.linspace(0, 1, STEPS + 1)[:, None]

    def crooked(start: np.ndarray, end: np.ndarray) -> np.ndarray:
        line = start[..., None, :] * (1 - along) + end[..., None, :] * along
        line[..., 1:-1, :] += rng.uniform(-0.012, 0.012, line[..., 1:-1, :].shape)
        return line

    across, upward = crooked(corners[:, :-1], corners[:, 1:]), crooked(corners[:-1], corners[1:])
    sides = (across[:-1], upward[:, 1:], across[1:, :, ::-1], upward[:, :-1, ::-1])
    rings = np.concatenate([side[..., :-1, :] for side in sides], axis=-2).reshape(k * k, -1, 2) * SIDE_M / METRES
    lon = WEST + rings[..., 0] / np.cos(np.radians(SOUTH))
    return shapely.polygons(np.stack([lon, SOUTH + rings[..., 1]], axis=-1))


def _write_grids(file: Path, shapes: np.ndarray) -> None:
    features = [
        {"type": "Feature", "properties": {"code": f"G{i:05d}", "name": f"第{i}网格"}, "geometry": json.loads(text)}
        for i, text in enumerate(shapely.to_geojson(shapes), start=1)
    ]
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")


def _write_incidents(file: Path, shapes: np.ndarray, rng: np.random.Generator) -> None:
    chosen = shapes[rng.integers(0, len(shapes), INCIDENTS)]
    where = shapely.get_coordinates(shapely.centroid(chosen)) + rng.normal(0, 0.0006, (INCIDENTS, 2))
    days = np.datetime64("2026-05-01") + rng.integers(0, 60, INCIDENTS)
    with file.open("w", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(["编号", "类型", "发生时间", "经度", "纬度"])
        rows.writerows(
            [i, "盗窃", day, f"{x:.6f}", f"{y:.6f}"] for i, ((x, y), day) in enumerate(zip(where, days, strict=True))
        )
