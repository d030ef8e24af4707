"""Lists of people and posts that somebody gives: which column says what, and why rows cannot be used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gridmap.errors import BadInput
from gridmap.services.exchange.table import Table, folded


@dataclass(frozen=True, slots=True)
class RowError:
    """Why a row of a list cannot be used; rows count from 1 below the headings."""

    row: int
    reason: str


class RowsRefused(BadInput):
    """A list with rows that cannot be used: nothing was stored."""

    code = "rows_refused"

    def __init__(self, file: str, read: int, found: Sequence[RowError]) -> None:
        reasons: dict[int, list[str]] = {}
        for error in sorted(found, key=lambda each: each.row):
            reasons.setdefault(error.row, []).append(error.reason)
        errors = [RowError(row, "; ".join(told)) for row, told in reasons.items()]
        first = "; ".join(f"row {error.row}: {error.reason}" for error in errors[:3])
        more = f"; and {len(errors) - 3:,} more" if len(errors) > 3 else ""
        super().__init__(
            f"{len(errors):,} of {read:,} rows of {file} cannot be used, and nothing was stored: {first}{more}.",
            "Correct these rows and give the list again.",
            details={"rows": [{"row": error.row, "reason": error.reason} for error in errors]},
        )
        self.errors = errors


def columns_of(
    table: Table, fields: Mapping[str, Sequence[str]], told: Mapping[str, str], what: str
) -> dict[str, str]:
    """field -> heading: as `told` ("" for none), else the first heading that a field is known by. `what` the list is
    of: "posts". Raises BadInput for a field or heading there is not.
    """
    for field, heading in told.items():
        if field not in fields:
            raise BadInput(f"A list of {what} has no field '{field}'.", f"Its fields are: {', '.join(fields)}.")
        if heading and heading not in table.columns:
            raise BadInput(f"The list has no column '{heading}'.", f"Its columns are: {', '.join(table.headings)}.")
    chosen = {field: heading for field, heading in told.items() if heading}
    free = {folded(heading): heading for heading in table.headings if heading not in chosen.values()}
    for field, names in fields.items():
        found = next((free[folded(name)] for name in names if folded(name) in free), None)
        if field not in told and found is not None:
            chosen[field] = found
            del free[folded(found)]
    return chosen
