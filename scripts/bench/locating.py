"""`gridmap locate` from end to end: rows a second, start-up apart, peak memory, cost per row as files grow.

`scripts/bench.py locating` takes 1e6 and 1e7 rows; `scripts/bench.py locating 1e8` also as many rows as it says (about
5 GB of disk for 1e8).
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import geopandas
import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import shapely

from bench.irregular_grids import irregular_grids
from bench.tables import table

ROWS = (1_000_000, 10_000_000)
GRIDS = 207
CHUNK_ROWS = 1_000_000
FOLDER_FILES = 8
CSV_ROWS = 1_000_000
FLOOR = "floor: 3 million rows a second at 1e7, under 1,000 MB"


def run(arguments: list[str]) -> Iterator[str]:
    sizes = [*ROWS, *(int(float(text)) for text in arguments)]
    with tempfile.TemporaryDirectory(prefix="gridmap-bench-") as name:
        folder = Path(name)
        grids = _grids(folder / "grids.gpkg")
        _command(folder, _points(folder / "first.parquet", grids, 1000), "first.out.parquet")  # kernels are compiled
        rows = []
        for size in sizes:
            file = _points(folder / f"{size}.parquet", grids, size)
            rows.append(_row("one Parquet file", size, _command(folder, file, "out.parquet")))
            if size != ROWS[-1]:
                file.unlink()
        parts = _split(folder / f"{ROWS[-1]}.parquet", folder / "parts")
        rows.append(_row(f"{FOLDER_FILES} Parquet files, one by one", ROWS[-1], _command(folder, parts, "out1")))
        taken = _command(folder, parts, "out2", "--dask", "local:2")
        rows.append(_row(f"{FOLDER_FILES} Parquet files, --dask local:2", ROWS[-1], taken))
        text = folder / "rows.csv"
        pyarrow.csv.write_csv(pq.read_table(parts / "0.parquet").slice(0, CSV_ROWS), text)
        rows.append(_row("CSV", CSV_ROWS, _command(folder, text, "out.csv")))
    head = ["file", "rows", "start-up", "reading, placing, writing", "million rows a second", "a row", "peak memory"]
    yield from table(f"gridmap locate, {GRIDS} grids ({FLOOR})", head, rows)
    yield "\nThe start-up of Dask's workers is in their line's seconds; memory is that of the command's own process.\n"


def _grids(file: Path) -> np.ndarray:
    grids = irregular_grids(GRIDS, side=0.004, origin=(114.9, 30.1))
    grids = grids[~(shapely.is_missing(grids) | shapely.is_empty(grids))]
    codes = [f"42020400100{i:04}" for i in range(len(grids))]
    geopandas.GeoDataFrame({"code": codes}, geometry=grids, crs=4326).to_file(file)
    return grids


def _points(file: Path, grids: np.ndarray, rows: int) -> Path:
    rng = np.random.default_rng(0)
    west, south, east, north = shapely.total_bounds(grids)
    schema = pa.schema([("id", pa.int64()), ("lon", pa.float64()), ("lat", pa.float64())])
    with pq.ParquetWriter(file, schema) as writer:
        for begin in range(0, rows, CHUNK_ROWS):
            n = min(CHUNK_ROWS, rows - begin)
            columns = [np.arange(begin, begin + n), rng.uniform(west, east, n), rng.uniform(south, north, n)]
            writer.write_table(pa.table(columns, schema=schema))
    return file


def _split(file: Path, folder: Path) -> Path:
    folder.mkdir()
    whole = pq.ParquetFile(file)
    size = -(-whole.metadata.num_rows // FOLDER_FILES)
    for i, batch in enumerate(whole.iter_batches(batch_size=size)):
        pq.write_table(pa.Table.from_batches([batch]), folder / f"{i}.parquet")
    return folder


def _command(folder: Path, source: Path, out: str, *more: str) -> tuple[float, float, float]:
    """Seconds before the first row, seconds after it, and the peak of resident memory in MB."""
    command = [sys.executable, "-m", "gridmap.cli", "locate", str(source), str(folder / out)]
    command += ["--polygons", str(folder / "grids.gpkg"), "--code", "code", "--json", *more]
    begun_s = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    peak_mb = 0.0
    while process.poll() is None:
        peak_mb = max(peak_mb, _peak_mb(process.pid))
        time.sleep(0.02)
    wall_s = time.perf_counter() - begun_s
    if process.returncode or process.stdout is None:
        raise SystemExit(f"{' '.join(command)} failed.")
    run_s = float(json.loads(process.stdout.read().splitlines()[-1])["run_s"])
    return wall_s - run_s, run_s, peak_mb


def _peak_mb(pid: int) -> float:
    """The highest resident memory so far; what rusage tells begins with the parent's."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1000 for line in lines if line.startswith("VmHWM:")), 0.0)


def _row(what: str, rows: int, taken: tuple[float, float, float]) -> list[str]:
    start_s, run_s, peak_mb = taken
    speed, each_ns = rows / run_s / 1e6, run_s / rows * 1e9
    return [
        what,
        f"{rows:,}",
        f"{start_s:.1f} s",
        f"{run_s:.2f} s",
        f"{speed:.2f}",
        f"{each_ns:.0f} ns",
        f"{peak_mb:.0f} MB",
    ]
