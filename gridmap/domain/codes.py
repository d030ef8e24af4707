"""Codes of areas and grids: digits in steps, one step a level.

The default is the administrative code (6 digits for the county, 3 for the street or town, 3 for the community) with
three running digits for the grid below it; another place writes another scheme into its configuration, under `codes`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from gridmap.domain.areas import RANKS
from gridmap.errors import BadInput


@dataclass(frozen=True, slots=True)
class CodeScheme:
    """`steps` are (level, digits) from the top down; a code of a level is as long as all digits down to it."""

    steps: tuple[tuple[str, int], ...] = (("district", 6), ("street", 3), ("community", 3), ("grid", 3))

    def lengths(self) -> dict[str, int]:
        """Level -> length of its full code."""
        return dict(
            zip((level for level, _ in self.steps), accumulate(digits for _, digits in self.steps), strict=True)
        )

    def level_of(self, code: str) -> str | None:
        """The level a code stands for by its length; None for a code that is not of this scheme."""
        if not (code.isascii() and code.isdigit()):
            return None
        return {length: level for level, length in self.lengths().items()}.get(len(code))

    def parent_of(self, code: str) -> str | None:
        """The code one level up; None at the top and for a code that is not of this scheme."""
        level = self.level_of(code)
        if level is None or level == self.steps[0][0]:
            return None
        return code[: -dict(self.steps)[level]]

    def child(self, parent: str, level: str, number: int) -> str:
        """The code of child `number` (from 1) of `parent`. Raises BadInput when the number has no room."""
        digits = dict(self.steps)[level]
        if not 0 < number < 10**digits:
            raise BadInput(
                f"{level} number {number} does not fit into {digits} digits below {parent}.",
                "Give this level more digits in the configuration (codes).",
            )
        return f"{parent}{number:0{digits}d}"

    def free_numbers(self, parent: str, level: str, taken: Sequence[str], n: int) -> list[str]:
        """`n` codes below `parent` that were never used: numbers go up from the highest ever taken, gaps stay gaps."""
        used = [int(code[len(parent) :]) for code in taken if code.startswith(parent) and code[len(parent) :].isdigit()]
        highest = max(used, default=0)
        return [self.child(parent, level, highest + k) for k in range(1, n + 1)]


def scheme_of(configuration: Mapping[str, Any]) -> CodeScheme:
    """The scheme a configuration names under `codes` ({level: digits}), else the default one.

    Levels go from the top down whatever their order there: PostgreSQL keeps none. Raises BadInput.
    """
    steps = configuration.get("codes")
    if not steps:
        return CodeScheme()
    if not all(isinstance(digits, int) and digits > 0 for digits in steps.values()):
        raise BadInput("The code scheme has a level without digits.", "Write codes as level = number of digits.")
    return CodeScheme(tuple(sorted(steps.items(), key=lambda step: RANKS.get(step[0], len(RANKS)))))


BLOCK_DIGITS = 4


def block_codes(community: str, n: int) -> list[str]:
    """Codes of the n blocks of a community in their order: its code and a running number from 1.

    Four digits, or more where n has more, so that codes sort as numbers.
    """
    digits = max(BLOCK_DIGITS, len(str(n)))
    return [f"{community}{number:0{digits}d}" for number in range(1, n + 1)]
