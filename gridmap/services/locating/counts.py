"""What became of the rows."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Counts:
    """`rows` = `located` (they have a grid) + `outside` (a place in no grid) + `unusable` (no coordinates to use).

    `swapped` of those without a grid would have one if longitude and latitude were exchanged.
    """

    rows: int = 0
    located: int = 0
    outside: int = 0
    unusable: int = 0
    swapped: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.rows + other.rows,
            self.located + other.located,
            self.outside + other.outside,
            self.unusable + other.unusable,
            self.swapped + other.swapped,
        )

    def as_dict(self) -> dict[str, int]:
        return asdict(self)
