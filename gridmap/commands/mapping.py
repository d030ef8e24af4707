"""`--map FIELD=COLUMN`, as every command reads it."""

from __future__ import annotations

from collections.abc import Iterable

from gridmap.errors import BadInput


def told_columns(pairs: Iterable[str], example: str) -> dict[str, str]:
    """field=column texts -> field: column; the last of a field counts. `example` is shown to who wrote something else.

    Raises BadInput for a text that is no pair.
    """
    told: dict[str, str] = {}
    for pair in pairs:
        field, sign, column = pair.partition("=")
        if not sign or not field.strip():
            raise BadInput(f"--map {pair} is not FIELD=COLUMN.", f"For example: --map {example}")
        told[field.strip()] = column
    return told
