"""Which posts there can be, and which of them contradict each other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from gridmap.domain.access import TITLES
from gridmap.domain.areas import Validity
from gridmap.services.posts.answers import HELD_BY_ONE

LONGEST_STAIRWELL = 20


@dataclass(frozen=True, slots=True)
class Wanted:
    """A post by the keys of its place (column -> id) and people, as it is compared with others."""

    title: str
    column: str  # area_id, grid_id or building_id
    place_id: int
    worker_id: int | None
    deputy_id: int | None
    stairwell: str | None
    valid: Validity

    @property
    def place(self) -> tuple[str, str, int, str | None]:
        return self.title, self.column, self.place_id, self.stairwell


@dataclass(frozen=True, slots=True)
class Standing:
    """A stored post: its id, beside what it is compared by."""

    id: int
    post: Wanted


def fault(wanted: Wanted) -> str | None:
    """Why there can be no such post; None when there can."""
    if wanted.title not in TITLES:
        return f"'{wanted.title}' is no post that gridmap knows"
    if not wanted.valid.is_possible():
        return "it ends before it begins"
    if wanted.stairwell is not None and wanted.column != "building_id":
        return "a stairwell is one of a building, and the place is none"
    if wanted.stairwell is not None and len(wanted.stairwell) > LONGEST_STAIRWELL:
        return f"the stairwell has more than {LONGEST_STAIRWELL} characters"
    if wanted.deputy_id is not None and wanted.deputy_id == wanted.worker_id:
        return "holder and deputy are one person"
    return None


def overlap(one: Validity, other: Validity) -> bool:
    """Whether there is a day on which both hold."""
    begins = max(one.from_on or dt.date.min, other.from_on or dt.date.min)
    return begins <= min(one.to_on or dt.date.max, other.to_on or dt.date.max)


def in_the_way(wanted: Wanted, standing: Iterable[Standing]) -> list[Standing]:
    """Posts at the same place that cannot stand beside this one: the same person's, or any where one holds it."""
    return [
        each
        for each in standing
        if each.post.place == wanted.place
        and overlap(each.post.valid, wanted.valid)
        and (wanted.title in HELD_BY_ONE or each.post.worker_id == wanted.worker_id)
    ]
