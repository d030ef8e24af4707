"""Three years of incidents: where, what, when, with three changes planted for the analysis to find."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from gridmap.synthetic.curves import Floats
from gridmap.synthetic.kinds import KINDS, Kind
from gridmap.synthetic.partition import Ints


@dataclass(frozen=True, slots=True)
class Places:
    """Where incidents can happen: sort (old, new, village, market, trunk ...), metres, spread and weight of each."""

    sort: np.ndarray
    x: Floats
    y: Floats
    spread_m: Floats
    weight: Floats


@dataclass(frozen=True, slots=True)
class Change:
    """A planted change: new, vanished or moved; from `day` on; extra incidents within `radius_m` of the place."""

    change: str
    kind: str
    x: float
    y: float
    radius_m: float
    day: date
    count: int
    to_x: float | None = None
    to_y: float | None = None


def days_of(last_day: date, years: int = 3) -> np.ndarray:
    """All days of the period as datetime64[D], the last one included."""
    end = np.datetime64(last_day, "D") + 1
    start = np.datetime64(date(last_day.year - years, last_day.month, last_day.day), "D") + 1
    return np.arange(start, end)


def _day_weights(kind: Kind, days: np.ndarray, rain: Floats, rng: np.random.Generator) -> Floats:
    stamp = pd.DatetimeIndex(days)
    month = np.array(kind.profile("months"))[stamp.month.to_numpy() - 1]
    week = np.array(kind.profile("weekdays"))[stamp.day_of_week.to_numpy()]
    trend = np.exp(rng.normal(0, 0.12) * np.linspace(-1, 1, len(days)))
    storm = rain if kind.code in ("facility.drain", "hazard.water", "hazard.structure") else 1.0
    weight: Floats = month * week * trend * storm * rng.gamma(12.0, 1 / 12.0, len(days))
    share: Floats = weight / weight.sum()
    return share


def draw_base(places: Places, days: np.ndarray, count: int, rng: np.random.Generator) -> tuple[Ints, Ints, Ints]:
    """`count` incidents by the profiles -> place, kind index and day index of each; few places see many of them."""
    share = np.array([k.share for k in KINDS])
    of_kind = rng.multinomial(count, share / share.sum())
    rain = np.ones(len(days))
    wet = np.isin(pd.DatetimeIndex(days).month, (5, 6, 7))
    rain[rng.choice(np.flatnonzero(wet), size=max(1, wet.sum() // 12), replace=False)] = 9.0
    place, kind, day = [], [], []
    for k, (spec, n) in enumerate(zip(KINDS, of_kind, strict=True)):
        pull = np.array([spec.pull.get(s, 0.0) for s in places.sort]) * places.weight
        pull *= 0.25 + rng.pareto(1.6, len(pull))  # repeat places: a heavy tail
        pull = np.minimum(pull, np.quantile(pull[pull > 0], 0.9995) if (pull > 0).any() else 0)
        if pull.sum() <= 0:
            pull = places.weight
        place.append(rng.choice(len(pull), size=n, p=pull / pull.sum()))
        kind.append(np.full(n, k))
        day.append(rng.choice(len(days), size=n, p=_day_weights(spec, days, rain, rng)))
    return np.concatenate(place), np.concatenate(kind), np.concatenate(day)


def draw_change(change: Change, days: np.ndarray, rng: np.random.Generator) -> tuple[Floats, Floats, Ints]:
    """Extra incidents of a planted change -> x, y in metres (within the radius) and day indices."""
    at = int(np.searchsorted(days, np.datetime64(change.day, "D")))
    reach = change.radius_m * np.sqrt(rng.beta(1.0, 2.2, change.count))
    turn = rng.uniform(0, 2 * np.pi, change.count)
    x, y = change.x + reach * np.cos(turn), change.y + reach * np.sin(turn)
    if change.change == "new":
        return x, y, rng.integers(at, len(days), change.count)
    if change.change == "vanished":
        return x, y, rng.integers(0, at, change.count)
    day = rng.integers(0, len(days), change.count)
    after = day >= at
    return (
        np.where(after, x + float(change.to_x or 0) - change.x, x),
        np.where(after, y + float(change.to_y or 0) - change.y, y),
        day,
    )


def clock(kind: Ints, day: Ints, days: np.ndarray, rng: np.random.Generator) -> pd.DatetimeIndex:
    """Local time of each incident by the hour profile of its kind; people round to five minutes."""
    minute = np.zeros(len(kind), dtype=np.int64)
    for k, spec in enumerate(KINDS):
        mine = kind == k
        hours = np.array(spec.profile("hours"))
        hour = rng.choice(24, size=int(mine.sum()), p=hours / hours.sum())
        exact = rng.integers(0, 60, int(mine.sum()))
        minute[mine] = 60 * hour + np.where(rng.random(len(exact)) < 0.55, exact // 5 * 5, exact)
    return pd.DatetimeIndex(days[day] + minute.astype("timedelta64[m]"))


def report_times(happened: pd.DatetimeIndex, rng: np.random.Generator) -> pd.DatetimeIndex:
    """When each was reported: most within minutes, some the next day -> local times, never before the event."""
    lag = np.minimum(rng.lognormal(3.2, 1.5, len(happened)), 6 * 1440).astype(np.int64)
    return happened + pd.to_timedelta(lag, unit="m")


def time_columns(happened: pd.DatetimeIndex, rng: np.random.Generator) -> pd.DataFrame:
    """occurred_at, occurred_on, month: most rows to the minute, 3 % only a day, 0.6 % only a month."""
    u = rng.random(len(happened))
    month_only, day_only = u < 0.006, (u >= 0.006) & (u < 0.036)
    at = pd.Series(happened.strftime("%Y-%m-%dT%H:%M:00+08:00"))
    return pd.DataFrame(
        {
            "occurred_at": at.where(~(month_only | day_only), ""),
            "occurred_on": pd.Series(happened.strftime("%Y-%m-%d")).where(day_only, ""),
            "month": pd.Series(happened.strftime("%Y-%m")).where(month_only, ""),
        }
    )


def summaries(kind: Ints, rng: np.random.Generator) -> list[str]:
    """A short general line for about two thirds of the incidents; names nobody."""
    u = rng.random(len(kind))
    pick = rng.integers(0, 100, len(kind))
    return [
        KINDS[k].summaries[p % len(KINDS[k].summaries)] if v < 0.8 else ""
        for k, v, p in zip(kind.tolist(), u.tolist(), pick.tolist(), strict=True)
    ]


def changes_at(spots: Sequence[tuple[float, float]], last_day: date, scale: float) -> list[Change]:
    """The three planted changes: noise begins at the first spot, theft ends at the second, parking moves 3rd to 4th."""
    year = last_day.year
    (a, b, c, d) = spots[:4]
    return [
        Change("new", "order.noise", *a, 220.0, date(year, 1, 10), round(430 * scale)),
        Change("vanished", "order.theft", *b, 200.0, date(year - 1, 4, 1), round(620 * scale)),
        Change("moved", "order.vehicle", *c, 200.0, date(year - 1, 9, 1), round(700 * scale), *d),
    ]
