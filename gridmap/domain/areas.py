"""The tree of areas: district > street or town > community or village > compound."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

RANKS = {"district": 0, "street": 1, "town": 1, "community": 2, "village": 2, "compound": 3}

LEVEL_NAMES = {
    "区": "district",
    "县": "district",
    "区县": "district",
    "街道": "street",
    "镇": "town",
    "乡": "town",
    "乡镇": "town",
    "社区": "community",
    "居委会": "community",
    "村": "village",
    "行政村": "village",
    "小区": "compound",
    "院落": "compound",
}


@dataclass(frozen=True, slots=True)
class Validity:
    """From one day to another, both included; None is open on that side."""

    from_on: dt.date | None = None
    to_on: dt.date | None = None

    def holds_on(self, day: dt.date) -> bool:
        return (self.from_on is None or self.from_on <= day) and (self.to_on is None or day <= self.to_on)

    def is_possible(self) -> bool:
        return self.from_on is None or self.to_on is None or self.from_on <= self.to_on


def level_named(text: str) -> str | None:
    """A level's name in English or Chinese -> the level; None if there is no such level."""
    text = text.strip()
    return text.lower() if text.lower() in RANKS else LEVEL_NAMES.get(text)


def may_hold(parent_level: str, child_level: str) -> bool:
    """Whether an area of one level may lie below one of the other: only downwards, levels may be skipped."""
    return RANKS[parent_level] < RANKS[child_level]


def version_id(code: str, valid_from: dt.date | None) -> str:
    """What tells apart two areas that carried one code at different times."""
    return code if valid_from is None else f"{code}@{valid_from.isoformat()}"
