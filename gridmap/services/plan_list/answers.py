"""What is asked of a list, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gridmap.errors import BadFile
from gridmap.services.plan_list.lines import Listing
from gridmap.services.plan_list.naming import Doubt


@dataclass(frozen=True, slots=True)
class Order:
    """What a person asks for. `told`: field of the list -> column. `rejects`: rows in doubt go there, the others count.

    `accept`: a block that several grids claim goes to the one with most households; blocks with households that nobody
    claims stay without a grid.
    """

    path: Path
    name: str
    told: Mapping[str, str] = field(default_factory=dict)
    sheet: str | None = None
    encoding: str | None = None
    rejects: Path | None = None
    accept: bool = False
    dry_run: bool = False
    into_demo: bool = False


@dataclass(frozen=True, slots=True)
class Sight:
    """Something about a block or compound to look at: its code or name, in words, and where it is."""

    code: str
    text: str
    lon: float
    lat: float


@dataclass(slots=True)
class Assigned:
    """What became of a list. `questions` need a person's yes (--accept); `doubts` are rows that could not be used."""

    listing: Listing
    doubts: list[Doubt] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    cuts: list[Sight] = field(default_factory=list)
    unclaimed: list[Sight] = field(default_factory=list)
    spanning: list[Sight] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    blocks: int = 0  # assigned
    blocks_in_all: int = 0
    households: int = 0
    households_in_all: int = 0
    grids: int = 0
    plan_uid: str | None = None
    state: str | None = None


class ListRefused(BadFile):
    """Nothing was stored; `assigned` says why and where."""

    def __init__(self, assigned: Assigned, message: str, hint: str) -> None:
        super().__init__(message, hint)
        self.assigned = assigned
