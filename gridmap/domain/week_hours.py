"""Hours of the week that somebody chooses, such as Friday and Saturday from 18 to 24 o'clock."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gridmap.errors import BadInput

DAYS, HOURS = 7, 24
SHOWN = 20  # letters of a part that is wrong
PART = re.compile(r"([1-7])\.(\d{1,2})(?:-(\d{1,2}))?", re.ASCII)
HOW = "Write weekday.hour or weekday.hour-hour with commas between, such as 1.8-11,5.18-23 (1 is Monday)."


@dataclass(frozen=True, slots=True)
class WeekHours:
    """`flags[24 * day + hour]` says whether that local hour is chosen; day 0 is Monday. At least one is."""

    flags: tuple[bool, ...]

    def __post_init__(self) -> None:
        if len(self.flags) != DAYS * HOURS:
            raise BadInput(f"A week has {DAYS * HOURS} hours, not {len(self.flags)}.", HOW)
        if not any(self.flags):
            raise BadInput("No hour of the week is chosen.", HOW)

    @classmethod
    def parse(cls, text: str) -> WeekHours:
        """The text form: parts `weekday.hour` or `weekday.hour-hour`, ISO weekday 1 to 7, both hours in.

        Raises BadInput for anything else.
        """
        flags = [False] * (DAYS * HOURS)
        for part in text.split(","):
            found = PART.fullmatch(part.strip())
            day, first, last = found.groups() if found else ("", "", None)
            if not found or not int(first) <= int(last or first) < HOURS:
                raise BadInput(f"'{part.strip()[:SHOWN]}' names no hours of a weekday.", HOW)
            for hour in range(int(first), int(last or first) + 1):
                flags[(int(day) - 1) * HOURS + hour] = True
        return cls(tuple(flags))

    def __str__(self) -> str:
        """The text form, always the same for the same hours."""
        parts = []
        for day in range(DAYS):
            for first, last in self.runs(day):
                parts.append(f"{day + 1}.{first}" if first == last else f"{day + 1}.{first}-{last}")
        return ",".join(parts)

    def runs(self, day: int) -> list[tuple[int, int]]:
        """First and last hour of each unbroken stretch of a day (0 is Monday)."""
        chosen = [hour for hour in range(HOURS) if self.flags[day * HOURS + hour]]
        starts = [hour for hour in chosen if hour - 1 not in chosen]
        ends = [hour for hour in chosen if hour + 1 not in chosen]
        return list(zip(starts, ends, strict=True))
