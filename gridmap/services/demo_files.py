"""The files of a demo district: how its frames lie in a folder."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import geopandas as gpd
import pandas as pd

from gridmap.synthetic.demo import Demo

PACKED = ("assignment", "households", "units", "incidents")


def write_demo(demo: Demo, folder: Path) -> None:
    """All layers and demo.json into a folder; the same demo writes the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in demo.frames.items():
        _write_frame(name, frame, folder)
    (folder / "demo.json").write_text(json.dumps(demo.notes, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _write_frame(name: str, frame: pd.DataFrame, folder: Path) -> None:
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
