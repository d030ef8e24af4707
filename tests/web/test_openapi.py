"""The description at /api/openapi.json is what the server does: every address, method, parameter and field, no more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gridmap.domain.access import Action
from tests.web.routes import PARTS
from web.access import NEEDS, PUBLIC
from web.api.openapi import described_path

DESCRIBED = ("/api/v1", "/tiles", "/basemap", "/healthz")
CHANGING = {"post", "patch", "put", "delete"}


@pytest.fixture(scope="module")
def spec(app: Flask) -> dict[str, Any]:
    return app.test_client().get("/api/openapi.json").json


def operations(spec: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(path, method, operation)"""
    for path, found in spec["paths"].items():
        yield from ((path, method, operation) for method, operation in found.items())


def walk(part: object) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        yield part
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from walk(inner)


def test_every_address_and_method_is_described_and_none_besides(app: Flask, spec: dict[str, Any]) -> None:
    there = {
        (described_path(rule.rule), method.lower(), rule.endpoint.replace(".", "_"))
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
        if rule.rule.startswith(DESCRIBED)
    }
    assert {(path, method, operation["operationId"]) for path, method, operation in operations(spec)} == there


def test_the_parts_of_an_address_are_those_of_its_rule(spec: dict[str, Any]) -> None:
    for path, _, operation in operations(spec):
        told = {one["name"] for one in operation["parameters"] if one["in"] == "path"}
        assert told == set(re.findall(r"{(\w+)}", path)), path


def test_it_says_of_everything_what_it_is(spec: dict[str, Any]) -> None:
    for path, method, operation in operations(spec):
        assert operation["summary"], path
        assert operation["tags"][0] in {tag["name"] for tag in spec["tags"]}, path
        answers = {status: one for status, one in operation["responses"].items() if status.startswith("2")}
        assert answers, path
        for status, answer in answers.items():
            assert answer["description"], (path, status)
            assert status == "204" or answer["content"], (path, status)
            assert "application/json" not in answer["content"] or answer["content"]["application/json"]["schema"]
        for parameter in operation["parameters"]:
            schema = parameter["schema"]
            assert schema["type"] in {"string", "integer", "number", "boolean"}, (path, parameter)
            if schema["type"] in {"integer", "number"}:
                assert {"minimum", "maximum"} <= schema.keys() or "enum" in schema, (path, parameter)
            if schema["type"] == "string":
                assert schema.keys() & {"maxLength", "pattern", "enum", "format"}, (path, parameter)
        assert ("requestBody" in operation) <= (method in CHANGING), path


def test_refusals_have_one_shape(spec: dict[str, Any]) -> None:
    for path, method, operation in operations(spec):
        refusals = {status: one for status, one in operation["responses"].items() if not status.startswith("2")}
        assert {"422", "default"} <= refusals.keys(), (path, method)
        for refusal in refusals.values():
            assert refusal["content"] == {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}}
    assert spec["components"]["schemas"]["Refusal"]["properties"]["error"]["required"] == ["code", "message", "hint"]


def test_it_tells_who_is_let_in_and_by_what(app: Flask, spec: dict[str, Any]) -> None:
    schemes = spec["components"]["securitySchemes"]
    assert schemes["session"]["name"] == app.session_interface.get_cookie_name(app)
    for path, method, operation in operations(spec):
        endpoint = operation["operationId"].replace("_", ".", 1)
        if endpoint in PUBLIC:
            assert operation["security"] == [], path
            continue
        assert operation["x-right"] == NEEDS[endpoint]
        session, *rest = operation["security"]
        assert session.keys() == ({"session", "forgery"} if method in CHANGING else {"session"}), path
        assert rest == ([] if NEEDS[endpoint] is Action.REVEAL else [{"token": []}]), path
        assert {"401", "403"} <= operation["responses"].keys(), path


def test_its_references_lead_somewhere_and_nothing_is_described_twice(spec: dict[str, Any]) -> None:
    references = {part["$ref"] for part in walk(spec) if isinstance(part.get("$ref"), str)}
    for reference in references:
        found = spec
        for name in reference.removeprefix("#/").split("/"):
            found = found[name]
    schemas = spec["components"]["schemas"]
    assert references == {f"#/components/schemas/{name}" for name in schemas}
    assert [name for name in schemas if name[-1].isdigit()] == []
    assert spec["openapi"] == "3.1.0"
    assert "servers" not in spec


class Asker:
    """Asks an operation, with a page's token where it changes something."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        found = re.search(r'name="csrf-token" content="([^"]+)"', client.get("/import").text)
        assert found
        self.headers = {"X-CSRFToken": found[1]}

    def ask(self, path: str, method: str, query: dict[str, str], body: object = None) -> TestResponse:
        address = re.sub(r"{(\w+)}", lambda part: str(PARTS[part[1]]), path)
        sent = {} if body is None else {"json": body}
        return self.client.open(address, method=method.upper(), query_string=query, headers=self.headers, **sent)

    def unknown(self, *of: Any, **more: Any) -> set[str]:
        """The names that an operation says it does not know."""
        answer = self.ask(*of, **more)
        assert answer.status_code == 422, (of, answer.text[:300])
        told = answer.json["error"].get("fields", {})
        return {name for name, texts in told.items() if "Unknown field." in texts}


@pytest.fixture
def asker(own_client: FlaskClient) -> Asker:
    return Asker(own_client)


def test_a_parameter_is_known_where_it_is_described_and_nowhere_else(asker: Asker, spec: dict[str, Any]) -> None:
    names = {one["name"] for _, _, operation in operations(spec) for one in operation["parameters"]}
    for path, method, operation in operations(spec):
        described = {one["name"] for one in operation["parameters"] if one["in"] == "query"}
        every = dict.fromkeys(names | {"nonsense"}, "\u2603")
        assert asker.unknown(path, method, every) == names - described | {"nonsense"}, (method, path)


def test_a_field_is_known_where_it_is_described_and_nowhere_else(asker: Asker, spec: dict[str, Any]) -> None:
    schemas = spec["components"]["schemas"]
    bodies = 0
    for path, method, operation in operations(spec):
        content = operation.get("requestBody", {}).get("content", {})
        if "application/json" not in content:
            continue
        bodies += 1
        schema = schemas[content["application/json"]["schema"]["$ref"].rpartition("/")[2]]
        assert schema["additionalProperties"] is False
        every = {name: ["\u2603"] for name in (*schema["properties"], "nonsense")}
        assert asker.unknown(path, method, {}, every) == {"nonsense"}, (method, path)
    assert bodies == len([name for name in schemas if name.endswith("Body") and name != "ReporterBody"])
