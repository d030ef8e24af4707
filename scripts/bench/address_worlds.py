"""The demo's files as a gazetteer's columns, with the codes that its ids stand for: truth from the files themselves."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import shapely

from gridmap.geo.addresses import Areas, Buildings, Gazetteer, Places, Roads, Rooms, Sites, above

DATA = Path(__file__).resolve().parents[2] / "data" / "geo"


@dataclass(frozen=True)
class World:
    """A gazetteer, and the code behind each id: {"building": {id: code}, ...}."""

    gazetteer: Gazetteer
    codes: dict[str, dict[int, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Files:
    """The demo's layers as frames."""

    areas: geopandas.GeoDataFrame
    buildings: geopandas.GeoDataFrame
    households: pd.DataFrame
    units: pd.DataFrame
    sites: geopandas.GeoDataFrame
    streets: geopandas.GeoDataFrame


@lru_cache(maxsize=1)
def files() -> Files:
    texts = {"unit": str, "room": str}
    frames = [geopandas.read_file(DATA / f"{name}.fgb") for name in ("areas", "buildings", "sites", "streets")]
    areas, buildings, sites, streets = (frame.fillna({"name": ""}) for frame in frames)
    for name in ("compound_code", "street_name", "door_number", "number", "aliases"):
        buildings[name] = buildings[name].fillna("").astype(str)
    areas["aliases"] = areas["aliases"].fillna("")
    households = pd.read_csv(DATA / "households.csv.gz", dtype=texts).fillna({"unit": "", "room": ""})
    units = pd.read_csv(DATA / "units.csv.gz")
    return Files(areas, buildings, households, units, sites, streets)


@lru_cache(maxsize=1)
def demo() -> World:
    """The whole demo district; ids are row numbers."""
    f = files()
    area_at = {code: k for k, code in enumerate(f.areas["code"])}
    building_at = {code: k for k, code in enumerate(f.buildings["code"])}
    communities = _communities(f, shapely.point_on_surface(f.buildings.geometry.to_numpy()))
    unit_buildings = [building_at[code] for code in f.units["building_code"]]
    site_names = [*f.sites["name"], *f.units["name"]]
    places = Places(
        areas=Areas(
            ids=np.arange(len(f.areas)),
            codes=f.areas["code"].tolist(),
            names=f.areas["name"].tolist(),
            levels=f.areas["level"].tolist(),
            parents=np.array([area_at.get(code, -1) for code in f.areas["parent_code"]]),
            aliases=[_listed(aliases) for aliases in f.areas["aliases"]],
            shapes=f.areas.geometry.to_numpy(),
        ),
        buildings=Buildings(
            ids=np.arange(len(f.buildings)),
            compounds=np.array([area_at.get(code, -1) for code in f.buildings["compound_code"]]),
            communities=communities,
            numbers=f.buildings["number"].tolist(),
            names=f.buildings["name"].tolist(),
            aliases=[_listed(aliases) for aliases in f.buildings["aliases"]],
            roads=f.buildings["street_name"].tolist(),
            doors=f.buildings["door_number"].tolist(),
            floors=f.buildings["floors"].to_numpy(),
            units=f.buildings["units"].to_numpy(),
            shapes=f.buildings.geometry.to_numpy(),
        ),
        rooms=Rooms(
            ids=np.arange(len(f.households)),
            buildings=np.array([building_at[code] for code in f.households["building_code"]]),
            units=f.households["unit"].tolist(),
            rooms=f.households["room"].tolist(),
            lon=f.households["lon"].to_numpy(),
            lat=f.households["lat"].to_numpy(),
        ),
        roads=Roads(f.streets["name"].tolist(), f.streets.geometry.to_numpy()),
        sites=Sites(
            ids=np.arange(len(site_names)),
            names=site_names,
            kinds=[*f.sites["kind"], *f.units["kind"]],
            communities=np.concatenate(
                [_communities(f, shapely.point_on_surface(f.sites.geometry.to_numpy())), communities[unit_buildings]]
            ),
            shapes=np.concatenate([f.sites.geometry.to_numpy(), shapely.points(f.units["lon"], f.units["lat"])]),
            table=["site"] * len(f.sites) + ["unit"] * len(f.units),
        ),
        above=above("420204"),
    )
    codes = {
        "area": dict(enumerate(f.areas["code"])),
        "building": dict(enumerate(f.buildings["code"])),
        "household": dict(enumerate(f.households["code"])),
        "site": dict(enumerate([*f.sites["code"], *f.units["code"]])),
    }
    return World(Gazetteer(places), codes)


def _listed(aliases: str) -> list[str]:
    return [alias for alias in aliases.split(";") if alias]


def _communities(f: Files, points: np.ndarray) -> np.ndarray:
    """The row of the community each point lies in, -1 for none."""
    rows = np.flatnonzero(f.areas["level"] == "community")
    tree = shapely.STRtree(f.areas.geometry.to_numpy()[rows])
    found = np.full(len(points), -1)
    point, community = tree.query(points, predicate="intersects")
    found[point[::-1]] = rows[community[::-1]]
    return found
