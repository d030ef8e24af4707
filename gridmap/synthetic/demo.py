"""The whole demo district as frames: one call, arrays in, frames out, nothing written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import shapely

from gridmap.synthetic import tables
from gridmap.synthetic.blocks import Drawing, draw
from gridmap.synthetic.district import District, settle_district
from gridmap.synthetic.happenings import draw_incidents
from gridmap.synthetic.incidents import Change
from gridmap.synthetic.metric import Metric
from gridmap.synthetic.seeds import stream
from gridmap.synthetic.sketch import Sketch

DEMO_VERSION = "1"
LAST_DAY = date(2026, 6, 30)


@dataclass(frozen=True, slots=True)
class Demo:
    """Frames by layer name (the file stems of data/geo) and the notes that go into demo.json."""

    frames: dict[str, pd.DataFrame]
    notes: dict[str, Any]


def short_names(source: pd.DataFrame) -> dict[str, str]:
    """Short form of every official name: 马鞍山社区居委会 -> 马鞍山社区, 长乐山工业园管理委员会 -> 长乐山工业园."""
    tails = ("居民委员会", "居委会", "管理委员会")
    out = {}
    for code, name in zip(source["code"], source["name"], strict=True):
        for tail in tails:
            name = name.removesuffix(tail)
        out[code] = name
    return out


def make_demo(
    sketch: Sketch,
    source: pd.DataFrame,
    seed: int,
    *,
    last_day: date = LAST_DAY,
    on_step: Callable[[str], None] = lambda _: None,
) -> Demo:
    """Every layer of the demo for a sketch; `source` holds code, name, level, parent_code of its areas.

    Deterministic for the seed. Raises KeyError where a community of the sketch is not in the source.
    """
    on_step("ground")
    drawing = draw(sketch, seed)
    shorts = short_names(source)
    codes_of = [s.code for s in sketch.communities]
    on_step("people")
    district = settle_district(sketch, drawing, [shorts[c].removesuffix("社区") for c in codes_of], seed)
    on_step("incidents")
    notes = {"demo_version": DEMO_VERSION, "seed": seed, "last_day": last_day.isoformat(), "synthetic": True}
    return tabulate(sketch, district, source, shorts, seed, last_day=last_day, notes=notes, on_step=on_step)


def tabulate(
    sketch: Sketch,
    district: District,
    source: pd.DataFrame,
    shorts: dict[str, str],
    seed: int,
    *,
    last_day: date,
    notes: dict[str, Any],
    on_step: Callable[[str], None],
) -> Demo:
    """A settled district as frames with incidents; `notes` come first in its notes."""
    metric = Metric(sketch.origin_lon, sketch.origin_lat)
    codes = tables.assign_codes(district, [s.code for s in sketch.communities])
    incidents, changes = draw_incidents(district, metric, last_day, sketch.incidents, seed)
    on_step("tables")
    blocks, assignment = tables.block_tables(district, codes, metric)
    grids, posts = tables.grid_tables(district, codes, {d.kind: d.name for d in sketch.dedicated})
    frames: dict[str, pd.DataFrame] = {
        "areas": tables.areas_frame(district, codes, source, shorts, metric),
        "blocks": blocks,
        "grids": grids,
        "assignment": assignment,
        "posts": posts,
        "buildings": tables.building_frame(district, codes, metric, stream(seed, "building names")),
        "households": tables.household_frame(district, codes, metric),
        "units": tables.unit_frame(district, codes, metric),
        "sites": tables.feature_frame(district.sites, "S", metric),
        "streets": tables.street_frame(district, metric),
        "ground": tables.feature_frame(district.ground, "G", metric),
        "cameras": tables.camera_frame(district, metric),
        "incidents": incidents,
    }
    drawing = district.drawing
    notes = {
        **notes,
        "changes": [_change_note(c, metric) for c in changes],
        "counts": {name: len(frame) for name, frame in frames.items()},
        "figures": {
            "block_area_cv": round(area_variation(drawing), 3),
            "street_bearing_entropy_bits": round(bearing_entropy(drawing), 3),
        },
    }
    return Demo(frames, notes)


def _change_note(change: Change, metric: Metric) -> dict[str, Any]:
    note = {k: v for k, v in asdict(change).items() if k not in ("x", "y", "to_x", "to_y", "day")}
    lon, lat = metric.lon_lat(np.array([change.x]), np.array([change.y]))
    note |= {"from_on": change.day.isoformat(), "lon": float(lon[0]), "lat": float(lat[0])}
    if change.to_x is not None and change.to_y is not None:
        lon, lat = metric.lon_lat(np.array([change.to_x]), np.array([change.to_y]))
        note |= {"to_lon": float(lon[0]), "to_lat": float(lat[0])}
    return note


def area_variation(drawing: Drawing) -> float:
    """Standard deviation over mean of the block areas."""
    area = shapely.area(drawing.blocks)
    return float(area.std() / area.mean())


def bearing_entropy(drawing: Drawing, bins: int = 36) -> float:
    """Shannon entropy in bits of street bearings weighted by length, both directions (Boeing 2019: 36 bins).

    A perfect grid has 2.0, streets in every direction alike log2(36) = 5.17.
    """
    weight = np.zeros(bins)
    for street in drawing.streets:
        if street.klass == "path":
            continue
        d = np.diff(shapely.get_coordinates(street.line), axis=0)
        length = np.hypot(d[:, 0], d[:, 1])
        bearing = np.degrees(np.arctan2(d[:, 0], d[:, 1]))
        for turn in (0.0, 180.0):
            index = np.floor(((bearing + turn + 180.0 / bins) % 360.0) / (360.0 / bins)).astype(int) % bins
            weight += np.bincount(index, weights=length, minlength=bins)
    share = weight[weight > 0] / weight.sum()
    return float(-(share * np.log2(share)).sum())
