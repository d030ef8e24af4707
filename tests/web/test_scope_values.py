"""What a scope is told is what a database would tell that holds nothing else: every figure, every cell of a file."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pyogrio
import pytest
import shapely
from flask import Flask
from PIL import Image
from pytest import MonkeyPatch
from werkzeug.test import TestResponse

from gridmap.domain.access import LOCAL, Actor, Holding, Role
from tests.conftest import _copy as copied
from tests.conftest import _settings as settings_for
from tests.postgres_databases import Databases
from tests.services import one_scope, two_streets
from tests.services.two_streets import SCOPES, World
from tests.web.test_scope import addresses
from web import auth
from web.app import create_app
from web.auth import Asker

UID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
DAYS = "from=2024-05-13&to=2024-05-26"
OF_THE_PLACES = [
    *(f"/api/v1/choropleth?{DAYS}&by={by}" for by in ("count", "rate", "change")),
    *(f"/api/v1/change?{DAYS}&basis={basis}&level={level}&by=leaf"
      for basis in ("before", "weeks4", "year") for level in ("street", "community", "grid")),
    f"/api/v1/expectation?{DAYS}&kinds=order", "/api/v1/compare?first=3&second=1&first_days=7&second_days=14",
    f"/api/v1/patterns?{DAYS}&kinds=help", f"/api/v1/counts?{DAYS}&hours=1.0-23", "/api/v1/timeline?kinds=order.theft",
    f"/api/v1/heat/value?{DAYS}&lon=115.005&lat=30.205&bw=200", f"/api/v1/legend?{DAYS}&bw=200",
]  # fmt: skip
OTHERWISE = {"seq", "version", "next"}  # of a database, or of its rows' keys
OF_ALL = {"/api/v1/changes?since=0"}  # the feed counts every change; of those elsewhere it tells the number alone


TABLES = ("csv", "geojson", "gpkg", "xlsx")

Made = tuple[World, Flask]


@pytest.fixture(scope="module")
def every(template_db: str, tmp_path_factory: pytest.TempPathFactory, databases: Databases | None) -> Iterator[Made]:
    """The whole world and its application."""
    with copied(template_db, tmp_path_factory.mktemp("every") / "world.db", databases) as address:
        yield from made(address, tmp_path_factory.mktemp("var"), None)


OTHERS = [pytest.param(name, marks=pytest.mark.full) for name in ("community", "grid")]


@pytest.fixture(scope="module", params=["street", *OTHERS])
def scope(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def alone(
    scope: str, template_db: str, tmp_path_factory: pytest.TempPathFactory, databases: Databases | None
) -> Iterator[Made]:
    """A world with nothing but the scope in it, and its application."""
    with copied(template_db, tmp_path_factory.mktemp("alone") / "world.db", databases) as address:
        yield from made(address, tmp_path_factory.mktemp("var"), scope)


def made(address: str, var: Path, scope: str | None) -> Iterator[Made]:
    world = two_streets.build(settings_for(address, var, is_demo=False))
    if scope is not None:
        one_scope.leave_only(world, scope)
    one_scope.add_history(world)
    yield world, create_app(world.settings, now=two_streets.now, warm_up=False)
    world.store.close()


Ask = Callable[[str], tuple[TestResponse, TestResponse]]


@pytest.fixture
def ask(every: Made, alone: Made, scope: str, monkeypatch: MonkeyPatch) -> Ask:
    """An address asked of the whole by whoever has posts for the scope, and of the scope alone by who sees all."""
    roles = (Role.COMMANDER, Role.CLERK)
    actors = Actor(scope, holdings=tuple(Holding(role, SCOPES[scope][0]) for role in roles)), LOCAL

    def answers(address: str) -> tuple[TestResponse, TestResponse]:
        found = []
        for actor, (_, app) in zip(actors, (every, alone), strict=True):
            monkeypatch.setattr(auth, "_find", lambda actor=actor: Asker(actor, by_token=True))
            found.append(app.test_client().get(address))
        return found[0], found[1]

    return answers


def told(answer: TestResponse) -> Any:
    """What an answer says, but for what tells one database from another."""
    assert answer.status_code in {200, 404, 422}, answer.text
    return without_marks(json.loads(UID.sub("uid", answer.text)))


def without_marks(content: Any) -> Any:
    """A shape is told by its corners, wherever its line begins."""
    if isinstance(content, dict) and content.get("coordinates"):
        return shapely.normalize(shapely.simplify(shapely.from_geojson(json.dumps(content)), 0)).wkt
    if isinstance(content, dict):
        return {name: without_marks(value) for name, value in content.items() if name not in OTHERWISE}
    return [without_marks(value) for value in content] if isinstance(content, list) else content


def test_every_answer_is_that_of_the_scope_alone(every: Made, scope: str, ask: Ask) -> None:
    asked = {address for found in addresses(every[0]).values() for address in found if address.startswith("/api/")}
    asked = {address for address in asked if "/downloads/" not in address and "/incidents/" not in address}
    answers = {address: tuple(map(told, ask(address))) for address in sorted({*asked, *OF_THE_PLACES} - OF_ALL)}
    assert {address: pair for address, pair in answers.items() if pair[0] != pair[1]} == {}
    assert sum(len(json.dumps(seen)) > 100 for seen, _ in answers.values()) > 40


@pytest.mark.parametrize("what", ["incidents", "grids"])
def test_every_cell_of_a_table_is_that_of_the_scope_alone(ask: Ask, what: str, tmp_path: Path) -> None:
    for form in TABLES:
        tables = []
        for answer in ask(f"/api/v1/downloads/{what}.{form}?{DAYS}"):
            assert answer.status_code == 200, answer.text
            file = tmp_path / f"table.{form}"
            file.write_bytes(answer.data)
            tables.append([[UID.sub("uid", str(cell)) for cell in row] for row in cells_of(file)])
        assert tables[0] == tables[1], form
        assert len(tables[0]) > 1 and len(tables[0][0]) > 8, form


def cells_of(file: Path) -> list[list[Any]]:
    """The heading and the rows of a table, a shape by its corners."""
    if file.suffix == ".xlsx":
        book = openpyxl.load_workbook(file)
        return [list(row) for sheet in book.worksheets for row in sheet.iter_rows(values_only=True)]
    if file.suffix == ".csv":
        return list(csv.reader(io.StringIO(file.read_text("utf-8-sig"))))
    frame = pyogrio.read_dataframe(file)
    shapes = [shapely.normalize(shapely.simplify(shape, 0)).wkt for shape in frame.geometry]
    cells = frame.drop(columns="geometry").astype(object)
    rows = [[*row, shape] for row, shape in zip(cells.to_numpy().tolist(), shapes, strict=True)]
    return [list(cells.columns), *rows]


def test_every_cell_of_a_raster_is_that_of_the_scope_alone(ask: Ask) -> None:
    seen, held = pictures_of(ask, "tif")
    assert np.array_equal(seen, held, equal_nan=True)
    assert len(np.unique(seen[np.isfinite(seen)])) > 10  # there is something on it


@pytest.mark.full
def test_a_drawn_map_is_that_of_the_scope_alone_but_for_where_names_stand(ask: Ask) -> None:
    seen, held = pictures_of(ask, "png")
    assert seen.shape == held.shape
    assert np.mean(seen != held) < 0.005  # a name stands elsewhere in a shape whose line begins elsewhere


def pictures_of(ask: Ask, form: str) -> list[np.ndarray]:
    answers = ask(f"/api/v1/downloads/map.{form}?{DAYS}&bw=200")
    return [np.asarray(Image.open(io.BytesIO(answer.data))) for answer in answers]
