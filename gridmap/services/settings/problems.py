"""What is wrong with settings that were proposed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gridmap.errors import BadInput

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Problem:
    """`field` is the path of the setting (differences.py), `message` what is wrong, `hint` what to do."""

    field: str
    message: str
    hint: str


class SettingsRefused(BadInput):
    """Settings that cannot be used: nothing was stored."""

    code = "settings_refused"

    def __init__(self, problems: Sequence[Problem]) -> None:
        told = " ".join(f"{each.message} {each.hint}" for each in problems[:SHOWN])
        more = f" And {len(problems) - SHOWN:,} more." if len(problems) > SHOWN else ""
        super().__init__(
            f"The settings were not stored. {told}{more}",
            details={"problems": [{"field": p.field, "message": p.message, "hint": p.hint} for p in problems]},
        )
        self.problems = tuple(problems)
