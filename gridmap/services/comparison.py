"""Two totals that somebody looks at side by side: is one more than the other, or may chance explain it?"""

from __future__ import annotations

from dataclasses import dataclass

from gridmap.analysis.change import compare


@dataclass(frozen=True, slots=True)
class TotalsCompared:
    """`p` of the exact conditional test, two-sided; `significant` is p <= 0.05: one comparison is a family of one."""

    p: float
    significant: bool


def compare_totals(first: int, second: int, first_days: float, second_days: float) -> TotalsCompared:
    """Two counts of incidents and how long each was counted. Raises BadInput for negative counts or no days."""
    found = compare([first], [second], first_days, second_days)
    return TotalsCompared(float(found.p[0]), bool(found.significant[0]))
