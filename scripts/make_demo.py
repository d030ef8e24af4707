#!/usr/bin/env python
"""Write the demo district to data/geo/ (see data/geo/README.md); the same seed writes the same files."""

from __future__ import annotations

import argparse
import gzip
import json
import time
from pathlib import Path

import geopandas as gpd
import pandas as pd

from gridmap.synthetic.demo import make_demo
from gridmap.synthetic.xialu import XIALU

GEO = Path(__file__).resolve().parent.parent / "data" / "geo"
SEED = 7
PACKED = ("assignment", "households", "units", "incidents")


def write_frame(name: str, frame: pd.DataFrame, folder: Path) -> None:
    """Shapes as FlatGeobuf, tables as csv, the long ones gzipped without a time stamp."""
    if isinstance(frame, gpd.GeoDataFrame):
        path = folder / f"{name}.fgb"
        path.unlink(missing_ok=True)
        frame.to_file(path, driver="FlatGeobuf", engine="pyogrio", SPATIAL_INDEX="NO")
        return
    text = frame.to_csv(index=False, lineterminator="\n").encode()
    if name in PACKED:
        with (folder / f"{name}.csv.gz").open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as packed:
            packed.write(text)
    else:
        (folder / f"{name}.csv").write_bytes(text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--out", type=Path, default=GEO)
    options = parser.parse_args()
    began = time.perf_counter()
    source = pd.read_csv(GEO / "areas_source.csv", dtype=str, keep_default_na=False)
    demo = make_demo(
        XIALU, source, options.seed, on_step=lambda step: print(f"{time.perf_counter() - began:6.1f} s  {step}")
    )
    options.out.mkdir(parents=True, exist_ok=True)
    for name, frame in demo.frames.items():
        write_frame(name, frame, options.out)
    (options.out / "demo.json").write_text(
        json.dumps(demo.notes, ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
    )
    size_mb = sum(p.stat().st_size for p in options.out.iterdir()) / 1e6
    print(json.dumps(demo.notes["counts"]), json.dumps(demo.notes["figures"]))
    print(f"{time.perf_counter() - began:.1f} s, {size_mb:.2f} MB in {options.out}")


if __name__ == "__main__":
    main()
