"""Thousands of generated requests to every described operation: none breaks the server, each answer is as described.

Drawn by schemathesis from the description, the same ones in every run, a third of them wrong on purpose; most
names are set to what there is in the small world, so that many go all the way.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as drawn
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance
from schemathesis.transport.wsgi import WSGI_TRANSPORT
from werkzeug.test import TestResponse

from gridmap.config import Settings
from gridmap.domain.access import Action
from gridmap.domain.incidents import IncidentReport, on_day
from gridmap.domain.parties import Contact
from gridmap.services import accounts, intake
from gridmap.store.engine import Store
from tests.conftest import _migrate, _settings
from tests.services import small_world
from tests.web import organisation
from tests.web.organisation import Organisation, signed_in
from tests.web.test_errors import is_refusal
from web.app import create_app

CASES, CASES_FULL = 5_000, 50_000
MAP_FILE, MAP_FILES = "GET /api/v1/downloads/map.{form}", 8  # a picture in print takes seconds
CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance]
MODES = [GenerationMode.POSITIVE, GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
PLAIN = {"Accept-Encoding": "identity"}
# What is not there in the small world: base maps, rejected rows, an import to take back.
NEVER_GOOD = {
    "GET /basemap/{name}.pmtiles",
    "GET /api/v1/uploads/{token}/rejects.csv",
    "GET /tiles/own/{z}/{x}/{y}",
    "POST /api/v1/imports/{uid}/undo",
}
OPTIONAL = 2  # so many at a time seldom contradict each other
EAST, NORTH = small_world.in_block(0, 1)
KNOWN: dict[str, Sequence[Any]] = {
    "action": ["seen", "changed"],
    "area": ["01", "0101"],
    "at": [f"{EAST},{NORTH}"],
    "bbox": ["114.9,30.1,115.1,30.3"],
    "block": ["B1", "B4"],
    "field": ["name", "phone"],
    "from": ["2024-05-01"],
    "grid": ["G1", "G2"],
    "hours": ["1.8-11,5.18-23"],
    "kind": ["order.noise", "help"],
    "kinds": ["order", "help.elder,dispute"],
    "lat": [NORTH],
    "layer": ["units", "incidents"],
    "lon": [EAST],
    "occurred_on": ["2024-05-30"],
    "phone": ["13812345678"],
    "q": ["青龙一网格", "B1", "qlyg"],
    "reporter": [{"name": "李娜", "phone": "13812345678"}],
    "since": [0],
    "to": ["2024-05-31"],
    "x": [6710],
    "y": [3374],
    "z": [13],
}
# Bodies whose fields hang together: what is needed, beside a few others.
NEEDED = {
    "POST /api/v1/incidents": {"kind": "order.noise", "lon": EAST, "lat": NORTH, "occurred_on": "2024-05-30"},
    "PATCH /api/v1/incidents/{uid}": {},
}


@dataclass(frozen=True)
class Asker:
    """Somebody who may ask: the client, what it sends with every request, and values that lead somewhere."""

    name: str
    client: FlaskClient
    headers: dict[str, str]
    known: Mapping[str, Sequence[Any]]


@pytest.fixture
def askers(tmp_path: Path) -> Iterator[list[Asker]]:
    """Who uses a project alone; a grid worker, for one grid; a program with a token, for all."""
    alone, shared = (project_in(tmp_path / name) for name in ("alone", "shared"))
    stores = [small_world.build(settings) for settings in (alone, shared)]
    past = [long_ago(store, settings) for store, settings in zip(stores, (alone, shared), strict=True)]
    people = organisation.build(stores[1], shared)
    yield [local(alone, past[0]), grid_worker(people, past[1]), program(people, past[1])]
    for store in stores:
        store.close()


def project_in(folder: Path) -> Settings:
    """An empty project on SpatiaLite, whose log tells of errors alone."""
    folder.mkdir()
    address = f"sqlite:///{folder / 'project.db'}"
    _migrate(address)
    return replace(_settings(address, folder / "var", is_demo=False), log_level="ERROR")


def long_ago(store: Store, settings: Settings) -> str:
    """The uid of an incident of the year before, told by somebody: there is a past to compare with."""
    place, day = small_world.CLUSTER, on_day(dt.date(2023, 1, 1))
    told = IncidentReport(*place, "order.theft", day, reporter=Contact(name="李娜", phone="13812345678"))
    return intake.receive(store, settings, told, actor="local", now=small_world.now()).uid


def local(settings: Settings, *uids: str) -> Asker:
    client = create_app(settings, now=small_world.now, warm_up=False).test_client()
    found = re.search(r'name="csrf-token" content="([^"]+)"', client.get("/import").text)
    assert found
    headers = {"X-CSRFToken": found[1]}
    table = f"code,name,lon,lat\nU1,一号店,{EAST},{NORTH}\n".encode()
    tokens = [
        client.post(f"/api/v1/uploads?name={name}", data=table, headers=headers).json["token"]
        for name in ("units.csv", "units.geojson")
    ]
    job = client.post("/api/v1/gatherings", headers=headers).json["uid"]
    return knowing("local", client, headers, job, *uids, token=tokens)


def grid_worker(people: Organisation, *uids: str) -> Asker:
    client = signed_in(served(people), people, "worker")
    found = re.search(r'name="csrf-token" content="([^"]+)"', client.get("/incidents/new").text)
    assert found
    return knowing("grid worker", client, {"X-CSRFToken": found[1]}, *uids)


def program(people: Organisation, *uids: str) -> Asker:
    made = accounts.make_token(
        people.store, people.settings, people.uids["commander"], name="program", actor="commander", scope=None,
        actions={Action.SEE_MAP, Action.SEE_INCIDENTS, Action.EXPORT, Action.START_REPORT}, now=small_world.now(),
        expires_at=small_world.now() + dt.timedelta(days=1),
    )  # fmt: skip
    return knowing("program", served(people).test_client(), {"Authorization": f"Bearer {made.text}"}, *uids)


def served(people: Organisation) -> Flask:
    return create_app(people.settings, now=small_world.now, warm_up=False, hashing=organisation.CHEAP)


def knowing(name: str, client: FlaskClient, headers: dict[str, str], *uids: str, **more: list[str]) -> Asker:
    plans = [row["uid"] for row in client.get("/api/v1/plans", headers=headers).json["items"]]
    seen = [row["uid"] for row in client.get("/api/v1/incidents?limit=2", headers=headers).json["items"]]
    known = KNOWN | {"plan": plans, "uid": [*seen, *uids], "uids": [",".join(seen)]} | more
    return Asker(name, client, headers, known)


@st.composite
def cases(draw: st.DrawFn, operation: APIOperation, known: Mapping[str, Sequence[Any]]) -> schemathesis.Case:
    """A request to an operation, by its description or against it; most values lead somewhere."""
    mode = draw(st.sampled_from(MODES)) if has_input(operation) else GenerationMode.POSITIVE
    case = draw(operation.as_strategy(mode))
    if mode is GenerationMode.POSITIVE and draw(st.integers(0, 3)):
        leave_out(draw, case)
    for values in (case.path_parameters, case.query, case.body):
        for name in sorted(known.keys() & values.keys()) if isinstance(values, dict) else ():
            if draw(st.integers(0, 7)):
                values[name] = draw(st.sampled_from(known[name]))
    return case


def has_input(operation: APIOperation) -> bool:
    return bool(operation.query or operation.body or operation.path_parameters)


def leave_out(draw: st.DrawFn, case: schemathesis.Case) -> None:
    """Of what may be left out no more than a few stay."""
    needed = {one["name"] for one in case.operation.definition.raw["parameters"] if one["required"]}
    optional = sorted(case.query.keys() - needed) if case.query else []
    for name in draw(st.permutations(optional))[OPTIONAL:]:
        del case.query[name]
    if case.operation.label in NEEDED and isinstance(case.body, dict):
        for name in draw(st.permutations(sorted(case.body)))[OPTIONAL:]:
            del case.body[name]
        case.body.update(NEEDED[case.operation.label])


def ask(asker: Asker, case: schemathesis.Case) -> TestResponse:
    answer = asker.client.open(**WSGI_TRANSPORT.serialize_case(case, headers=PLAIN | asker.headers))
    case.validate_response(answer, checks=CHECKS)
    if answer.status_code >= 400:
        assert is_refusal(answer.json), (asker.name, answer.text)
    return answer


def ask_all(askers: list[Asker], count: int) -> Counter[tuple[str, int]]:
    """So many requests, over all operations in turn -> how many there were by operation and status."""
    config = schemathesis.Config.from_dict({"generation": {"with-security-parameters": False}})
    schema = schemathesis.openapi.from_dict(askers[0].client.get("/api/openapi.json").json, config=config)
    operations = sorted((found.ok() for found in schema.get_all_operations()), key=has_input)
    answers: Counter[tuple[str, int]] = Counter()
    for left, operation in zip(range(len(operations), 0, -1), operations, strict=True):
        wanted = -(-(count - answers.total()) // left)
        ask_one(askers, operation, min(wanted, MAP_FILES) if operation.label == MAP_FILE else wanted, answers)
    return answers


def ask_one(
    askers: list[Asker], operation: APIOperation, count: int, answers: Counter[tuple[str, int]]
) -> None:
    """One without input has as many cases as there are askers."""
    whose = st.sampled_from(askers).flatmap(lambda who: st.tuples(st.just(who), cases(operation, who.known)))

    @drawn(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(whose)
    def each(asked: tuple[Asker, schemathesis.Case]) -> None:
        asker, case = asked
        answers[operation.label, ask(asker, case).status_code] += 1

    each()


def test_no_request_breaks_the_server_and_every_answer_is_as_described(askers: list[Asker]) -> None:
    answers = ask_all(askers, CASES)
    assert answers.total() >= CASES
    assert {label for label, _ in answers} - {label for label, status in answers if status < 300} == NEVER_GOOD


@pytest.mark.full
def test_tenfold(askers: list[Asker]) -> None:
    assert ask_all(askers, CASES_FULL).total() >= CASES_FULL
