"""Times and tables: what the measurements share."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version
from statistics import median
from typing import Any


def timed_s(work: Callable[[], Any], *, repeats: int = 5) -> tuple[float, Any]:
    """Median wall time in seconds of `repeats` runs after one to warm up, and the last result."""
    result = work()
    taken = []
    for _ in range(repeats):
        begin = time.perf_counter()
        result = work()
        taken.append(time.perf_counter() - begin)
    return median(taken), result


def in_turns_s(works: dict[str, Callable[[], Any]], *, repeats: int = 5) -> dict[str, float]:
    """Median seconds of each: run in turns, so that a busy moment of the machine hits all of them alike."""
    for work in works.values():
        work()
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(repeats):
        for name, work in works.items():
            begin = time.perf_counter()
            work()
            taken[name].append(time.perf_counter() - begin)
    return {name: median(times) for name, times in taken.items()}


def table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """A Markdown table, columns padded so that it reads as text too."""
    widths = [max(len(row[i]) for row in (head, *rows)) for i in range(len(head))]
    yield f"\n**{title}**\n"
    yield _line(head, widths)
    yield "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    for row in rows:
        yield _line(row, widths)


def machine() -> str:
    """What the figures were taken on."""
    libraries = ", ".join(f"{name} {version(name)}" for name in ("numpy", "scipy", "numba", "shapely", "geopandas"))
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, {libraries}"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |"
