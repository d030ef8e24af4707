"""Finding the headings of a table: under titles and remarks, in one line or in several."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from itertools import islice

from gridmap.errors import BadFile
from gridmap.services.exchange.exported import CSV_MARK
from gridmap.services.exchange.layers import LAYERS, PLACE_FIELDS
from gridmap.services.exchange.table import folded

LOOKED_AT = 12  # lines from the top among which the headings are
TITLE_SHORTER_BY = 2  # a title stands alone above at least three headings
MOST_HEADING_ROWS = 4

_DATE = re.compile(r"\d{4}[-/.年]\d{1,2}.*")


@dataclass(frozen=True, slots=True)
class Headings:
    """`names` of the columns, `skip`: how many lines from the top are no rows, `parts` as in Table."""

    names: list[str]
    skip: int
    parts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def find_headings(
    lines: Sequence[Sequence[str]],
    name: str,
    target: str,
    told: int | None = None,
    merged: Container[int] = (),
) -> Headings:
    """The headings among the first lines of a table (cells as text, blank lines left out).

    Lines of gridmap's own exports and a title above the headings are passed over, and told. `told`: how many lines of
    headings there are; without it two are recognised when the lower one names fields of the layer `target` itself, or
    fills the gaps of an upper one that has merged cells (`merged`: the lines that have). Raises BadFile where there are
    none.
    """
    notes: list[str] = []
    skip = _skip_own(lines, notes)
    skip = _skip_title(lines, skip, notes)
    if skip >= len(lines):
        raise BadFile(f"{name} has no rows below its headings.", "Export it again, with its rows.")
    count = _count_rows(lines[skip:], target, has_merged=skip in merged) if told is None else told
    if not 1 <= count <= MOST_HEADING_ROWS or skip + count > len(lines):
        raise BadFile(f"{name} has no {count} lines of headings.", f"Give 1 to {MOST_HEADING_ROWS}, as the file has.")
    block = lines[skip : skip + count]
    if count == 1 and _all_numbers(block[0]):
        raise BadFile(f"{name} has no line of headings: its first line holds numbers.", "Put headings on top.")
    joined = _join(block)
    names = _told_apart([cell for cell, _ in joined], notes)
    parts = {heading: lines_ for heading, (_, lines_) in zip(names, joined, strict=True) if len(lines_) > 1}
    if count > 1:
        example = next(iter(parts), names[0])
        notes.append(
            f"The headings stand in {count} lines; they are joined, as '{example}' (--heading-rows 1 if only the "
            "first is one)."
        )
    return Headings(names, skip + count, parts, notes)


def _is_number(cell: str) -> bool:
    """Whether a cell reads as a number."""
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _skip_own(lines: Sequence[Sequence[str]], notes: list[str]) -> int:
    """Past the lines that gridmap's own exports begin with."""
    skip = 0
    while skip < len(lines) and lines[skip] and lines[skip][0].startswith(CSV_MARK.rstrip()):
        notes.append(",".join(cell for cell in lines[skip] if cell).lstrip("# ").strip())
        skip += 1
    return skip


def _skip_title(lines: Sequence[Sequence[str]], skip: int, notes: list[str]) -> int:
    """Past lines of one cell above a line of at least three texts."""
    for below in range(skip + 1, min(skip + 4, len(lines))):
        filled = _filled(lines[below])
        if len(filled) > TITLE_SHORTER_BY and not any(_is_number(cell) for cell in filled):
            above = [_filled(line) for line in lines[skip:below]]
            if all(len(cells) == 1 and not _is_number(cells[0]) for cells in above):
                said = "; ".join(cells[0].strip() for cells in above)
                notes.append(f"Above the headings stands a title, which is no row: {said[:120]}")
                return below
            break
    return skip


def _count_rows(lines: Sequence[Sequence[str]], target: str, *, has_merged: bool) -> int:
    """2 where the second line is one of headings too, else 1."""
    if len(lines) < 2:
        return 1
    upper, lower = _same_width(lines[:2])
    texts = [cell for cell in lower if cell.strip()]
    if not texts or any(_is_number(cell) or _DATE.fullmatch(cell.strip()) for cell in texts):
        return 1
    known = _known_names(target)
    named = sum(folded(cell) in known for cell in texts)
    gaps = [low for up, low in zip(upper, lower, strict=True) if not up.strip()]
    if gaps and upper[0].strip() and all(cell.strip() for cell in gaps) and (named or has_merged):
        return 2
    return 2 if named >= 2 and named * 2 >= len(texts) else 1


def _join(block: Sequence[Sequence[str]]) -> list[tuple[str, tuple[str, ...]]]:
    """For each column its heading, and the lines it was made of; an upper one goes on over the gaps to its right."""
    given = _same_width(block)
    rows = [list(line) for line in given]
    for depth, row in enumerate(rows[:-1]):
        group = ""
        for column, cell in enumerate(row):
            above = any(upper[column].strip() for upper in given[:depth])
            below = any(lower[column].strip() for lower in given[depth + 1 :])
            group = cell if cell.strip() else "" if above else group
            row[column] = group if below or cell.strip() else ""
    columns = []
    for cells in zip(*rows, strict=True):
        lines = tuple(dict.fromkeys(cell.strip() for cell in cells if cell.strip()))
        columns.append(("/".join(lines), lines))
    return columns


def _told_apart(cells: Sequence[str], notes: list[str]) -> list[str]:
    """Headings without outer space; empty ones are numbered, repeated ones told apart."""
    headings, seen = [], Counter[str]()
    for position, cell in enumerate(cells, 1):
        heading = cell.strip() or f"column {position}"
        seen[heading] += 1
        if seen[heading] > 1:
            notes.append(f"Heading '{heading}' stands more than once; the later one is called '{heading} {position}'.")
            heading = f"{heading} {position}"
        headings.append(heading)
    return headings


def _known_names(target: str) -> set[str]:
    """What columns of a layer may be called, folded."""
    layer = LAYERS.get(target)
    fields = (*layer.fields, *PLACE_FIELDS) if layer else PLACE_FIELDS
    return {folded(text) for one in fields for text in (one.name, *one.synonyms)}


def _same_width(lines: Sequence[Sequence[str]]) -> list[list[str]]:
    width = max(len(line) for line in lines)
    return [[*line, *[""] * (width - len(line))] for line in lines]


def _filled(line: Sequence[str]) -> list[str]:
    return [cell for cell in line if cell.strip()]


def _all_numbers(line: Sequence[str]) -> bool:
    return all(_is_number(cell) for cell in islice(_filled(line), 3))
