"""A district of two street offices, for tests of who sees what. Every code, name and text says where it is, so that a
test can look for whatever is elsewhere. North is up; a block is 0.01 degrees wide and high.

    A2 B2 | C2 D2      Street-W is communities A and B, Street-E is C and D; a community is a column.
    A1 B1 | C1 D1      Grids A1, A2 (one block each), B, C (two blocks each), D (block D1); block D2 belongs to none.

In the middle of each block stands a tower of 0.002 degrees with four households, a shop, a key site and a camera beside
it; block A1 and C1 hold a compound of 0.004 degrees round it. Two incidents a block lie in the tower, three beside it,
outside the compound, in May 2024; one of kind `spill.<street>`, which no configuration names. One incident lies on the
border of B1 and C1 in doubt, and was moved there from C1. One lies beyond all areas. A draft, Plan-2, has one grid for
A1 and B1 together.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from sqlalchemy.orm import Session

from gridmap.config import Settings
from gridmap.domain.access import Scope
from gridmap.domain.incidents import Amendment, IncidentReport, at_minute
from gridmap.domain.parties import Contact
from gridmap.geo.projection import local_projection
from gridmap.services import amending, intake
from gridmap.services.project import open_project
from gridmap.store import audit, bulk, configuration, ids, incidents, plans, project
from gridmap.store.engine import Store
from gridmap.store.tables import (
    Area,
    Block,
    Building,
    Camera,
    Grid,
    Household,
    Incident,
    Post,
    Site,
    Street,
    Unit,
    Worker,
)

WEST, SOUTH, SIDE = 115.0, 30.2, 0.01
EXTENT = (WEST - 0.05, SOUTH - 0.05, WEST + 0.09, SOUTH + 0.07)
BEGUN = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
NOW = dt.datetime(2024, 5, 31, 4, 0, tzinfo=dt.UTC)
COMMUNITIES = {"A": "W", "B": "W", "C": "E", "D": "E"}
BLOCKS = {f"{column}{row + 1}": (number, row) for number, column in enumerate(COMMUNITIES) for row in (0, 1)}
GRID_OF = {"A1": "A1", "A2": "A2", "B1": "B", "B2": "B", "C1": "C", "C2": "C", "D1": "D"}
WITH_COMPOUND = ("A1", "C1")
PHONE = "13800138000"
BEYOND = (WEST - 0.03, SOUTH - 0.03)
TOWER, COMPOUND = 0.001, 0.002  # half a side
AREA_KM2 = 1.067  # of a block

TOWER_A1 = "0190a000-0000-7000-8000-0000000000a1"
BESIDE = ("Site-A1", "Cam-A1", "Shop-A1", "Road-A", "spill.w", *(f"Addr-A1-{number}" for number in (2, 3, 4)))

# scope -> the blocks that it reaches, and what of them is outside it
SCOPES: dict[str, tuple[Scope, tuple[str, ...], tuple[str, ...]]] = {
    "street": (Scope(areas=frozenset({"Street-W"})), ("A1", "A2", "B1", "B2"), ()),
    "community": (Scope(areas=frozenset({"Comm-A"})), ("A1", "A2"), ()),
    "grid": (Scope(grids=frozenset({"Grid-A1"})), ("A1",), ()),
    "compound": (Scope(areas=frozenset({"Compound-A1"})), ("A1",), BESIDE),
    "building": (Scope(buildings=frozenset({TOWER_A1})), ("A1",), (*BESIDE, "Compound-A1")),
    "gone": (Scope(grids=frozenset({"Grid-Gone"})), (), ()),
}


@dataclass(frozen=True)
class World:
    """`border` is the uid of the incident in doubt; `names` are uid and case number of each other by its address."""

    store: Store
    settings: Settings
    border: str
    names: dict[str, tuple[str, str]]

    def words_elsewhere(self, scope: str) -> list[str]:
        """Every code, name, uid and text of the world that is not in a scope."""
        _, blocks, beside = SCOPES[scope]
        words = [*_words_elsewhere(blocks), *beside]
        others = [text for text in self.names if text in beside or _is_in_others(text, blocks)]
        names = [name for text in others for name in self.names[text]]
        return [*words, *names, *([] if any(block.startswith("B") for block in blocks) else [self.border])]


def now() -> dt.datetime:
    return NOW


def middle(block: str) -> tuple[float, float]:
    column, row = BLOCKS[block]
    return round(WEST + (column + 0.5) * SIDE, 6), round(SOUTH + (row + 0.5) * SIDE, 6)


def _is_in_others(address: str, blocks: tuple[str, ...]) -> bool:
    return not any(address.startswith(f"Addr-{block}-") for block in blocks)


def _words_elsewhere(blocks: tuple[str, ...]) -> list[str]:
    """Every word of the ground that tells of a block that is not among these."""
    others = [block for block in BLOCKS if block not in blocks]
    words = [f"{what}-{block}" for what in ("Block", "Tower", "Shop", "Site", "Cam", "Addr") for block in others]
    words += [f"Compound-{block}" for block in WITH_COMPOUND if block in others]
    for grid in dict.fromkeys(GRID_OF.values()):
        if not any(GRID_OF.get(block) == grid for block in blocks):
            words += [f"Grid-{grid}", f"Worker-{grid}"]
    for column, street in COMMUNITIES.items():
        if not any(block.startswith(column) for block in blocks):
            words += [f"Comm-{column}", f"Road-{column}"]
        if not any(COMMUNITIES[block[0]] == street for block in blocks):
            words += [f"Street-{street}", f"spill.{street.lower()}"]
    return [*dict.fromkeys(words), "Addr-Beyond"]


def build(settings: Settings) -> World:
    """The world in the empty, migrated database of `settings`."""
    store = open_project(settings, name="Two streets", now=BEGUN)
    with store.write() as session:
        project.set_projection(session, local_projection(EXTENT).crs, EXTENT)
        blocks = _ground(session)
        _stand(session, blocks)
        _happen(session, blocks)
        audit.append(
            session, actor="local", action="import.grids", entity="import_batch", entity_uid=ids.new_uid(), fields={},
            secret=settings.secret(), at=BEGUN,
        )  # fmt: skip
        rows = incidents.page(session, limit=1000).items
    names = {row.address or "": (row.uid, row.case_number) for row in rows}
    return World(store, settings, _on_the_border(store, settings), names)


def _ground(session: Session) -> dict[str, int]:
    """Areas, blocks, grids and both plans -> the blocks' ids."""
    column = {name: _square(number, 0, 2) for number, name in enumerate(COMMUNITIES)}
    streets = {way: _union([column[name] for name in COMMUNITIES if COMMUNITIES[name] == way]) for way in "WE"}
    (district,) = _areas(session, ["District-0"], "district", [_union(list(streets.values()))], [None])
    street_ids = _areas(session, ["Street-W", "Street-E"], "street", [streets["W"], streets["E"]], [district] * 2)
    above = [street_ids["WE".index(way)] for way in COMMUNITIES.values()]
    communities = _areas(session, [f"Comm-{name}" for name in column], "community", list(column.values()), above)
    of = dict(zip(COMMUNITIES, communities, strict=True))
    shapes = [_box(middle(block), COMPOUND) for block in WITH_COMPOUND]
    parents = [of[block[0]] for block in WITH_COMPOUND]
    _areas(session, [f"Compound-{block}" for block in WITH_COMPOUND], "compound", shapes, parents)
    squares = _objects([_square(*place, 1) for place in BLOCKS.values()])
    blocks = dict(zip(BLOCKS, bulk.insert(session, Block, {
        "code": [f"Block-{name}" for name in BLOCKS], "geom": squares, "opened_at": [BEGUN] * 8,
        "community_id": [of[name[0]] for name in BLOCKS],
    }).tolist(), strict=True))  # fmt: skip
    names = list(dict.fromkeys(GRID_OF.values()))
    grids = bulk.insert(session, Grid, {
        "code": [f"Grid-{name}" for name in [*names, "New"]], "name": [f"Grid-{name}" for name in [*names, "New"]],
        "kind": ["residential"] * 6, "community_id": [of[name[0]] for name in [*names, "A"]],
    })  # fmt: skip
    grid_ids = dict(zip([*names, "New"], grids.tolist(), strict=True))
    _plan(session, "Plan-1", "published", {blocks[name]: grid_ids[grid] for name, grid in GRID_OF.items()})
    merged = GRID_OF | {"A1": "New", "B1": "New"}
    _plan(session, "Plan-2", "draft", {blocks[name]: grid_ids[grid] for name, grid in merged.items()})
    workers = bulk.insert(session, Worker, {"name": [f"Worker-{name}" for name in names]})
    bulk.insert(session, Post, {
        "role": ["full_time_worker"] * len(names), "worker_id": workers, "grid_id": grids[:-1],
    })  # fmt: skip
    return blocks


def _plan(session: Session, name: str, state: str, grid_of: dict[int, int]) -> None:
    plan = plans.add(
        session, uid=ids.new_uid(), name=name, state=state, low=1, high=9, counted="registered_households",
        created_at=BEGUN, published_at=BEGUN if state == "published" else None,
    )  # fmt: skip
    blocks, grids = (np.array(list(side), dtype=np.int64) for side in (grid_of.keys(), grid_of.values()))
    plans.assign(session, plan, blocks, grids)
    shape_of = dict(zip(*_shapes(session), strict=True))
    which = [[block for block in grid_of if grid_of[block] == grid] for grid in dict.fromkeys(grid_of.values())]
    plans.refresh_outlines(
        session, plan, grid_ids=list(dict.fromkeys(grid_of.values())),
        geoms=_objects([_union([shape_of[block] for block in own]) for own in which]),
        blocks=[len(own) for own in which], households=[4 * len(own) for own in which],
        area_km2=[AREA_KM2 * len(own) for own in which],
    )  # fmt: skip


def _shapes(session: Session) -> tuple[list[int], list[Any]]:
    found, _, shapes = plans.open_blocks(session, NOW)
    return found.tolist(), shapes.tolist()


def _stand(session: Session, blocks: dict[str, int]) -> None:
    """Towers with households, shops, sites, cameras, and a road through each community."""
    points = _objects([shapely.Point(middle(name)) for name in BLOCKS])
    aside = _objects([shapely.Point(middle(name)[0], middle(name)[1] + 0.0035) for name in BLOCKS])
    own = {"block_id": list(blocks.values())}
    towers = bulk.insert(session, Building, {
        "uid": [f"0190a000-0000-7000-8000-0000000000{name.lower()}" for name in BLOCKS],
        "name": [f"Tower-{name}" for name in BLOCKS],
        "geom": _objects([_box(middle(name), TOWER) for name in BLOCKS]), **own,
    })  # fmt: skip
    bulk.insert(session, Household, {
        "building_id": np.repeat(towers, 4), "block_id": np.repeat(list(blocks.values()), 4),
        "room": [f"{floor}01" for _ in BLOCKS for floor in range(1, 5)], "geom": np.repeat(points, 4),
    })  # fmt: skip
    bulk.insert(session, Unit, {"name": [f"Shop-{name}" for name in BLOCKS], "geom": aside, **own})
    bulk.insert(session, Site, {
        "name": [f"Site-{name}" for name in BLOCKS], "kind": ["school"] * 8, "geom": aside, **own,
    })  # fmt: skip
    bulk.insert(session, Camera, {"name": [f"Cam-{name}" for name in BLOCKS], "geom": aside, **own})
    ways = []
    for number in range(len(COMMUNITIES)):
        lon = WEST + (number + 0.8) * SIDE
        ways.append(shapely.MultiLineString([[(lon, SOUTH + 0.001), (lon, SOUTH + 0.019)]]))
    bulk.insert(session, Street, {
        "name": [f"Road-{name}" for name in COMMUNITIES], "street_class": ["street"] * 4, "geom": _objects(ways),
    })  # fmt: skip


def _happen(session: Session, blocks: dict[str, int]) -> None:
    rows: list[tuple[Any, ...]] = []
    plan = plans.current(session, NOW)
    assert plan is not None
    grid_of = plans.assignment(session, plan.id)
    for name, block in blocks.items():
        lon, lat = middle(name)
        for number in range(5):
            aside = 0.0 if number < 2 else 0.003
            kind = f"spill.{COMMUNITIES[name[0]].lower()}" if number == 4 else "order.noise"
            at = dt.datetime(2024, 5, 3 + 6 * number, 1 + number, tzinfo=dt.UTC)
            rows.append((kind, at, (lon + aside, lat), f"Addr-{name}-{number}", block, grid_of.get(block)))
    rows.append(("order.noise", dt.datetime(2024, 1, 5, 1, tzinfo=dt.UTC), BEYOND, "Addr-Beyond", None, None))
    kinds, instants, places, texts, block_ids, grid_ids = zip(*rows, strict=True)
    bulk.insert(session, Incident, {
        "case_number": incidents.next_case_numbers(session, 2024, len(rows)), "kind": kinds, "occurred_at": instants,
        "occurred_on": [at.date() for at in instants], "precision": ["minute"] * len(rows), "address": texts,
        "geom": _objects([shapely.Point(place) for place in places]), "block_id": block_ids, "grid_id": grid_ids,
        "plan_id": [None if grid is None else plan.id for grid in grid_ids],
        "configuration_version": [configuration.current(session)[0]] * len(rows),
    })  # fmt: skip


def _on_the_border(store: Store, settings: Settings) -> str:
    """Received in C1, moved over the border into B1; its circle reaches both."""
    lon, lat = WEST + 2 * SIDE, SOUTH + 0.002
    at = at_minute(dt.datetime(2024, 5, 20, 2, tzinfo=dt.UTC), "Asia/Shanghai")
    report = IncidentReport(
        kind="order.noise", occurrence=at, lon=lon + 0.001, lat=lat, uncertainty_m=30.0, reporter=Contact("赵", PHONE)
    )
    uid = intake.receive(store, settings, report, actor="local", now=NOW).uid
    change = Amendment({"lon": lon - 0.0002, "lat": lat, "uncertainty_m": 60.0})
    amending.amend(store, settings, uid, change, actor="local", now=NOW)
    return uid


def _areas(session: Session, codes: list[str], level: str, shapes: list[Any], parents: list[int | None]) -> list[int]:
    keys = bulk.insert(session, Area, {
        "code": codes, "name": codes, "level": [level] * len(codes), "geom": _objects(shapes), "parent_id": parents,
    })  # fmt: skip
    return keys.tolist()


def _square(column: int, row: int, rows: int) -> shapely.Polygon:
    west, south = round(WEST + column * SIDE, 6), round(SOUTH + row * SIDE, 6)
    return shapely.box(west, south, round(west + SIDE, 6), round(south + rows * SIDE, 6))


def _box(at: tuple[float, float], half: float) -> shapely.Polygon:
    return shapely.box(at[0] - half, at[1] - half, at[0] + half, at[1] + half)


def _union(shapes: list[Any]) -> Any:
    return shapely.union_all(_objects(shapes))


def _objects(shapes: list[Any]) -> np.ndarray:
    found = np.empty(len(shapes), dtype=object)
    found[:] = shapes
    return found
