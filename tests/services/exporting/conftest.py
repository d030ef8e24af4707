"""A small district in which everything that can go wrong in a file occurs, and what a database holds, to compare."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
import sqlalchemy as sa

from gridmap.config import Settings
from gridmap.services import project
from gridmap.services.exchange import LAYERS, import_file
from gridmap.store import bulk, tables
from gridmap.store.engine import Store, open_store
from gridmap.store.places import COUNTED
from tests.conftest import _copy as copied
from tests.conftest import _settings as settings_for
from tests.postgres_databases import Databases

NOW = dt.datetime(2024, 7, 1, 4, 0, tzinfo=dt.UTC)
WEST, SOUTH, SIDE = 114.96, 30.17, 0.01
# Texts that readers of files like to take for something else.
NASTY = [
    "=1+1", "+86 714 123", "-5", "@SUM(A1)", "'=x", "''+y", "'quoted'", "＝１＋１", "007", "1e5", "1,5", "3/4", "TRUE",
    "NULL", "nan", "None", "2024/03/05", "2024-03-05", "a,b;c", 'say "hi"', "line\nbreak", "cr\rand\r\nboth",
    "tab\there", "一二三😀", "_x0041_", "_x000D_", "ctl\x01\x1f", "<b>&amp;</b>", '{"a": 1}', "1234567890123456789",
    "0x1F", "# gridmap export", "gridmap_attributes", "\\N", "x\ufeffy", "a\u2028b", "'", "=",
]  # fmt: skip
ATTRIBUTES = {
    "=cmd": "=1+1", "whole": 3, "fraction": 0.1, "round": 3.0, "yes": True, "text": "007", "nothing": None, "": " x ",
    "empty": "", "deep": {"b": [1, None, {"c": "'"}]}, "code": "another", "Name": "clash", "经度": "1",
    "wkt": "POINT (9 9)",
    "gridmap_attributes": "{", "long": 12345678901234567890, "quote": '"\\\n\r\t',
}  # fmt: skip
OWN = {"id", "uid", "batch_id", "row_number", "content_digest", "configuration_version"}  # each database's own


@dataclass(frozen=True)
class Place:
    """A project on a database of its own."""

    store: Store
    settings: Settings
    folder: Path

    def take(self, layer: str, path: Path, **options: Any) -> Any:
        options = {"now": NOW, "with_basemap": False, **options}
        return import_file(self.store, self.settings, layer, path, **options)

    def rows(self, layer: str) -> list[dict[str, Any]]:
        """Everything stored of a layer, in order; ids of other rows as their codes, shapes as WKB."""
        return content(self.store, layer)


@pytest.fixture
def another_place(another_db: Callable[[], str], tmp_path: Path) -> Callable[[], Place]:
    """Makes an empty project a call."""
    made: list[Store] = []

    def make() -> Place:
        address = another_db()
        store = open_store(address)
        made.append(store)
        project.prepare(store, now=NOW)
        return Place(store, settings_for(address, tmp_path / "var", is_demo=False), tmp_path)

    yield make
    for store in made:
        store.close()


@pytest.fixture(scope="session")
def district(
    template_db: str, tmp_path_factory: pytest.TempPathFactory, databases: Databases | None
) -> Iterator[Place]:
    """The small district, built once a run; tests only read it."""
    folder = tmp_path_factory.mktemp("district")
    with copied(template_db, folder / "district.db", databases) as address:
        store = open_store(address)
        yield build(Place(store, settings_for(address, folder / "var", is_demo=False), folder))
        store.close()


@pytest.fixture
def own_district(another_place: Callable[[], Place]) -> Place:
    """The same for a test that changes it."""
    return build(another_place())


def build(place: Place) -> Place:
    """The small district, brought in through imports, then with attributes no file could have brought."""
    project.prepare(place.store, now=NOW)
    for layer, rows in world().items():
        path = place.folder / f"world-{layer}.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": rows}), encoding="utf-8")
        place.take(layer, path)
    with place.store.write() as session:
        for layer in LAYERS:
            model = COUNTED[layer]
            first, *_ = session.scalars(sa.select(model.id).order_by(model.id))
            stored = session.scalar(sa.select(model.attributes).where(model.id == first)) or {}
            bulk.update(session, model, [first], {"attributes": [{**ATTRIBUTES, **stored}]})
    return place


def feature(shape: Any, **properties: Any) -> dict[str, Any]:
    geometry = None if shape is None else json.loads(shapely.to_geojson(shape))
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def world() -> dict[str, list[dict[str, Any]]]:
    """Layer -> features, in an order in which each finds what it refers to."""
    return {
        "areas": _areas(),
        "ground": _ground(),
        "blocks": _blocks(),
        "grids": _grids(),
        "buildings": _buildings(),
        "households": _households(),
        "units": [
            feature(point(i), code=coded(text), name=text, kind=text[:40], building_code="=B0") for i, text in _texts()
        ],
        "sites": _sites(),
        "streets": _streets(),
        "cameras": _cameras(),
        "incidents": _incidents(),
        "routes": [feature(line(i), code=coded(text), name=text) for i, text in _texts()],
        "tracks": _tracks(),
    }


def _texts() -> list[tuple[int, str]]:
    return list(enumerate(NASTY))


def coded(text: str) -> str:
    """A text as a code; codes are stored half-width however they are written, and this one is there already."""
    return "wide" if text == "＝１＋１" else text


def point(i: int) -> Any:
    """A place with every digit that a double has."""
    dice = np.random.default_rng(i)
    return shapely.Point(WEST + dice.uniform(0, 4 * SIDE), SOUTH + dice.uniform(0, 2 * SIDE))


def line(i: int, many: int = 5) -> Any:
    dice = np.random.default_rng(1000 + i)
    return shapely.LineString(np.column_stack([WEST + dice.random(many) * SIDE, SOUTH + dice.random(many) * SIDE]))


def ring(i: int, many: int) -> Any:
    """A star-shaped polygon with a hole."""
    angles = np.linspace(0, 2 * np.pi, many, endpoint=False)
    radii = 0.001 + 0.0005 * np.random.default_rng(i).random(many)
    x, y = WEST + 0.01 + radii * np.cos(angles), SOUTH + 0.01 + radii * np.sin(angles)
    return shapely.Polygon(np.column_stack([x, y]), [shapely.Point(WEST + 0.01, SOUTH + 0.01).buffer(0.0005).exterior])


def _cells() -> list[Any]:
    """Eight blocks, 4 x 2, whose corners have every digit a double has; A A B B / A C C B are their grids."""
    dice = np.random.default_rng(7)
    xs = [[WEST + (c + 0.3 * dice.random()) * SIDE for c in range(5)] for _ in range(3)]
    ys = [[SOUTH + (r + 0.3 * dice.random()) * SIDE for c in range(5)] for r in range(3)]
    corner = [[(xs[r][c], ys[r][c]) for c in range(5)] for r in range(3)]
    return [
        shapely.Polygon([corner[r][c], corner[r][c + 1], corner[r + 1][c + 1], corner[r + 1][c]])
        for r in range(2)
        for c in range(4)
    ]


def _areas() -> list[dict[str, Any]]:
    cells = _cells()
    names = "；".join(sorted({text for text in NASTY if not set(text) & set(";；、|")}))
    return [
        feature(None, code="420204", name="下陆区", level="district"),
        feature(shapely.union_all(cells), code="420204001", name="=街道", level="street", parent_code="420204"),
        feature(shapely.union_all(cells), code="420204001001", name="社区", level="community", aliases=names),
        feature(None, code="旧", name="old", level="compound", parent_code="420204001001", valid_to="2019-12-31"),
        feature(None, code="旧", name="new", level="compound", parent_code="420204001001", valid_from="2020-01-01"),
        feature(ring(1, 12), code="0042", name="小区", level="compound", parent_code="420204001", aliases="@花园;-5"),
    ]


def _ground() -> list[dict[str, Any]]:
    rows = [feature(line(i), code=coded(text), name=text, kind=text[:20]) for i, text in _texts()]
    return [
        *rows,
        feature(ring(3, 3000), code=None, name="a river of more than one cell", kind="water"),
        feature(ring(4, 9), code=None, name=None, kind="green"),
    ]


def _blocks() -> list[dict[str, Any]]:
    return [
        feature(shape, code=f"00{i}", name=NASTY[i], land_use=None if i == 3 else NASTY[i + 8][:40])
        for i, shape in enumerate(_cells())
    ]


def _grids() -> list[dict[str, Any]]:
    cells = np.array(_cells(), dtype=object)
    members = {"=A": [0, 4, 5], "+B": [2, 3, 7], "007": [1, 6]}
    return [
        feature(shapely.union_all(cells[take]), code=code, name=f"{code}!", kind=kind, community_code="420204001001")
        for (code, take), kind in zip(members.items(), ("residential", "hospital", "=x"), strict=True)
    ]


def _buildings() -> list[dict[str, Any]]:
    rows = []
    for i, text in _texts():
        codes = {"code": f"=B{i}", "compound_code": "0042" if i % 2 else None, "number": text[:20]}
        more = {"name": text, "street_name": text, "door_number": text[:20], "kind": text[:40]}
        counts = {"floors": i or None, "units": None if i % 3 else i, "aliases": "=one;-two" if i == 4 else None}
        rows.append(feature(point(i).buffer(0.0001, quad_segs=2), **codes, **more, **counts))
    return rows


def _households() -> list[dict[str, Any]]:
    rows = []
    for i, text in _texts():
        links = {"building_code": f"=B{i}" if i % 4 else None, "unit": text[:20], "room": text[:20]}
        rows.append(feature(point(i), code=coded(text), **links, count=i, residents=None if i % 2 else i * 3))
    return [*rows, feature(point(1), code=None, unit=None, room=None, count=None, residents=None)]


def _sites() -> list[dict[str, Any]]:
    shapes = (point, lambda i: ring(i, 7), line)
    return [feature(shapes[i % 3](i), code=coded(text), name=text, kind=text[:40]) for i, text in _texts()]


def _streets() -> list[dict[str, Any]]:
    classes = ("trunk", "residential", "['path', 'steps']", "胡同", "unheard of")
    return [feature(line(i), code=coded(text), name=text, **{"class": classes[i % 5]}) for i, text in _texts()]


def _cameras() -> list[dict[str, Any]]:
    rows = []
    for i, text in _texts():
        numbers = {"bearing_deg": 0.1 + 0.2 if i % 2 else None, "fov_deg": 360 / (i + 1), "range_m": float(i)}
        rows.append(feature(point(i), code=coded(text), name=text, kind=text[:40], **numbers))
    return rows


def _incidents() -> list[dict[str, Any]]:
    times = (
        {"occurred_at": "2024-05-01T23:59:59.123456+08:00", "reported_at": "2024-05-02T00:00:00Z"},
        {"occurred_on": "2024-05-01", "reported_at": "2024-05-03"},
        {"month": "2024-05"},
        {"occurred_at": "2023-12-31T16:00:00Z"},
    )
    kinds = ("盗窃", "Noise at Night", None, "order.theft", "=kind")
    rows = []
    for i, text in _texts():
        told = {"occurred_at": None, "occurred_on": None, "month": None, "reported_at": None, **times[i % 4]}
        words = {"address": text, "summary": text * 3, "kind": kinds[i % 5]}
        rows.append(feature(point(i), source_id=coded(text), **told, **words, uncertainty_m=0.1 * i if i % 2 else None))
    rows += [feature(point(1), source_id=None, occurred_on="2024-05-01", kind="盗窃")] * 2
    return rows


def _tracks() -> list[dict[str, Any]]:
    def fix(code: str, minute: float, i: int, **more: Any) -> dict[str, Any]:
        at = NOW + dt.timedelta(minutes=minute)
        return feature(point(i), code=code, time=at.isoformat(), **more)

    walked = [fix("=walk", k + (5 if k > 2 else 0), k, name="@night", accuracy_m=k * 0.1) for k in range(6)]
    standing = [fix("still", k, 3) for k in range(3)]
    mixed = [fix("mixed", k, k) for k in range(3)]
    at = {name: (NOW + dt.timedelta(minutes=m)).isoformat() for name, m in (("early", -9), ("late", 99))}
    return [
        *walked, *standing, *mixed,
        feature(line(1), code="mixed", time=at["early"]),
        feature(line(2), code="mixed", time=at["late"]),
        feature(line(3), code="line"),
        feature(line(4), code="lines", time=at["early"]), feature(line(5), code="lines"),
        feature(line(6), code="timed", time=at["late"]),
        fix("open", 0, 1), fix("open", 1, 2), feature(line(7), code="open"),
    ]  # fmt: skip


def content(store: Store, layer: str) -> list[dict[str, Any]]:
    """Everything stored of a layer, in order; ids of other rows as their codes, shapes as WKB."""
    with store.read() as session:
        names = {
            "area": dict(session.execute(sa.select(tables.Area.id, tables.Area.source_id)).all()),
            "block": dict(session.execute(sa.select(tables.Block.id, tables.Block.code)).all()),
            "grid": dict(session.execute(sa.select(tables.Grid.id, tables.Grid.code)).all()),
            "building": dict(session.execute(sa.select(tables.Building.id, tables.Building.source_id)).all()),
        }
        owners = {"parent_id": "area", "community_id": "area", "compound_id": "area"}
        owners |= {f"{name}_id": name for name in ("block", "grid", "building")}
        model: Any = COUNTED[layer]
        plain = [c for c in model.__table__.columns if c.name not in OWN and c.name != "geom"]
        shape = sa.func.ST_AsBinary(model.geom) if "geom" in model.__table__.c else sa.null()
        query = sa.select(model.id, shape, *plain)
        rows = []
        for key, geom, *values in session.execute(query.order_by(model.id)):
            row = dict(zip([c.name for c in plain], values, strict=True))
            row |= {n: names[of].get(row[n]) for n, of in owners.items() if n in row}
            row["plan_id"] = row.get("plan_id") is not None  # another database has another plan
            row["geom"] = None if geom is None else bytes(geom)
            row |= _beside(session, layer, key, names)
            rows.append(row)
        return rows


def _beside(session: Any, layer: str, key: int, names: dict[str, dict[int, str]]) -> dict[str, Any]:
    """What other tables hold of a row: aliases, the fixes of a track, the blocks and shape of a grid."""
    if layer in ("areas", "buildings"):
        alias = tables.AreaAlias if layer == "areas" else tables.BuildingAlias
        owner = alias.area_id if layer == "areas" else alias.building_id
        return {"aliases": sorted(session.scalars(sa.select(alias.name).where(owner == key)))}
    if layer == "tracks":
        fixes = sa.select(tables.Fix.__table__).where(tables.Fix.track_id == key).order_by(tables.Fix.seq)
        return {"fixes": [tuple(row)[1:] for row in session.execute(fixes)]}
    if layer == "grids":
        outline = tables.GridOutline
        found = sa.select(sa.func.ST_AsBinary(outline.geom), outline.households, outline.blocks)
        shape, *counts = session.execute(found.where(outline.grid_id == key)).one()
        blocks = session.scalars(sa.select(tables.Assignment.block_id).where(tables.Assignment.grid_id == key))
        return {"outline": bytes(shape), "counts": counts, "of": sorted(names["block"][b] for b in blocks)}
    return {}
