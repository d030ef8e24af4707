"""Frames of the demo's files: the district in degrees, with codes and the column names the import knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridmap.geo.order import reading_order
from gridmap.synthetic.district import District
from gridmap.synthetic.metric import Metric
from gridmap.synthetic.naming import numeral
from gridmap.synthetic.partition import Ints, polygons_of

STORAGE_CRS = "EPSG:4326"
CORE_DIGITS = 6  # 1e-6 degrees is 0.1 m: enough for a household or a shop
BUILDING_NAMES = {
    "commercial": ("商厦", "商业楼", "综合楼", "写字楼", "商务中心"),
    "industrial": ("厂房", "车间", "仓库"),
    "public": ("办公楼", "服务楼"),
    "school": ("教学楼", "实验楼", "宿舍楼"),
    "hospital": ("门诊楼", "住院楼", "医技楼"),
    "market": ("交易大厅",),
    "station": ("站房",),
}


@dataclass(frozen=True, slots=True)
class Codes:
    """Codes of blocks, grids, compounds and buildings, by index."""

    community: tuple[str, ...]
    block: np.ndarray
    grid: np.ndarray
    compound: np.ndarray
    building: np.ndarray


def assign_codes(district: District, community: Sequence[str]) -> Codes:
    """Community code + running number, west to east and north to south inside each community."""
    d = district.drawing
    block = _numbered(shapely.centroid(d.blocks), d.community, community, "{}{:04d}")
    outlines = [
        shapely.coverage_union_all(d.blocks[district.grids.of_block == g]) for g in range(len(district.grids.kinds))
    ]
    grid = _numbered(shapely.point_on_surface(outlines), district.grids.community, community, "{}{:03d}")
    homes = np.array([c.community for c in district.compounds], dtype=np.int64)
    compound = _numbered(shapely.centroid([c.outline for c in district.compounds]), homes, community, "{}C{:03d}")
    building = np.array([f"B{k:05d}" for k in range(1, len(district.buildings) + 1)])
    return Codes(tuple(community), block, grid, compound, building)


def _numbered(points: Any, home: Ints, community: Sequence[str], form: str) -> np.ndarray:
    xy = shapely.get_coordinates(points)
    out = np.empty(len(xy), dtype=object)
    for c, code in enumerate(community):
        members = np.flatnonzero(home == c)
        order = reading_order(xy[members, 0], xy[members, 1])
        for number, k in enumerate(members[order], start=1):
            out[k] = form.format(code, number)
    return out


def _frame(columns: dict[str, Any], shapes: Any, metric: Metric) -> gpd.GeoDataFrame:
    stored = metric.degrees(np.asarray(shapes, dtype=object))
    for k in np.flatnonzero(~shapely.is_valid(stored)).tolist():  # rounding may make a thin shape touch itself
        stored[k] = shapely.union_all(polygons_of(shapely.make_valid(stored[k])))
    return gpd.GeoDataFrame(columns, geometry=stored, crs=STORAGE_CRS)


def _rounded(metric: Metric, x: Any, y: Any) -> dict[str, np.ndarray]:
    lon, lat = metric.lon_lat(np.asarray(x), np.asarray(y))
    return {"lon": np.round(lon, CORE_DIGITS), "lat": np.round(lat, CORE_DIGITS)}


def areas_frame(
    district: District, codes: Codes, source: pd.DataFrame, shorts: dict[str, str], metric: Metric
) -> gpd.GeoDataFrame:
    """District, streets and communities by their real codes and names, compounds below them; MultiPolygons."""
    d = district.drawing
    stored = metric.degrees(d.blocks)
    by_code = {code: shapely.coverage_union_all(stored[d.community == c]) for c, code in enumerate(codes.community)}
    rows = []
    for code, name, level, parent in source[["code", "name", "level", "parent_code"]].itertuples(index=False):
        below = [g for k, g in by_code.items() if k.startswith(code)]
        alias = shorts[code]
        names = [
            a
            for a in dict.fromkeys((alias, alias.removesuffix("社区").removesuffix("街道")))
            if a != name and len(a) > 1
        ]
        rows.append(
            (code, name, level, parent, ";".join(names), below[0] if len(below) == 1 else shapely.union_all(below))
        )
    for k, c in enumerate(district.compounds):
        shape = shapely.coverage_union_all(stored[c.blocks])
        rows.append((codes.compound[k], c.name, "compound", codes.community[c.community], ";".join(c.aliases), shape))
    frame = pd.DataFrame(rows, columns=["code", "name", "level", "parent_code", "aliases", "geometry"])
    shapes = [g if g.geom_type == "MultiPolygon" else shapely.MultiPolygon([g]) for g in frame["geometry"]]
    return gpd.GeoDataFrame(frame.drop(columns="geometry"), geometry=shapes, crs=STORAGE_CRS)


def block_tables(district: District, codes: Codes, metric: Metric) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """blocks (code, community_code, land_use, polygon) and assignment (block_code, grid_code), by code."""
    d = district.drawing
    order = np.argsort(codes.block.astype(str))
    homes = np.array(codes.community)[d.community]
    land_use = np.array(["school" if u == "campus" else u for u in d.use])
    blocks = _frame(
        {"code": codes.block[order], "community_code": homes[order], "land_use": land_use[order]},
        d.blocks[order],
        metric,
    )
    assignment = pd.DataFrame(
        {"block_code": codes.block[order], "grid_code": codes.grid[district.grids.of_block][order]}
    )
    return blocks, assignment


def grid_tables(district: District, codes: Codes, dedicated: dict[str, str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """grids (code, name, community_code, kind) and posts (grid_code, role, worker), by code."""
    kinds, homes = np.array(district.grids.kinds), district.grids.community
    rows = []
    for g in np.argsort(codes.grid.astype(str)):
        code, kind = str(codes.grid[g]), str(kinds[g])
        name = (
            f"{district.shorts[homes[g]]}社区第{int(code[-3:])}网格"
            if kind == "residential"
            else f"{dedicated[kind]}专属网格"
        )
        rows.append((code, name, codes.community[homes[g]], kind))
    grids = pd.DataFrame(rows, columns=["code", "name", "community_code", "kind"])
    posts = [
        (code, role, f"{label} {k:03d}")
        for k, code in enumerate(grids["code"], start=1)
        for role, label in (("full_time_worker", "网格员"), ("backing_worker", "协管员"))
    ]
    return grids, pd.DataFrame(posts, columns=["grid_code", "role", "worker"])


def building_frame(district: District, codes: Codes, metric: Metric, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Footprints with compound, door and building number, name, kind, floors and stairwells."""
    rows = []
    for k, b in enumerate(district.buildings):
        home, door, number = int(district.compound_of[k]), district.doors[k], int(district.number_of[k])
        street = district.drawing.streets[door.street].name if door.street >= 0 else ""
        titles = BUILDING_NAMES.get(b.kind, ())
        small = b.outline.area < 130
        name = str(rng.choice(titles)) if titles and not small else ""
        if name and b.kind == "commercial":
            home_name = district.shorts[int(district.drawing.community[b.block])]
            name = f"{street.removesuffix('路').removesuffix('街') or home_name}{name}"
        aliases = f"{numeral(number)}栋;{number}号楼" if number and b.kind == "residential" and number < 100 else ""
        rows.append(
            (
                codes.building[k],
                str(codes.compound[home]) if home >= 0 else "",
                street,
                str(door.number) if door.number else "",
                str(number) if number else "",
                name,
                b.kind,
                b.floors,
                b.stairwells,
                aliases,
            )
        )
    columns = [
        "code",
        "compound_code",
        "street_name",
        "door_number",
        "number",
        "name",
        "kind",
        "floors",
        "units",
        "aliases",
    ]
    frame = pd.DataFrame(rows, columns=columns)
    return _frame({c: frame[c] for c in columns}, [b.outline for b in district.buildings], metric)


def household_frame(district: District, codes: Codes, metric: Metric) -> pd.DataFrame:
    """code, building_code, unit, room, count, residents, lon, lat; unit is blank where a house has no stairwells."""
    h = district.households
    return pd.DataFrame(
        {
            "code": [f"H{k:06d}" for k in range(1, len(h.building) + 1)],
            "building_code": codes.building[h.building],
            "unit": [str(w) if w else "" for w in h.stairwell.tolist()],
            "room": h.room,
            "count": 1,
            "residents": h.residents,
            **_rounded(metric, h.x, h.y),
        }
    )


def unit_frame(district: District, codes: Codes, metric: Metric) -> pd.DataFrame:
    """Shops and firms: code, name, kind, building_code, lon, lat."""
    units = district.units
    return pd.DataFrame(
        {
            "code": [f"U{k:05d}" for k in range(1, len(units) + 1)],
            "name": [u.name for u in units],
            "kind": [u.kind for u in units],
            "building_code": codes.building[[u.building for u in units]],
            **_rounded(metric, [u.x for u in units], [u.y for u in units]),
        }
    )


def feature_frame(features: Sequence[Any], prefix: str, metric: Metric) -> gpd.GeoDataFrame:
    """code, name, kind and shape of sites or ground."""
    return _frame(
        {
            "code": [f"{prefix}{k:04d}" for k in range(1, len(features) + 1)],
            "name": [f.name for f in features],
            "kind": [f.kind for f in features],
        },
        [f.shape for f in features],
        metric,
    )


def street_frame(district: District, metric: Metric) -> gpd.GeoDataFrame:
    """code, name, class, line; streets that meet share the vertex."""
    streets = district.drawing.streets
    return _frame(
        {
            "code": [f"R{k:04d}" for k in range(1, len(streets) + 1)],
            "name": [s.name for s in streets],
            "class": [s.klass for s in streets],
        },
        [s.line for s in streets],
        metric,
    )


def camera_frame(district: District, metric: Metric) -> pd.DataFrame:
    """code, name, kind, bearing_deg, fov_deg, range_m, lon, lat."""
    cameras = district.cameras
    return pd.DataFrame(
        {
            "code": [f"K{k:04d}" for k in range(1, len(cameras) + 1)],
            **{c: [getattr(v, c) for v in cameras] for c in ("name", "kind", "bearing_deg", "fov_deg", "range_m")},
            **_rounded(metric, [v.x for v in cameras], [v.y for v in cameras]),
        }
    )
