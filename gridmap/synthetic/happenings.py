"""The incident table of a district: places from its layers, rows with times, texts and positions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import shapely
import shapely.ops

from gridmap.synthetic.addresses import Spot, write_address
from gridmap.synthetic.cameras import junctions
from gridmap.synthetic.district import District
from gridmap.synthetic.incidents import (
    Change,
    Places,
    changes_at,
    clock,
    days_of,
    draw_base,
    draw_change,
    report_times,
    summaries,
    time_columns,
)
from gridmap.synthetic.kinds import KINDS
from gridmap.synthetic.metric import Metric
from gridmap.synthetic.seeds import stream

OUTSIDE_COUNT = 12
ON_BORDER_COUNT = 8


@dataclass(frozen=True, slots=True)
class _Refs:
    """What a place stands for: ("building" | "street" | "block", index)."""

    layer: np.ndarray
    index: np.ndarray


def gather_places(district: District) -> tuple[Places, _Refs]:
    """Buildings, street points every 60 m, fields and banks as places where something can happen."""
    d = district.drawing
    rows: list[tuple[str, float, float, float, float, str, int]] = []
    use = d.use
    households = np.bincount(district.households.building, minlength=len(district.buildings))
    for k, b in enumerate(district.buildings):
        word = use[b.block]
        sort = {"residential_old": "old", "residential_new": "new"}.get(word, word)
        if word.startswith("residential") and b.flats == 0:
            continue
        weight = float(households[k]) / 10 if b.flats else min(b.outline.area / 900.0, 3.0)
        rows.append((sort, b.core[0], b.core[1], 0.0, max(weight, 0.05), "building", k))
    for k, street in enumerate(d.streets):
        if street.klass == "path":
            continue
        spacing = np.arange(30.0, street.line.length, 60.0)
        weight = 0.25 if street.klass == "lane" else 0.5
        points = shapely.get_coordinates(shapely.line_interpolate_point(street.line, spacing))
        rows += [(street.klass, x, y, 6.0, weight, "street", k) for x, y in points.tolist()]
    for k in np.flatnonzero(np.isin(use, ("farm", "green", "park", "vacant", "station", "market"))).tolist():
        for _ in range(2):
            p = d.blocks[k].point_on_surface()
            sort = "bank" if use[k] == "green" else use[k]
            rows.append((sort, p.x, p.y, min(40.0, np.sqrt(d.blocks[k].area) / 6), 0.3, "block", k))
    frame = pd.DataFrame(rows, columns=["sort", "x", "y", "spread", "weight", "layer", "index"])
    bars = _bar_street(frame)
    frame.loc[bars, "sort"] = "bar"
    places = Places(frame["sort"].to_numpy(), *(frame[c].to_numpy(dtype=float) for c in ("x", "y", "spread", "weight")))
    return places, _Refs(frame["layer"].to_numpy(), frame["index"].to_numpy())


def _bar_street(frame: pd.DataFrame) -> np.ndarray:
    """Commercial buildings around the densest commercial place."""
    shops = frame[frame["sort"] == "commercial"]
    if shops.empty:
        return np.zeros(len(frame), dtype=bool)
    xy = shops[["x", "y"]].to_numpy()
    count = [(np.hypot(*(xy - p).T) < 220).sum() for p in xy]
    centre = xy[int(np.argmax(count))]
    near = np.hypot(frame["x"] - centre[0], frame["y"] - centre[1]) < 200
    bars: np.ndarray = ((frame["sort"] == "commercial") & near).to_numpy()
    return bars


def _change_spots(places: Places, district: District) -> list[tuple[float, float]]:
    """Places of the three changes: a shopping block, a market, the station and a school, far from each other."""
    chosen: list[tuple[float, float]] = []
    order = {
        "commercial": np.argsort(-places.x),
        "market": np.argsort(np.abs(places.x)),
        "station": np.argsort(places.x),
        "school": np.argsort(-places.y),
    }
    for sort, ranked in order.items():
        pool = [k for k in ranked if places.sort[k] == sort] or list(ranked)
        for k in pool:
            spot = (float(places.x[k]), float(places.y[k]))
            inside = district.drawing.outline.buffer(-300).contains(shapely.Point(spot))
            if inside and all(np.hypot(spot[0] - a, spot[1] - b) > 700 for a, b in chosen):
                chosen.append(spot)
                break
        else:
            chosen.append((float(places.x[pool[0]]), float(places.y[pool[0]])))
    return chosen


def draw_incidents(
    district: District, metric: Metric, last_day: date, count: int, seed: int
) -> tuple[pd.DataFrame, list[Change]]:
    """`count` rows of the incident file in order of report, and the changes planted in them."""
    rng = stream(seed, "incidents")
    places, refs = gather_places(district)
    days = days_of(last_day)
    changes = changes_at(_change_spots(places, district), last_day, count / 100_000)
    extra = [draw_change(c, days, rng) for c in changes]
    base = count - sum(c.count for c in changes)
    place, kind, day = draw_base(places, days, base, rng)
    x, y = _points(district, places, refs, place, rng)
    codes = [k.code for k in KINDS]
    x, y = np.concatenate([x, *(e[0] for e in extra)]), np.concatenate([y, *(e[1] for e in extra)])
    day = np.concatenate([day, *(e[2] for e in extra)])
    kind = np.concatenate([kind, *(np.full(c.count, codes.index(c.kind)) for c in changes)])
    place = np.concatenate([place, np.full(len(kind) - base, -1)])
    exact = np.concatenate([places.spread_m[place[:base]] == 0, np.zeros(len(kind) - base, dtype=bool)])
    _move_some(district, x, y, base, rng)
    happened = clock(kind, day, days, rng)
    reported = report_times(happened, rng)
    written = _texts(district, refs, place, rng)
    lon, lat = metric.lon_lat(x, y)
    border = _border_points(district, metric, rng)
    lon[: len(border)], lat[: len(border)] = border[:, 0], border[:, 1]
    lon[len(border) :], lat[len(border) :] = np.round(lon[len(border) :], 6), np.round(lat[len(border) :], 6)
    unsure = np.where(exact, rng.choice([5, 8, 10, 15], len(kind)), rng.choice([20, 30, 50, 80, 150], len(kind)))
    frame = pd.DataFrame(
        {
            "kind": np.array(codes)[kind],
            **time_columns(happened, rng),
            "reported_at": reported.strftime("%Y-%m-%dT%H:%M:00+08:00"),
            "address": written,
            "summary": summaries(kind, rng),
            "uncertainty_m": pd.array(np.where(rng.random(len(kind)) < 0.25, -1, unsure), dtype="Int64"),
            "lon": lon,
            "lat": lat,
            "order": reported,
        }
    )
    frame["uncertainty_m"] = frame["uncertainty_m"].mask(frame["uncertainty_m"] < 0)
    frame = frame.sort_values(["order", "lon", "lat"], kind="stable").reset_index(drop=True)
    year = frame.pop("order").dt.year
    frame.insert(0, "source_id", [f"{district.names.case_prefix}{y}-{k:06d}" for k, y in enumerate(year, start=1)])
    return frame, changes


def _points(
    district: District, places: Places, refs: _Refs, place: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Incidents in a building lie in its core, others are spread about the place."""
    core = np.array([b.core for b in district.buildings])
    x = places.x[place] + rng.normal(0, 1, len(place)) * places.spread_m[place]
    y = places.y[place] + rng.normal(0, 1, len(place)) * places.spread_m[place]
    within = refs.layer[place] == "building"
    c = core[refs.index[place[within]].astype(int)]
    # people report the stairwell or the shop: a handful of spots in a building, not a cloud
    u = (rng.integers(0, 4, len(c)) + 0.5) / 4 - 0.5
    v = rng.choice([-0.2, 0.2], len(c))
    x[within] = c[:, 0] + u * c[:, 2] * np.cos(c[:, 4]) - v * c[:, 3] * np.sin(c[:, 4])
    y[within] = c[:, 1] + u * c[:, 2] * np.sin(c[:, 4]) + v * c[:, 3] * np.cos(c[:, 4])
    return x, y


def _move_some(district: District, x: np.ndarray, y: np.ndarray, base: int, rng: np.random.Generator) -> None:
    """Pull strays back to the edge, and put a dozen just outside the district."""
    outline = district.drawing.outline
    shapely.prepare(outline)
    for k in np.flatnonzero(~shapely.contains_xy(outline.buffer(-1.0), x, y)).tolist():
        p = shapely.ops.nearest_points(outline.buffer(-2.0), shapely.Point(x[k], y[k]))[0]
        x[k], y[k] = p.x, p.y
    ring = outline.exterior
    for k in rng.choice(
        np.arange(ON_BORDER_COUNT, base), size=min(OUTSIDE_COUNT, base - ON_BORDER_COUNT), replace=False
    ).tolist():
        at = float(rng.uniform(0, ring.length))
        p, q = ring.interpolate(at), ring.interpolate(at + 1.0)
        out = np.array([q.y - p.y, p.x - q.x]) * (1 if ring.is_ccw else -1)
        spot = np.array([p.x, p.y]) + out * float(rng.uniform(15, 140))
        if not outline.contains(shapely.Point(spot)):
            x[k], y[k] = spot


def _border_points(district: District, metric: Metric, rng: np.random.Generator) -> np.ndarray:
    """Stored vertices of blocks, where several blocks meet -> lon, lat float64[n, 2]."""
    blocks = district.drawing.blocks
    chosen = rng.choice(len(blocks), size=min(ON_BORDER_COUNT, len(blocks)), replace=False)
    xy = np.array([shapely.get_coordinates(blocks[k])[0] for k in sorted(chosen.tolist())])
    return np.column_stack(metric.lon_lat(xy[:, 0], xy[:, 1]))


def _texts(district: District, refs: _Refs, place: np.ndarray, rng: np.random.Generator) -> list[str]:
    """An address text for about 60 % of the incidents."""
    homes: dict[int, list[int]] = {}
    for h, building in enumerate(district.households.building.tolist()):
        homes.setdefault(building, []).append(h)
    crossing: dict[str, list[str]] = {}
    for _, _, a, b in junctions(district.drawing.streets, ("trunk", "street")):
        crossing.setdefault(a, []).append(b)
        crossing.setdefault(b, []).append(a)
    site_tree = shapely.STRtree([s.shape for s in district.sites])
    out = []
    for p in place.tolist():
        if p < 0 or rng.random() > 0.66:
            out.append("")
        elif refs.layer[p] == "building":
            spot = _building_spot(district, int(refs.index[p]), homes, site_tree, rng)
            out.append(write_address(spot, rng, district.names))
        elif refs.layer[p] == "street":
            street = district.drawing.streets[int(refs.index[p])]
            others = crossing.get(street.name, [])
            out.append(
                write_address(
                    Spot(
                        street=street.name,
                        crossing=str(rng.choice(others)) if others and street.name else "",
                        community="",
                    ),
                    rng,
                    district.names,
                )
                if street.name
                else ""
            )
        else:
            block = int(refs.index[p])
            spot = Spot(community=district.shorts[int(district.drawing.community[block])])
            out.append(write_address(spot, rng, district.names))
    return out


def _building_spot(
    district: District, k: int, homes: dict[int, list[int]], site_tree: shapely.STRtree, rng: np.random.Generator
) -> Spot:
    door, home, number = district.doors[k], int(district.compound_of[k]), int(district.number_of[k])
    street = district.drawing.streets[door.street].name if door.street >= 0 else ""
    short = district.shorts[int(district.drawing.community[district.buildings[k].block])]
    if home >= 0 and number:
        compound = district.compounds[home]
        if k in homes:
            h = homes[k][int(rng.integers(0, len(homes[k])))]
            return Spot(
                compound.name,
                compound.aliases,
                number,
                int(district.households.stairwell[h]),
                district.households.room[h],
                community=short,
            )
        return Spot(compound.name, compound.aliases, number, community=short)
    near = site_tree.query(district.buildings[k].outline, predicate="intersects")
    if len(near) and rng.random() < 0.7:
        return Spot(landmark=district.sites[int(near[0])].name, community=short)
    return Spot(street=street, door=door.number, community=short)
