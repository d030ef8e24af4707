"""What the read model answers with: plain frozen values, ready to be written as JSON."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from gridmap.domain.week_hours import WeekHours
from gridmap.errors import BadInput
from gridmap.geo.palettes import LegendClass
from gridmap.services.own_basemap import OwnBasemap
from gridmap.services.situation.period import Period


@dataclass(frozen=True, slots=True)
class Selection:
    """Which incidents: a period and kinds (a parent chooses all below it); None is the default period, all kinds.

    `hours` are those of the week: then only incidents known to the minute count. `area`, `grid` and `block` are codes,
    at most one of them; `plan` is the uid of the plan whose grids are meant, None the one in force.
    """

    from_on: dt.date | None = None
    to_on: dt.date | None = None
    kinds: tuple[str, ...] | None = None
    hours: WeekHours | None = None
    area: str | None = None
    grid: str | None = None
    block: str | None = None
    plan: str | None = None

    def __post_init__(self) -> None:
        if sum(code is not None for code in (self.area, self.grid, self.block)) > 1:
            raise BadInput("More than one of area, grid and block is given.", "Give one of them: the smallest.")


@dataclass(frozen=True, slots=True)
class ProjectFacts:
    """`extent` is (west, south, east, north) in degrees, None before the first import; `now_on` is the local day that
    counts as today, in the demo its last day.
    """

    name: str
    extent: tuple[float, float, float, float] | None
    time_zone: str
    is_demo: bool
    is_synthetic: bool
    now_on: dt.date
    attribution: str | None
    approval_number: str | None
    language: str
    settings_version: int
    own_basemap: OwnBasemap | None = None


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """The plan in force: its name and the band it keeps (`counted` says what of), how many grids it has."""

    uid: str
    name: str
    low: int
    high: int
    counted: str
    grids: int
    version: str


@dataclass(frozen=True, slots=True)
class KindNode:
    """One kind with those below it; `count` is over all time and includes the ones below."""

    code: str
    zh: str
    en: str
    count: int
    children: tuple[KindNode, ...]


@dataclass(frozen=True, slots=True)
class Totals:
    """How much there is of everything, over all time."""

    incidents: int
    in_grids: int
    outside: int
    blocks: int
    buildings: int
    households: int
    grids: int


@dataclass(frozen=True, slots=True)
class HeatSettings:
    """What the configuration says about heat: the usual bandwidth and those to choose from."""

    bandwidth_m: float
    bandwidths_m: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class HeatFacts:
    """The bandwidths to choose from, and the version that heat addresses may name to be cached."""

    bandwidth_m: float
    bandwidths_m: tuple[float, ...]
    version: str


@dataclass(frozen=True, slots=True)
class FirstView:
    """The window to begin with; `recent` is False when the data end before it would."""

    period: Period
    recent: bool


@dataclass(frozen=True, slots=True)
class Summary:
    project: ProjectFacts
    first_on: dt.date | None
    last_on: dt.date | None
    seq: int
    plan: PlanFacts | None
    kinds: tuple[KindNode, ...]
    counts: Totals
    incident_bounds: tuple[float, float, float, float] | None  # west, south, east, north in degrees
    heat: HeatFacts
    first_view: FirstView


@dataclass(frozen=True, slots=True)
class MonthCount:
    month: str  # YYYY-MM
    count: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """`daily[i]` incidents on day `first_on + i`; those of which only the month is known stand apart."""

    first_on: dt.date | None
    daily: tuple[int, ...]
    months: tuple[MonthCount, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """Incidents of a selection. total = in_grids + outside; `doubtful` of them may belong to another grid.

    `month_rows` and `day_rows` are those of the selection known by month or by day only; where hours are chosen they
    are not in the total, for nobody knows their hour. `left_out` more are known by month only, of months of which the
    period holds a part: they are in no figure and in no colour. `by_area` has every street, community and district with
    any, `by_block` only answers for one grid or block.
    """

    period: Period
    total: int
    in_grids: int
    outside: int
    month_rows: int
    day_rows: int
    left_out: int
    doubtful: int
    by_kind: Mapping[str, int]
    by_grid: Mapping[str, int]
    by_area: Mapping[str, int]
    by_block: Mapping[str, int] | None


@dataclass(frozen=True, slots=True)
class Patterns:
    """When in the week: `hours[24 * day + hour]` incidents known to the minute, day 0 is Monday, whatever hours are
    chosen; `weekdays[day]` such days in the period. `day_rows` and `month_rows` are in the total, not in `hours`.
    """

    period: Period
    hours: tuple[int, ...]
    weekdays: tuple[int, ...]
    day_rows: int
    month_rows: int
    total: int


@dataclass(frozen=True, slots=True)
class Points:
    """Chosen incidents on the map: `lon`, `lat`, `count` and `kind` of each of n places or clusters.

    `mode` is "places" (each with how many incidents are stacked there) or "clusters"; `total` the sum of `count`;
    `kind` counts into `kinds`, -1 where a place has several.
    """

    mode: str
    total: int
    lon: list[float]
    lat: list[float]
    count: list[int]
    kind: list[int]
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AreaFacts:
    """A node of the tree. `bbox` is (west, south, east, north) in degrees, None without a shape; `grids` are the codes
    of the plan's grids in a community, `households` those of all blocks in the area.
    """

    code: str
    name: str
    level: str
    parent: str | None
    bbox: tuple[float, float, float, float] | None
    grids: tuple[str, ...]
    households: int


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A plan in a list: local days from and to, both in, None for open; `grids` is how many it has."""

    uid: str
    name: str
    status: str
    from_on: dt.date | None
    to_on: dt.date | None
    grids: int
    in_force: bool


@dataclass(frozen=True, slots=True)
class BlockAt:
    code: str


@dataclass(frozen=True, slots=True)
class GridAt:
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class NearestGrid:
    code: str
    name: str
    distance_m: float


@dataclass(frozen=True, slots=True)
class Place:
    """Where a point lies under the plan in force; `nearest` is the nearest grid when it lies in none."""

    lon: float
    lat: float
    block: BlockAt | None
    grid: GridAt | None
    community: str | None
    nearest: NearestGrid | None


@dataclass(frozen=True, slots=True)
class Legend:
    """`max` is where the scale ends; `land` the colour of the bare ground below it. `widened` says that the scale ends
    higher than in longer periods, so that a lone incident is no hot spot.
    """

    unit: str
    max: float
    classes: tuple[LegendClass, ...]
    land: str
    widened: bool


@dataclass(frozen=True, slots=True)
class HeatValue:
    """The heat at one place: events per km2 per 30 days (None beyond the district), and the plain count of incidents
    within a bandwidth, of a period of so many days. `left_out` incidents of the whole map are not in it: see `Counts`.
    """

    per_km2_30d: float | None
    count_within: int
    bandwidth_m: float
    days: int
    left_out: int = 0
