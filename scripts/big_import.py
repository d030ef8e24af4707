"""Measure an import of a very large CSV: its peak of memory, its time, and that nothing is lost.

    python scripts/big_import.py [--gigabytes 2] [--text 400] [--limit-mb 1000]

Makes the file and a SpatiaLite database in a temporary folder (about three times the file's size is needed there) and
imports it by the real command. Ends with 1 when the peak is over the limit or rows are missing.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SENTENCE = "双方因停车位发生口角，民警到场后调解，"  # 3 bytes a character


@dataclass(frozen=True, slots=True)
class Result:
    """One import: rows read and stored, the peak of the command's memory, its time."""

    rows: int
    stored: int
    file_gb: float
    peak_mb: float
    seconds: float


def measure(folder: Path, *, gigabytes: float, text: int) -> Result:
    """Import a file of that size whose rows have a summary of `text` characters."""
    path = folder / "incidents.csv"
    rows = make(path, int(gigabytes * 1e9), text)
    environment = {**os.environ, "GRIDMAP_DB": f"sqlite:///{folder / 'big.db'}", "GRIDMAP_VAR": str(folder / "var")}
    command = [sys.executable, "-m", "gridmap.cli", "import", "incidents", str(path), "--json"]
    begun_s = time.monotonic()
    peak_mb = 0.0
    with subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        while process.poll() is None:
            peak_mb = max(peak_mb, peak_of(process.pid))
            time.sleep(0.05)
        told = "" if process.stdout is None else process.stdout.read()
    seconds = time.monotonic() - begun_s
    if process.returncode:
        raise SystemExit(f"The import ended with {process.returncode}.")
    counts = json.loads(told.splitlines()[-1])
    if counts["read"] != rows:
        raise SystemExit(f"{rows} rows were written, {counts['read']} read.")
    return Result(rows, counts["stored"], path.stat().st_size / 1e9, peak_mb, seconds)


def peak_of(pid: int) -> float:
    """The highest resident memory of a running process so far, in MB; what rusage tells begins with the parent's."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1000 for line in lines if line.startswith("VmHWM:")), 0.0)


def make(path: Path, size: int, text: int) -> int:
    """Write a CSV of at least `size` bytes -> its rows."""
    summary = (SENTENCE * (text // len(SENTENCE) + 1))[:text]
    rows = 0
    with path.open("w", encoding="utf-8", buffering=1 << 20) as file:
        file.write("source_id,kind,time,lon,lat,address,summary\n")
        while file.buffer.raw.tell() < size:
            for i in range(rows, rows + 1_000):
                file.write(
                    f"c{i},盗窃,2024-03-{1 + i % 28:02} {i % 24:02}:{i % 60:02},{114.9 + i % 997 / 1e4:.6f},"
                    f"{30.1 + i % 991 / 1e4:.6f},某某路{i % 999}号,{i}{summary}\n"
                )
            rows += 1_000
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gigabytes", type=float, default=2.0)
    parser.add_argument("--text", type=int, default=400, help="characters of each row's summary")
    parser.add_argument("--limit-mb", type=float, default=1_000.0)
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        done = measure(Path(name), gigabytes=told.gigabytes, text=told.text)
    print(
        f"{done.file_gb:.2f} GB, {done.rows:,} rows, {done.stored:,} stored, peak {done.peak_mb:,.0f} MB, "
        f"{done.seconds:,.0f} s ({done.rows / done.seconds:,.0f} rows/s)"
    )
    return 0 if done.peak_mb <= told.limit_mb and done.stored == done.rows else 1


if __name__ == "__main__":
    sys.exit(main())
