"""Writes address texts whose right answers are known before: a row of the demo's files, written as people write.

`python scripts/bench/address_texts.py SEED COUNT FILE.csv` writes COUNT texts of every kind. It does not use the
matcher: truth is the row the text was made of, or a place computed here from the files' shapes.

Columns: text, kind, level, truth. `truth` is codes with "|" between where several are right (a household, building,
area, site), the road's name, or "lon lat" for a point; level "ask" means that no machine may answer.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.address_strays import Strays
from bench.address_worlds import files

KINDS = [
    "prefixed",
    "repeated",
    "plain",
    "dashed",
    "mixed",
    "numerals",
    "wide",
    "noisy",
    "alias",
    "no_stairwell",
    "stairwell",
    "building",
    "village",
    "door",
    "door_remark",
    "road_then_compound",
    "door_inside",
    "junction",
    "typed_by_sound",
    "sign_missing",
    "sign_swapped",
    "sign_doubled",
    "remark",
    "remark_after",
    "turned",
    "dictated",
    "site",
    "shop",
    "metres",
    "beside",
    "road",
    "area_only",
    "compound_only",
    "unknown_compound",
    "new_combination",
    "strange_sign",
    "elsewhere",
    "no_building",
    "no_such_building",
    "no_such_floor",
    "no_such_stairwell",
    "no_such_door",
    "shared_name",
    "wrong_community",
    "apart",
    "two_places",
    "number_only",
    "nonsense",
]


def main(seed: str, count: str, file: str) -> None:
    writer = Strays(files(), int(seed))
    with Path(file).open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(("text", "kind", "level", "truth"))
        for kind in KINDS:
            for _ in range(int(count)):
                text, level, truth = getattr(writer, kind)()
                rows.writerow((text, kind, level, truth))


if __name__ == "__main__":
    main(*sys.argv[1:])
