"""What a post is made of, and what is told of posts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum

from gridmap.errors import BadInput

# Of these a place has one holder at a time.
HELD_BY_ONE = ("full_time_worker", "backing_worker")


class PlaceKind(StrEnum):
    AREA = "area"
    GRID = "grid"
    BUILDING = "building"


@dataclass(frozen=True, slots=True)
class PostPlace:
    """Where a post is held: an area or a grid by its code, a building by its uid."""

    kind: PlaceKind
    code: str


@dataclass(frozen=True, slots=True)
class NewPost:
    """A post to give. `worker_uid` None: vacant. Both days are in; None: open."""

    title: str
    place: PostPlace
    worker_uid: str | None = None
    deputy_uid: str | None = None
    stairwell: str | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Vacancy:
    """A post that nobody holds. `post_uid` None: it was never made, but every grid has one."""

    title: str
    place_name: str
    place_code: str
    within: str | None
    post_uid: str | None = None


@dataclass(frozen=True, slots=True)
class RowError:
    """Why a row of a list cannot be used; rows count from 1 below the headings."""

    row: int
    reason: str


@dataclass(frozen=True, slots=True)
class ImportedPosts:
    """What became of a list: `read` = `stored` + `known` + `empty` (rows without a person). `ended`: posts that gave
    way. `columns`: field -> heading.
    """

    file: str
    read: int
    stored: int
    known: int
    empty: int
    ended: int
    new_people: int
    columns: dict[str, str]
    notes: list[str] = field(default_factory=list)


class PostsRefused(BadInput):
    """A list with rows that cannot be used: nothing was stored."""

    code = "posts_refused"

    def __init__(self, file: str, read: int, found: list[RowError]) -> None:
        reasons: dict[int, list[str]] = {}
        for error in sorted(found, key=lambda each: each.row):
            reasons.setdefault(error.row, []).append(error.reason)
        errors = [RowError(row, "; ".join(told)) for row, told in reasons.items()]
        first = "; ".join(f"row {error.row}: {error.reason}" for error in errors[:3])
        more = f"; and {len(errors) - 3:,} more" if len(errors) > 3 else ""
        super().__init__(
            f"{len(errors):,} of {read:,} rows of {file} cannot be used, and nothing was stored: {first}{more}.",
            "Correct these rows and give the list again.",
            details={"rows": [{"row": error.row, "reason": error.reason} for error in errors]},
        )
        self.errors = errors
