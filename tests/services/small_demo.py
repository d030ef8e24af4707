"""A demo small enough to be built in a test."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pyogrio
import shapely

from gridmap.services import demo_data

WEST, NORTH, CELL = 114.96, 30.20, 0.01


def square(column: int, row: int = 0) -> shapely.Polygon:
    west, north = round(WEST + column * CELL, 6), round(NORTH - row * CELL, 6)
    return shapely.box(west, round(north - CELL, 6), round(west + CELL, 6), north)


def write_layer(folder: Path, file_stem: str, shapes: list[shapely.Geometry], /, **columns: list[str]) -> None:
    values = [np.array(column, dtype=object) for column in columns.values()]
    wkb = shapely.to_wkb(np.array(shapes, dtype=object))
    kind = shapes[0].geom_type
    pyogrio.raw.write(folder / f"{file_stem}.fgb", wkb, values, list(columns), geometry_type=kind, crs="EPSG:4326")


def small_demo(folder: Path) -> demo_data.DemoData:
    """A demo of two grids, a household in each, three incidents."""
    folder.mkdir()
    both = shapely.union_all([square(0), square(1)])
    write_layer(folder, "areas", [both], code=["420204"], name=["下陆区"], level=["district"], parent_code=[""])
    write_layer(folder, "ground", [square(0, 3)], code=["G1"], name=["磁湖"], kind=["water"])
    write_layer(folder, "blocks", [square(0), square(1)], code=["K1", "K2"], community_code=["", ""])
    write_layer(folder, "buildings", [square(0).buffer(-0.004)], code=["B1"], kind=["slab"])
    write_layer(folder, "sites", [square(1).buffer(-0.004)], code=["S1"], name=["学校"], kind=["school"])
    line = shapely.LineString([(WEST, NORTH), (WEST + 0.02, NORTH)])
    write_layer(folder, "streets", [line], code=["R1"], name=["下陆大道"], **{"class": ["trunk"]})
    middles = [(WEST + 0.005 + i * CELL, NORTH - 0.005) for i in range(2)]
    tables = {
        "grids.csv": "code,name,community_code,kind\nA,甲,420204,residential\nB,乙,420204,market\n",
        "assignment.csv.gz": "block_code,grid_code\nK1,A\nK2,B\n",
        "posts.csv": "grid_code,role,worker\nA,full_time_worker,网格员 001\nB,full_time_worker,网格员 001\n",
        "households.csv.gz": "code,building_code,lon,lat\n"
        + "".join(f"H{i},B1,{x},{y}\n" for i, (x, y) in enumerate(middles)),
        "units.csv.gz": f"code,name,kind,lon,lat\nU1,商店,shop,{middles[0][0]},{middles[0][1]}\n",
        "cameras.csv": f"code,kind,lon,lat\nC1,gate,{middles[0][0]},{middles[0][1]}\n",
        "incidents.csv.gz": "source_id,kind,occurred_at,lon,lat\n"
        + "".join(
            f"I{i},order.noise,2026-06-30T1{i}:00:00+08:00,{middles[i % 2][0]},{middles[i % 2][1]}\n" for i in range(3)
        ),
    }
    for name, text in tables.items():
        content = text.encode()
        (folder / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return data_of(folder, "1")


def data_of(folder: Path, version: str) -> demo_data.DemoData:
    """The same layers under another version."""
    (folder / "demo.json").write_text(json.dumps({"demo_version": version, "last_day": "2026-06-30"}))
    return demo_data.demo_data(folder)
