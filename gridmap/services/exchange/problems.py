"""What is wrong with which row, kept so that ten thousand bad rows still make a report of one screen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

EXAMPLES = 3
CAUSES_AT_MOST = 100  # kept apart; a file cannot have more kinds of faults that anybody would read
DETAIL_LENGTH, EXAMPLE_LENGTH = 400, 160  # characters
OTHER = "other reasons"

Details = Sequence[object] | Mapping[int, object] | NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that is wrong with `count` rows; `examples` are (row number, value or further words).

    `times`: how often it was found; more than `count` where a row has it several times (overlaps with several others).
    """

    text: str
    count: int
    examples: tuple[tuple[int, str], ...]
    times: int


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
            detail = None if details is None else details[index]
            told = "" if detail is None else _short(str(detail), DETAIL_LENGTH)
            self._rows.setdefault(int(index), []).append((cause, told))

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

    def about(self, field_name: str) -> NDArray[np.bool_]:
        """bool[n]: the rows of which a cause speaks of this field."""
        found = np.zeros(self.n, dtype=bool)
        found[[i for i, told in self._rows.items() if any(c.startswith(f"{field_name} ") for c, _ in told)]] = True
        return found

    def items(self) -> Iterator[tuple[int, str, str]]:
        """Every row index with each of its causes and details, row by row."""
        for index in sorted(self._rows):
            for cause, detail in self._rows[index]:
                yield index, cause, detail


@dataclass(slots=True)
class Causes:
    """What is wrong with all rows of a file, in little room: each cause with its counts and its first few rows."""

    _counts: dict[str, int] = field(default_factory=dict)  # rows
    _times: dict[str, int] = field(default_factory=dict)
    _last: dict[str, int] = field(default_factory=dict)  # the row it was last found in
    _examples: dict[str, list[tuple[int, str]]] = field(default_factory=dict)

    def add(self, problems: Problems, first_row: int = 1) -> None:
        """Take in what is wrong with the rows from number `first_row` on."""
        for index, cause, detail in problems.items():
            cause = cause if cause in self._counts or len(self._counts) < CAUSES_AT_MOST else OTHER
            self._times[cause] = self._times.get(cause, 0) + 1
            if self._last.get(cause) == first_row + index:
                continue
            self._last[cause] = first_row + index
            self._counts[cause] = self._counts.get(cause, 0) + 1
            examples = self._examples.setdefault(cause, [])
            if len(examples) < EXAMPLES:
                examples.append((first_row + index, _short(detail, EXAMPLE_LENGTH)))

    def ranked(self) -> list[Cause]:
        """The most frequent first."""
        ranked = sorted(self._counts.items(), key=lambda item: -item[1])
        return [Cause(text, count, tuple(self._examples[text]), self._times[text]) for text, count in ranked]


def _short(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 3] + "..."
