"""What a post is made of, and what is told of posts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum

from gridmap.services.given_rows import RowsRefused

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


class PostsRefused(RowsRefused):
    """A list of posts with rows that cannot be used: nothing was stored."""

    code = "posts_refused"
