"""Every address of the application, asked by each role and administrator about what is inside their scope and outside.

The posts are for community A of the two streets. What a role may not do is refused wherever it is; what it may do is
done inside; of outside nothing is ever told, and nothing is done there.
"""

from __future__ import annotations

import re

import pytest
from flask import Flask
from pytest import MonkeyPatch
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from gridmap.domain.access import ALLOWED, Action, Actor, Admin, Holding, Role
from tests.services.two_streets import SCOPES, World, middle
from tests.web.routes import PARTS
from tests.web.test_scope import MAY, served, tile_at, world
from web import auth
from web.access import ALSO, NEEDS, PLACELESS, PUBLIC, SCOPED
from web.auth import Asker

__all__ = ["served", "world"]  # the fixtures

SCOPE, INSIDE, OUTSIDE = "community", "A1", "C1"
GRID, AREA = {INSIDE: "Grid-A1", OUTSIDE: "Grid-C"}, {INSIDE: "Comm-A", OUTSIDE: "Comm-C"}

# What each endpoint that knows places is asked of a block: "grid" and the like as words of the selection, "uid" of an
# incident in its path. "none": it names no place, and its answer is looked through.
ABOUT: dict[str, str] = {
    **dict.fromkeys(
        ("api.choropleth", "api.counts", "api.expectation", "api.points", "api.patterns", "api.timeline"), "grid"
    ),
    **dict.fromkeys(("api.incidents", "pages.incidents", "api.table_file", "api.map_file"), "area"),
    **dict.fromkeys(("api.incident", "pages.incident", "api.amend", "api.reveal"), "uid"),
    **dict.fromkeys(("api.locate", "api.value"), "point"),
    **dict.fromkeys(("tiles.heat",), "tile"),
    **dict.fromkeys(("api.addresses",), "name"),
    **dict.fromkeys(("api.blocks",), "block"),
    **dict.fromkeys(
        (
            "pages.map", "pages.new_incident", "tiles.basemap", "tiles.own", "api.area_shapes", "api.areas",
            "api.cameras", "api.changes", "api.compare", "api.grids", "api.legend", "api.plans", "api.report",
            "api.sites", "api.situation", "api.receive", "api.by_phone",
        ),
        "none",
    ),
}  # fmt: skip
QUERIES = {
    "api.area_shapes": "level=community", "api.changes": "since=0", "api.report": f"{MAY}&level=grid&by=leaf",
    "api.compare": "first=3&second=1&first_days=7&second_days=7",
}  # fmt: skip
SAID_ON_PAGE = {"pages.incidents", "api.map_file"}  # a page says itself that there is no such place
DONE = {200, 201, 204, 302, 303, 304}
LEFT_ALONE = {400, 404, 405, 409, 413, 415, 422}  # let in, and then there was nothing to do


def holders() -> list[Actor]:
    roles = [Actor(str(role), holdings=(Holding(role, SCOPES[SCOPE][0]),)) for role in Role]
    return [*roles, *(Actor(str(admin), admin=admin) for admin in Admin)]


def is_open(actor: Actor, endpoint: str, values: dict[str, str]) -> bool:
    """By the table of roles, read here by itself: what a post for a part of the district opens."""
    needed = [
        NEEDS[endpoint],
        *(also for (where, name, value), also in ALSO.items() if where == endpoint and values.get(name) == value),
    ]
    if needed == [Action.USE_OWN_ACCOUNT]:
        return True
    may = ALLOWED[actor.admin] if actor.admin else ALLOWED[actor.holdings[0].role]
    return may.issuperset(needed) and (endpoint in SCOPED or PLACELESS.issuperset(needed))


def address(world: World, rule: Rule, block: str) -> tuple[str, dict[str, str]]:
    """An address of a rule about a block, and the values in its path."""
    about = ABOUT.get(rule.endpoint, "none")
    values = {name: str(PARTS[name]) for name in rule.arguments}
    if about == "uid":
        values["uid"] = world.names[f"Addr-{block}-0"][0]
    if rule.endpoint == "api.map_file":
        values["form"] = "none"  # drawing it is another test's
    path = rule.rule
    if about == "tile":
        path = tile_at(middle(block)) if values["y"] else path
    for name, value in values.items():
        path = re.sub(f"<([^<>]+:)?{name}>", value, path)
    lon, lat = middle(block)
    queries = {
        "grid": f"{MAY}&grid={GRID[block]}", "area": f"area={AREA[block]}", "block": f"block=Block-{block}",
        "point": f"lon={lon}&lat={lat}", "name": f"q=Tower-{block}",
    }  # fmt: skip
    query = QUERIES.get(rule.endpoint) or queries.get(about, "")
    return f"{path}?{query}" if query else path, values


def test_every_endpoint_of_places_is_asked_about_some() -> None:
    assert set(ABOUT) == SCOPED


@pytest.mark.parametrize("actor", holders(), ids=lambda actor: actor.name)
def test_a_role_opens_what_it_may_inside_and_nothing_outside(
    world: World, served: Flask, monkeypatch: MonkeyPatch, actor: Actor
) -> None:
    monkeypatch.setattr(auth, "_find", lambda: Asker(actor))
    monkeypatch.setitem(served.config, "WTF_CSRF_METHODS", set())
    client, name = served.test_client(), actor.name
    foreign = [] if actor.admin else world.words_elsewhere(SCOPE)  # accounts, posts and the audit know no place
    opened = refused = 0
    for rule in served.url_map.iter_rules():
        if rule.endpoint in PUBLIC:
            continue
        assert rule.endpoint in NEEDS, f"{rule.endpoint} stands in no table"
        for block in (INSIDE, OUTSIDE):
            asked, values = address(world, rule, block)
            method = next(iter(rule.methods - {"HEAD", "OPTIONS"}))
            answer = client.open(asked, method=method, json={} if method != "GET" else None)
            if is_open(actor, rule.endpoint, values):
                assert answer.status_code in DONE | LEFT_ALONE, (name, method, asked, answer.text)
                opened += 1
            else:
                assert was_refused(answer), (name, method, asked, answer.status_code)
                refused += 1
            text = answer.get_data().decode(errors="replace")
            leaked = [word for word in foreign if word in text and word not in asked]
            assert leaked == [], (name, method, asked)
    assert (opened > 10, refused > 40) == (True, True), (opened, refused)


def was_refused(answer: TestResponse) -> bool:
    """By its status; the server's bare address leads to where somebody works instead."""
    return answer.status_code == 403 or (answer.status_code == 302 and answer.location != "/")


def test_outside_is_not_there_and_inside_is(world: World, served: Flask, monkeypatch: MonkeyPatch) -> None:
    """Or the walk above would be content with answers that tell nothing."""
    held = tuple(Holding(role, SCOPES[SCOPE][0]) for role in (Role.COMMANDER, Role.CLERK))
    monkeypatch.setattr(auth, "_find", lambda: Asker(Actor("both", holdings=held), by_token=True))
    client = served.test_client()
    for rule in served.url_map.iter_rules():
        about = ABOUT.get(rule.endpoint)
        if about not in {"grid", "area", "uid", "block"} or "GET" not in rule.methods or rule.endpoint in SAID_ON_PAGE:
            continue
        found, missing = (client.get(address(world, rule, block)[0]).status_code for block in (INSIDE, OUTSIDE))
        assert (found, missing) == (200, 404), rule.endpoint
