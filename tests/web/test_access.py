"""Every endpoint has its right, and lets in whom the table of roles allows, and nobody else."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask import Flask, g

from gridmap.domain.access import ALLOWED, LOCAL, Action, Actor, Admin, Holding, Role, Scope
from gridmap.errors import NoPost, NotAllowed, OnlySomePlaces
from tests.web import organisation
from tests.web.organisation import PAGE, Organisation, signed_in
from tests.web.routes import addresses
from web import access
from web.access import NEEDS, PLACELESS, PUBLIC, SCOPED, refusal
from web.auth import Asker

WHOLE_STREET = Scope(areas=frozenset({"01"}))  # the only area above the small world's community
ONE_GRID = Scope(grids=frozenset({"G1"}))


def holder(role: Role, scope: Scope) -> Actor:
    return Actor(f"some {role}", holdings=(Holding(role, scope),))


def test_every_endpoint_stands_in_one_table(served: Flask) -> None:
    endpoints = {rule.endpoint for rule in served.url_map.iter_rules()}
    assert endpoints - PUBLIC - set(NEEDS) == set()
    assert PUBLIC & set(NEEDS) == set()
    assert (PUBLIC | set(NEEDS)) - endpoints == set()
    assert set(NEEDS) >= SCOPED


@pytest.mark.parametrize("role", [*Role, *Admin])
def test_each_role_opens_what_it_is_allowed_and_nothing_else(served: Flask, role: Role | Admin) -> None:
    whole = holder(role, WHOLE_STREET) if isinstance(role, Role) else Actor("a", admin=role)
    part = holder(role, ONE_GRID) if isinstance(role, Role) else None
    with served.test_request_context():
        for endpoint, action in NEEDS.items():
            is_allowed = action in ALLOWED[role] or action is Action.USE_OWN_ACCOUNT
            assert (refusal(whole, endpoint) is None) == is_allowed, endpoint
            if part is not None:
                is_open = is_allowed and (endpoint in SCOPED or action in PLACELESS)
                assert (refusal(part, endpoint) is None) == is_open, endpoint


@pytest.mark.parametrize(
    ("who", "endpoint", "expected"),
    [
        (holder(Role.PLANNER, WHOLE_STREET), "pages.incident", NotAllowed),
        (holder(Role.PATROL_MEMBER, WHOLE_STREET), "api.incidents", NotAllowed),
        (holder(Role.AUDITOR, WHOLE_STREET), "api.amend", NotAllowed),
        (holder(Role.CLERK, ONE_GRID), "api.upload", OnlySomePlaces),
        (holder(Role.COMMANDER, WHOLE_STREET), "accounts.people", NotAllowed),
        (Actor("a", admin=Admin.SYSTEM), "accounts.posts", NotAllowed),
        (Actor("a", admin=Admin.SECURITY), "accounts.people", NotAllowed),
        (Actor("a", admin=Admin.AUDIT), "pages.map", NotAllowed),
        (Actor("a"), "pages.map", NoPost),
        (Actor("a"), "accounts.own", None),
        (Actor("a"), "pages.static", None),
        (holder(Role.COMMANDER, WHOLE_STREET), "pages.forgotten", NotAllowed),
        (LOCAL, "api.upload", None),
    ],
)  # fmt: skip
def test_what_is_said_to_whom(served: Flask, who: Actor, endpoint: str, expected: type | None) -> None:
    with served.test_request_context():
        found = refusal(who, endpoint)
    assert (None if found is None else type(found)) is expected


def test_files_of_incidents_are_for_those_who_see_incidents(served: Flask) -> None:
    planner = holder(Role.PLANNER, WHOLE_STREET)
    both = replace(planner, holdings=(*planner.holdings, Holding(Role.GRID_WORKER, WHOLE_STREET)))
    with served.test_request_context():
        assert refusal(planner, "api.table_file", {"what": "grids"}) is None
        assert refusal(planner, "api.table_file", {"what": "incidents"}) is not None
        assert refusal(both, "api.table_file", {"what": "incidents"}) is not None  # no one post has both rights
        assert refusal(holder(Role.CLERK, WHOLE_STREET), "api.table_file", {"what": "incidents"}) is None


def test_nobody_gets_in_unsigned(served: Flask) -> None:
    client = served.test_client()
    asked = 0
    for address in addresses(served):
        endpoints = {method: endpoint_of(served, address, method) for method in ("GET", "POST", "PATCH")}
        for method, endpoint in endpoints.items():
            if endpoint is None or endpoint in PUBLIC:
                continue
            asked += 1
            program = client.open(address, method=method)
            assert program.status_code == 401, (method, address)
            assert program.json["error"]["code"] == "sign_in"
            assert program.headers["WWW-Authenticate"] == "Bearer"
            assert program.headers["Cache-Control"] == "no-store"
    assert asked > 60


def endpoint_of(app: Flask, address: str, method: str) -> str | None:
    adapter = app.url_map.bind("localhost")
    path = address.partition("?")[0]
    return adapter.match(path, method)[0] if adapter.test(path, method) else None


def test_people_are_led_to_the_sign_in_and_back(served: Flask) -> None:
    answer = served.test_client().get("/incidents?kind=order&x=1", headers=PAGE)
    assert (answer.status_code, answer.location) == (303, "/sign-in?next=/incidents?kind%3Dorder%26x%3D1")
    assert served.test_client().get("/", headers=PAGE).location == "/sign-in"


def test_public_is_what_the_sign_in_page_needs(served: Flask) -> None:
    client = served.test_client()
    page = client.get("/sign-in", headers=PAGE)
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    for address in ("/healthz", "/i18n/zh.json", "/static/0/css/base.css"):
        assert client.get(address).status_code == 200, address


def test_who_may_what_by_the_browser(served: Flask, people: Organisation) -> None:
    """(address, commander, worker of one grid, somebody without a post, security administrator)"""
    expected = [
        ("/", 200, 302, 302, 302),
        ("/api/v1/counts", 200, 403, 403, 403),
        ("/incidents", 200, 403, 403, 403),
        ("/api/v1/downloads/incidents.csv", 200, 403, 403, 403),
        ("/accounts", 403, 403, 403, 403),
        ("/posts", 403, 403, 403, 200),
        ("/account", 200, 200, 200, 200),
        ("/api/v1/me", 200, 200, 200, 200),
    ]
    clients = [signed_in(served, people, name) for name in ("commander", "worker", "newcomer", "security-admin")]
    for address, *statuses in expected:
        found = [client.get(address, headers=PAGE).status_code for client in clients]
        if address.startswith(("/api/v1/counts", "/incidents")) or address == "/":  # a grid worker sees these
            statuses[1] = 200 if endpoint_of(served, address, "GET") in SCOPED else statuses[1]
        assert found == statuses, address
    assert clients[0].get("/api/v1/me").json["name"] == "commander"
    assert clients[3].get("/api/v1/me").json["rights"] == ["use_own_account", "manage_posts"]


def test_the_menu_shows_what_is_open(served: Flask, people: Organisation) -> None:
    commander = signed_in(served, people, "commander").get("/incidents", headers=PAGE).text
    system = signed_in(served, people, "system-admin").get("/accounts", headers=PAGE).text
    assert 'href="/linkage"' in commander
    assert "commander 001" in commander
    assert 'href="/import"' not in commander
    assert 'href="/accounts"' not in commander.partition("<main")[0]
    assert 'href="/accounts" aria-current' in system
    assert 'class="nav__link" href="/"' not in system


def test_the_map_leaves_out_what_is_not_open(served: Flask, people: Organisation) -> None:
    closed = [
        re.findall(r'data-closed="([^"]*)"', signed_in(served, people, name).get("/", headers=PAGE).text)
        for name in ("commander", "planner")
    ]
    assert closed[0] == ["pages.import"]
    assert set(closed[1][0].split()) == {"api.incidents", "api.points", "pages.incidents"}


def test_pages_offer_nothing_that_would_be_refused(served: Flask, people: Organisation) -> None:
    people.add("patroller", ("patrol_member", organisation.STREET))
    commander, auditor, patroller = (signed_in(served, people, name) for name in ("commander", "auditor", "patroller"))
    uid = commander.get("/api/v1/incidents?limit=1").json["items"][0]["uid"]
    for client, may_amend in ((commander, True), (auditor, False)):
        assert ('href="/incidents/new"' in client.get("/incidents", headers=PAGE).text) == may_amend
        form = re.search(r'id="move"( hidden)?', client.get(f"/incidents/{uid}", headers=PAGE).text)
        assert form is not None and (form[1] is None) == may_amend
    page = patroller.get("/incidents/new", headers=PAGE).text
    assert 'href="/incidents/new" aria-current="page"' in page
    assert 'href="/incidents"' not in page and "data-record" not in page  # a record would not be open
    assert "data-record" in commander.get("/incidents/new", headers=PAGE).text


def test_a_page_that_is_not_open_says_what_to_do(served: Flask, people: Organisation) -> None:
    answer = signed_in(served, people, "planner").get("/incidents?lang=en", headers=PAGE)
    assert answer.status_code == 403
    assert "ask the security administrator" in answer.text
    nobody = signed_in(served, people, "newcomer").get("/incidents?lang=en", headers=PAGE)
    assert "You hold no post yet" in nobody.text


def test_the_scope_of_a_request_is_that_of_its_right(served: Flask, people: Organisation) -> None:
    worker = Actor("w", holdings=(Holding(Role.GRID_WORKER, ONE_GRID),))
    for who, expected in ((worker, ONE_GRID), (holder(Role.PLANNER, WHOLE_STREET), Scope()), (LOCAL, access.WHOLE)):
        with served.test_request_context("/api/v1/incidents"):
            g.asker = Asker(who)
            assert access.scope() == expected
