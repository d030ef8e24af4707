"""Everything an address may name, read as columns for `geo.addresses`."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Session

from gridmap.geo.addresses import Areas, Buildings, Places, Roads, Rooms, Sites, above
from gridmap.store import areas as area_store
from gridmap.store.spatial import as_wkb, geom_array
from gridmap.store.tables import Area, Block, Building, BuildingAlias, Household, Site, Street, Unit

SITE, UNIT = "site", "unit"


def places(session: Session, day: dt.date) -> Places:
    """The areas valid on a day, and all buildings, households, streets, sites and units of the project."""
    areas, area_at = _areas(session, day)
    communities = dict(session.execute(sa.select(Block.id, Block.community_id)).all())
    buildings, building_at = _buildings(session, area_at, communities)
    topmost = [code for code, parent in zip(areas.codes, areas.parents.tolist(), strict=True) if parent < 0]
    return Places(
        areas=areas,
        buildings=buildings,
        rooms=_rooms(session, building_at),
        roads=_roads(session),
        sites=_sites(session, area_at, communities),
        above=tuple(dict.fromkeys(name for code in topmost for name in above(code))),
    )


def _areas(session: Session, day: dt.date) -> tuple[Areas, dict[int, int]]:
    rows = area_store.tree(session, day)
    at = {row.id: k for k, row in enumerate(rows)}
    shapes = dict(session.execute(sa.select(Area.id, as_wkb(Area.geom))).all())
    areas = Areas(
        ids=_ints([row.id for row in rows]),
        codes=[row.code for row in rows],
        names=[row.name for row in rows],
        levels=[row.level for row in rows],
        parents=_ordinals([row.parent_id for row in rows], at),
        aliases=[row.aliases for row in rows],
        shapes=geom_array([shapes[row.id] for row in rows]),
    )
    return areas, at


def _buildings(
    session: Session, area_at: dict[int, int], communities: dict[int, int | None]
) -> tuple[Buildings, dict[int, int]]:
    aliases: dict[int, list[str]] = defaultdict(list)
    for building_id, alias in session.execute(sa.select(BuildingAlias.building_id, BuildingAlias.name)):
        aliases[building_id].append(alias)
    row = _columns(
        session, Building,
        "id compound_id block_id number name street_name door_number floors units",
    )  # fmt: skip
    buildings = Buildings(
        ids=_ints(row["id"]),
        compounds=_ordinals(row["compound_id"], area_at),
        communities=_ordinals([communities.get(block) for block in row["block_id"]], area_at),
        numbers=_texts(row["number"]),
        names=_texts(row["name"]),
        aliases=[aliases.get(building, ()) for building in row["id"]],
        roads=_texts(row["street_name"]),
        doors=_texts(row["door_number"]),
        floors=_ints([floors or 0 for floors in row["floors"]]),
        units=_ints([units or 0 for units in row["units"]]),
        shapes=geom_array(row["geom"]),
    )
    return buildings, {building: k for k, building in enumerate(row["id"])}


def _rooms(session: Session, building_at: dict[int, int]) -> Rooms:
    row = _columns(session, Household, "id building_id unit room", Household.building_id.is_not(None))
    lon, lat = _lon_lat(row["geom"])
    return Rooms(
        ids=_ints(row["id"]),
        buildings=_ordinals(row["building_id"], building_at),
        units=_texts(row["unit"]),
        rooms=_texts(row["room"]),
        lon=lon,
        lat=lat,
    )


def _roads(session: Session) -> Roads:
    row = _columns(session, Street, "id name", Street.name.is_not(None))
    return Roads(_texts(row["name"]), geom_array(row["geom"]))


def _sites(session: Session, area_at: dict[int, int], communities: dict[int, int | None]) -> Sites:
    """Key sites first, then units (shops, firms)."""
    sites = _columns(session, Site, "id name kind block_id")
    units = _columns(session, Unit, "id name kind block_id")
    blocks = [*sites["block_id"], *units["block_id"]]
    return Sites(
        ids=_ints([*sites["id"], *units["id"]]),
        names=_texts([*sites["name"], *units["name"]]),
        kinds=_texts([*sites["kind"], *units["kind"]]),
        communities=_ordinals([communities.get(block) for block in blocks], area_at),
        shapes=geom_array([*sites["geom"], *units["geom"]]),
        table=[SITE] * len(sites["id"]) + [UNIT] * len(units["id"]),
    )


def _columns(
    session: Session, model: type[DeclarativeBase], names: str, *conditions: sa.ColumnElement[bool]
) -> dict[str, Sequence[Any]]:
    """Columns of a table and its shapes as WKB under "geom", in id order."""
    table = cast(sa.Table, model.__table__)
    wanted = names.split()
    query = sa.select(*(table.c[name] for name in wanted), as_wkb(table.c.geom)).where(*conditions)
    rows = session.execute(query.order_by(table.c.id)).all()
    columns = list(zip(*rows, strict=True)) if rows else [()] * (len(wanted) + 1)
    return dict(zip([*wanted, "geom"], columns, strict=True))


def _lon_lat(points: Sequence[bytes | memoryview]) -> tuple[np.ndarray, np.ndarray]:
    """Points as WKB (21 bytes each, little endian as both databases write them) -> lon, lat float64[n]."""
    record = np.dtype([("order", "u1"), ("kind", "<u4"), ("lon", "<f8"), ("lat", "<f8")])
    read = np.frombuffer(b"".join(bytes(point) for point in points), dtype=record)
    return read["lon"].copy(), read["lat"].copy()


def _ordinals(ids: Sequence[int | None], at: dict[int, int]) -> np.ndarray:
    return _ints([at.get(one, -1) if one is not None else -1 for one in ids])


def _ints(values: Sequence[int]) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def _texts(values: Sequence[str | None]) -> list[str]:
    return [value or "" for value in values]
