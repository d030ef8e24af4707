"""A large file in pieces: small enough to be checked and stored at once, and one whole where a layer needs that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from gridmap.errors import TooLarge
from gridmap.services.exchange.stream import TableStream
from gridmap.services.exchange.table import Table

PIECE_ROWS = 20_000
WHOLE_ROWS = 3_000_000  # of a layer whose rows are looked at together: all of them are in memory at once

# Layers whose rows say nothing about one another but by their source ids, which the database remembers.
IN_PIECES = {
    "ground", "buildings", "households", "units", "sites", "streets", "cameras", "incidents", "routes",
}  # fmt: skip


def pieces(stream: TableStream, layer: str) -> Iterator[Table]:
    """The tables of a stream as a layer takes them: at most PIECE_ROWS each, or all in one.

    The caller must not keep the stream: what has been walked through is given back to memory. Raises BadFile when the
    file is damaged further on, TooLarge when too many rows would have to be looked at together.
    """
    tables = stream.tables()
    del stream
    if layer in IN_PIECES:
        for table in tables:
            for start in range(0, table.n, PIECE_ROWS):
                yield part_of(table, start, min(start + PIECE_ROWS, table.n))
            del table
        return
    yield joined(_bounded(tables, layer))


def part_of(table: Table, start: int, end: int) -> Table:
    """The rows from index `start` to before `end` as a table of their own; its indices begin at 0."""
    if (start, end) == (0, table.n):
        return table
    return replace(
        table,
        n=end - start,
        columns={heading: values[start:end] for heading, values in table.columns.items()},
        shapes=None if table.shapes is None else table.shapes[start:end],
        broken={index - start: cause for index, cause in table.broken.items() if start <= index < end},
        broken_cells={index - start: cells for index, cells in table.broken_cells.items() if start <= index < end},
    )


def joined(tables: Sequence[Table]) -> Table:
    """Tables of the same headings as one."""
    first = tables[0]
    if len(tables) == 1:
        return first
    starts = np.cumsum([0, *(table.n for table in tables)]).tolist()
    pairs = list(zip(starts, tables, strict=False))
    return replace(
        first,
        n=starts[-1],
        columns={heading: np.concatenate([table.columns[heading] for table in tables]) for heading in first.headings},
        shapes=None if first.shapes is None else np.concatenate([t.shapes for t in tables if t.shapes is not None]),
        broken={start + index: cause for start, table in pairs for index, cause in table.broken.items()},
        broken_cells={start + index: cells for start, table in pairs for index, cells in table.broken_cells.items()},
    )


def _bounded(tables: Iterable[Table], layer: str) -> list[Table]:
    found: list[Table] = []
    rows = 0
    for table in tables:
        found.append(table)
        rows += table.n
        if rows > WHOLE_ROWS:
            raise TooLarge(
                f"The file has more than {WHOLE_ROWS:,} rows; {layer} are looked at together.",
                "Split it into several files.",
            )
    return found
