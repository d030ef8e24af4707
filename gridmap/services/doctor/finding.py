"""A line of the doctor's report."""

from __future__ import annotations

from dataclasses import dataclass

from gridmap.errors import GridmapError


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, what was found, and what to do when that is a problem.

    With `is_warning` it works as it is, and could be safer.
    """

    check: str
    ok: bool
    found: str
    cure: str = ""
    is_warning: bool = False


def refused(check: str, error: GridmapError) -> Finding:
    """The finding for what is refused."""
    return Finding(check, False, error.message.rstrip("."), error.hint)
