#!/usr/bin/env python
"""Write the demo district to data/geo/ (see data/geo/README.md); the same seed writes the same files."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import pandas as pd

from gridmap.services.demo_files import write_demo
from gridmap.synthetic.demo import make_demo
from gridmap.synthetic.xialu import XIALU

GEO = Path(__file__).resolve().parent.parent / "data" / "geo"
SEED = 7


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
    write_demo(demo, options.out)
    size_mb = sum(p.stat().st_size for p in options.out.iterdir()) / 1e6
    print(json.dumps(demo.notes["counts"]), json.dumps(demo.notes["figures"]))
    print(f"{time.perf_counter() - began:.1f} s, {size_mb:.2f} MB in {options.out}")


if __name__ == "__main__":
    main()
