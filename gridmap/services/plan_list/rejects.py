"""The file of what a person must look at: rows in doubt with what they might mean, and blocks with their places."""

from __future__ import annotations

import csv
import os
from pathlib import Path

from gridmap.services.exchange.exported import guarded
from gridmap.services.plan_list.answers import Assigned

HEADINGS = (
    "row", "reason", "candidates", "place", "place_code", "community", "grid", "grid_code", "block", "lon", "lat",
)  # fmt: skip


def write_doubts(path: Path, assigned: Assigned) -> None:
    """Write it whole or not at all; corrected, its rows can be given again as a list. Raises OSError."""
    unfinished = path.with_name(path.name + ".part")
    with unfinished.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        for doubt in assigned.doubts:
            line = doubt.line
            told = "; ".join(candidate.text() for candidate in doubt.candidates)
            cells = (line.place, line.place_code, line.community, line.grid, line.grid_code)
            texts = [guarded(text or "") for text in (doubt.reason, told, *cells)]
            writer.writerow([line.row, *texts, "", "", ""])
        for sight in (*assigned.cuts, *assigned.unclaimed):
            texts = [guarded(sight.text), "", "", "", "", "", "", guarded(sight.code)]
            writer.writerow(["", *texts, f"{sight.lon:.6f}", f"{sight.lat:.6f}"])
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
