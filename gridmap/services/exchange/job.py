"""One import at work: the rows as read, the project they come into, and what has been found out so far."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from gridmap.config import Settings
from gridmap.domain.codes import CodeScheme, scheme_of
from gridmap.domain.kinds import KindTree
from gridmap.domain.parties import Retention
from gridmap.domain.plans import Band, band_of
from gridmap.services.exchange.layers import Layer
from gridmap.services.exchange.problems import Problems
from gridmap.services.exchange.report import Report
from gridmap.services.exchange.table import Objects
from gridmap.services.exchange.times import Occurrences, Times
from gridmap.store.engine import Session

Progress = Callable[[str, int, int], None]  # what is being done, how much of it, of how much
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Rows:
    """n rows, checked one by one: typed fields, shapes in EPSG:4326, what no field took, and their digests.

    The rows are those of the file from number `first_row` on (1: the first below the headings). `placed_by` says of
    incidents where each place comes from: coordinates or address.
    """

    n: int
    fields: Mapping[str, Objects]
    shapes: Objects
    attributes: Objects
    digests: Objects
    occurrences: Occurrences | None = None  # incidents only
    times: Mapping[str, Times] = field(default_factory=dict)
    first_row: int = 1
    placed_by: Objects | None = None

    def occurred(self) -> Occurrences:
        """The times of incidents; raises ValueError for rows of another layer."""
        if self.occurrences is None:
            raise ValueError("Only incidents have occurrences.")
        return self.occurrences


@dataclass(frozen=True, slots=True)
class Setting:
    """What an import must know of the project before it reads a row."""

    time_zone: str
    configuration_version: int
    configuration: Mapping[str, Any]
    cells_key: bytes = field(default=b"", repr=False)  # of the digests of sealed cells

    @property
    def kinds(self) -> KindTree:
        return KindTree.of(self.configuration)

    @property
    def codes(self) -> CodeScheme:
        return scheme_of(self.configuration)

    @property
    def band(self) -> Band:
        return band_of(self.configuration)

    @property
    def retention(self) -> Retention:
        return Retention.of(self.configuration)


@dataclass(slots=True)
class Job:
    """Some rows of an import inside its transaction: all of a small file, or one piece after another of a large one.

    `rows`, `problems` and `ids` are the piece's own; all else is the import's and goes from piece to piece.
    """

    session: Session
    settings: Settings
    layer: Layer
    rows: Rows
    problems: Problems
    report: Report
    setting: Setting
    projection: str
    now: dt.datetime
    is_update: bool
    is_accepted: bool = False  # what would else be asked about is meant so (--accept)
    batch_id: int = 0  # 0 until the first row is stored
    known_batches: list[int] = field(default_factory=list)  # earlier imports of the same file as the same layer
    ids: dict[int, int] = field(default_factory=dict)  # row index -> id, of the rows stored
    kept: dict[str, Any] = field(default_factory=dict)

    def once(self, name: str, make: Callable[[], T]) -> T:
        """What one import makes once, however many pieces its file is read in."""
        if name not in self.kept:
            self.kept[name] = make()
        found: T = self.kept[name]
        return found
