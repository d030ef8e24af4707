"""What is wrong with which row, kept so that ten thousand bad rows still make a report of one screen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

EXAMPLES = 3

Details = Sequence[object] | Mapping[int, object] | NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that is wrong with `count` rows; `examples` are (row number, value or further words)."""

    text: str
    count: int
    examples: tuple[tuple[int, str], ...]


@dataclass(slots=True)
class Problems:
    """Reasons by row index (from 0). A row with any is bad; one row may have several."""

    n: int
    _rows: dict[int, list[tuple[str, str]]] = field(default_factory=dict)
    _closed: set[int] = field(default_factory=set)

    def add(self, rows: NDArray[np.bool_] | Iterable[int], cause: str, details: Details | None = None) -> None:
        """Note a cause against rows, given as a mask of n or as indices; `details[row]` says more about each."""
        indices = np.flatnonzero(rows).tolist() if isinstance(rows, np.ndarray) and rows.dtype == bool else rows
        for index in indices:
            if index in self._closed:
                continue
            detail = "" if details is None else details[index]
            self._rows.setdefault(int(index), []).append((cause, "" if detail is None else _short(str(detail))))

    def close(self, index: int, cause: str, detail: str = "") -> None:
        """Note the one cause that matters for a row; whatever else may be found in it follows from this."""
        self.add([index], cause, {index: detail})
        self._closed.add(index)

    def mask(self) -> NDArray[np.bool_]:
        """bool[n]: the bad rows."""
        bad = np.zeros(self.n, dtype=bool)
        bad[list(self._rows)] = True
        return bad

    def __len__(self) -> int:
        return len(self._rows)

    def reason(self, index: int) -> str:
        """All that is wrong with one row, in words."""
        return "; ".join(f"{cause}: {detail}" if detail else cause for cause, detail in self._rows[index])

    def causes(self) -> list[Cause]:
        """What is wrong, the most frequent first, each with its first few rows."""
        found: dict[str, list[tuple[int, str]]] = {}
        for index in sorted(self._rows):
            for cause, detail in self._rows[index]:
                found.setdefault(cause, []).append((index + 1, detail))
        ranked = sorted(found.items(), key=lambda item: -len(item[1]))
        return [Cause(text, len(rows), tuple(rows[:EXAMPLES])) for text, rows in ranked]


def _short(text: str) -> str:
    return text if len(text) <= 160 else text[:157] + "..."
