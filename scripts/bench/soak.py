"""An organisation at work for long: does the server's memory grow?

    python scripts/bench.py soak [--minutes 20] and the words of `load`

The first fifth of the time is for warming up; of the rest the first fifth is set beside the last.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import mean

from bench import load
from bench.working_day import course_of, settings_of

TAKES_LONG = True


def run(arguments: list[str]) -> Iterator[str]:
    told = load.parsed(arguments, minutes=20.0)
    for setting in settings_of(told.db, workers=told.workers, is_tls=told.tls):
        with course_of(setting, minutes=told.minutes, per_s=told.per_s, seed=told.seed) as course:
            yield from load.report(setting, course, told)
            yield f"\nMemory grew by {100 * growth([size for _, size in course.memory]):.1f} %."


def growth(sizes: Sequence[int]) -> float:
    """How much more the last samples are than the first ones after warming up, as a share of these."""
    part = max(1, len(sizes) // 5)
    return mean(sizes[-part:]) / mean(sizes[part : 2 * part]) - 1
