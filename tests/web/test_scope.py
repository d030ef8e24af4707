"""What somebody sees whose posts are for some places: that, and nothing else, on every address there is."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from pytest import MonkeyPatch
from werkzeug.test import TestResponse

from gridmap.domain.access import LOCAL, Actor, Holding, Role, Scope
from gridmap.geo.projection import MERCATOR_HALF_M, to_web_mercator
from tests.conftest import _copy as copied
from tests.conftest import _settings as settings_for
from tests.postgres_databases import Databases
from tests.services import two_streets
from tests.services.two_streets import SCOPES, SIDE, SOUTH, WEST, World, middle
from web import auth
from web.access import NEEDS, SCOPED
from web.api import parties
from web.app import create_app
from web.auth import Asker

MAY = "from=2024-05-01&to=2024-05-31"
EVERY = [*SCOPES]
HELD = ["street", "community", "grid", "compound"]  # what a word of the selection can ask for, too
PLACE = {"street": "area=Street-W", "community": "area=Comm-A", "grid": "grid=Grid-A1", "compound": "area=Compound-A1"}
TILE = "/tiles/heat/15/{x}/{y}.png"

As = Callable[[str | None], FlaskClient]


@pytest.fixture(scope="module")
def world(template_db: str, tmp_path_factory: pytest.TempPathFactory, databases: Databases | None) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("streets")
    with copied(template_db, folder / "world.db", databases) as address:
        made = two_streets.build(settings_for(address, folder / "var", is_demo=False))
        yield made
        made.store.close()


@pytest.fixture(scope="module")
def served(world: World) -> Flask:
    return create_app(world.settings, now=two_streets.now, warm_up=False)


@pytest.fixture
def as_(served: Flask, monkeypatch: MonkeyPatch) -> As:
    """Who asks from now on: somebody with posts for a scope, or (None) the person at this machine."""

    def asker(scope: str | None) -> FlaskClient:
        roles = (Role.COMMANDER, Role.CLERK)
        held = () if scope is None else tuple(Holding(role, SCOPES[scope][0]) for role in roles)
        actor = LOCAL if scope is None else Actor(scope, holdings=held)
        monkeypatch.setattr(auth, "_find", lambda: Asker(actor, by_token=True))
        return served.test_client()

    return asker


def addresses(world: World) -> dict[str, list[str]]:
    """What each endpoint that knows places is asked: GET, but for those whose test is named instead."""
    mine, grid = world.names["Addr-A1-0"][0], "grid=Grid-A1"
    chosen = [f"?{MAY}", f"?{MAY}&kinds=order", f"?{MAY}&{grid}", f"?{MAY}&area=District-0", f"?{MAY}&hours=1.0-23"]
    found = {f"api.{name}": [f"/api/v1/{name}?{MAY}"] for name in ("timeline", "patterns", "points")}
    found["api.counts"] = [f"/api/v1/counts{words}" for words in chosen]
    found["api.expectation"] = ["/api/v1/expectation", f"/api/v1/expectation?{grid}"]
    found["api.choropleth"] = [f"/api/v1/choropleth?{MAY}&by={by}" for by in ("count", "rate")]
    found["api.report"] = [
        f"/api/v1/change?from=2024-05-17&to=2024-05-23&basis=weeks4&level={level}&by=leaf"
        for level in ("street", "community", "grid")
    ]
    found["api.situation"] = ["/api/v1/situation"]
    found["api.legend"] = ["/api/v1/legend"]
    found["api.value"] = [f"/api/v1/heat/value?{MAY}&lon={lon}&lat={lat}" for lon, lat in map(middle, ("A1", "C1"))]
    found["api.grids"] = ["/api/v1/grids.geojson", "/api/v1/grids.geojson?at=2024-05-01"]
    found["api.area_shapes"] = [
        f"/api/v1/areas.geojson?level={level}" for level in ("district", "street", "community", "compound")
    ]
    found["api.areas"] = ["/api/v1/areas"]
    found["api.blocks"] = [
        "/api/v1/blocks.geojson",
        f"/api/v1/blocks.geojson?bbox={WEST},{SOUTH},{WEST + 1},{SOUTH + 1}",
    ]
    found["api.sites"] = ["/api/v1/sites.geojson"]
    found["api.cameras"] = ["/api/v1/cameras.geojson", f"/api/v1/cameras.geojson?bbox={WEST},{SOUTH},116,31"]
    found["api.plans"] = ["/api/v1/plans"]
    found["api.locate"] = [f"/api/v1/locate?lon={lon}&lat={lat}" for lon, lat in map(middle, ("A1", "C1", "D2"))]
    found["api.addresses"] = [
        f"/api/v1/addresses?q={text}"
        for text in ("T", "Tower-C1", "Comm-C", "Road-C", "Site-C1", "Shop-D1", "Compound-C1")
    ]
    found["api.changes"] = ["/api/v1/changes?since=0"]
    found["api.compare"] = ["/api/v1/compare?first=3&second=1&first_days=7&second_days=7"]
    found["api.incidents"] = ["/api/v1/incidents", f"/api/v1/incidents?{MAY}", "/api/v1/incidents?outside=true"]
    found["api.incidents"] += ["/api/v1/incidents?doubtful=true", f"/api/v1/incidents?bbox={WEST},{SOUTH},116,31"]
    found["api.incident"] = [f"/api/v1/incidents/{mine}", f"/api/v1/incidents/{world.border}"]
    found["api.table_file"] = [
        f"/api/v1/downloads/{what}.{form}?{MAY}" for what in ("incidents", "grids") for form in ("csv", "geojson")
    ]
    found["api.map_file"] = [f"/api/v1/downloads/map.html?{MAY}"]
    found["pages.map"] = ["/"]
    found["pages.incidents"] = ["/incidents", "/incidents?state=outside", "/incidents?area=District-0"]
    found["pages.incident"] = [f"/incidents/{mine}", f"/incidents/{world.border}"]
    found["pages.new_incident"] = ["/incidents/new"]
    return found


WITH_TESTS_OF_THEIR_OWN = {
    "tiles.heat", "tiles.basemap", "tiles.own", "api.receive", "api.amend", "api.reveal", "api.by_phone",
}  # fmt: skip


def test_every_endpoint_of_places_is_asked(world: World) -> None:
    assert set(addresses(world)) | WITH_TESTS_OF_THEIR_OWN == SCOPED
    assert set(NEEDS) >= SCOPED


@pytest.mark.parametrize("scope", EVERY)
def test_nothing_of_elsewhere_is_in_any_answer(world: World, as_: As, scope: str) -> None:
    foreign = world.words_elsewhere(scope)
    told = 0
    client = as_(scope)
    for endpoint, asked in addresses(world).items():
        if endpoint == "api.map_file" and scope != "community":
            continue  # drawn once: it takes as long as all the rest
        for address in (*asked, *with_the_draft(client, asked)):
            answer = client.get(address, headers={"Accept": "text/html" if address.startswith(("/?", "/i")) else "*/*"})
            assert answer.status_code in {200, 404, 422}, (address, answer.text)
            own = address.partition("?")[2]  # an answer may repeat what it was asked
            leaked = [word for word in foreign if word in answer.text and word not in own and word not in address]
            assert leaked == [], (address, answer.text[:2000])
            told += answer.status_code == 200
    assert told > (30 if scope == "gone" else 50)


def with_the_draft(client: FlaskClient, asked: list[str]) -> list[str]:
    """The first of these addresses under the other plan."""
    if not asked[0].startswith(("/api/v1/counts", "/api/v1/choropleth", "/api/v1/blocks", "/api/v1/areas?")):
        return []
    draft = next(plan["uid"] for plan in client.get("/api/v1/plans").json["items"] if plan["name"] == "Plan-2")
    return [f"{asked[0]}{'&' if '?' in asked[0] else '?'}plan={draft}"]


def test_the_words_are_there_for_who_sees_all(world: World, as_: As) -> None:
    """Or the test above would find nothing whatever is told."""
    client = as_(None)
    asked = [address for endpoint, asked in addresses(world).items() if endpoint != "api.map_file" for address in asked]
    text = "".join(client.get(address).text for address in asked)
    assert [
        word for word in world.words_elsewhere("gone") if word not in text and word[:4] not in ("Shop", "Road")
    ] == []


@pytest.mark.parametrize("scope", HELD)
@pytest.mark.parametrize("name", ["counts", "timeline", "patterns", "points", "incidents", "expectation"])
def test_a_scope_is_what_its_place_is_to_who_sees_all(as_: As, scope: str, name: str) -> None:
    within = as_(scope).get(f"/api/v1/{name}?{MAY}").json
    of_all = as_(None).get(f"/api/v1/{name}?{MAY}&{PLACE[scope]}").json
    known = within.get("total", len(within.get("items", within.get("windows", within.get("daily", [])))))
    assert known > 0
    if name == "points":
        of_all["kinds"], within["kinds"] = (
            [answer["kinds"][k] for k in answer["kind"] if k >= 0] for answer in (of_all, within)
        )
        of_all["kind"], within["kind"] = ([k >= 0 for k in answer["kind"]] for answer in (of_all, within))
    if name == "counts":
        assert of_all.pop("by_block") is None or scope == "grid"
        within.pop("by_block")
    if name == "incidents":
        of_all = as_(None).get(f"/api/v1/incidents?{MAY}&{PLACE[scope]}").json
    assert within == of_all


@pytest.mark.parametrize("scope", ["street", "community", "grid"])
def test_what_is_drawn_is_what_is_drawn_for_who_sees_all(as_: As, scope: str) -> None:
    blocks = SCOPES[scope][1]
    for layer in ("grids", "blocks", "sites", "cameras"):
        mine, every = (features(as_(who).get(f"/api/v1/{layer}.geojson")) for who in (scope, None))
        assert mine, layer
        assert mine.items() <= every.items(), layer
        if layer != "grids":
            assert len(mine) == len(blocks), layer
    values, every = (as_(who).get(f"/api/v1/choropleth?{MAY}&by=count").json["values"] for who in (scope, None))
    grids = {f"Grid-{two_streets.GRID_OF[block]}" for block in blocks}
    assert {code: value["count"] for code, value in values.items()} == {code: every[code]["count"] for code in grids}


def test_a_building_is_cut_out_of_what_it_stands_in(as_: As) -> None:
    client = as_("building")
    (grid,) = json.loads(client.get("/api/v1/grids.geojson").text)["features"]
    assert (grid["properties"]["households"], grid["properties"]["blocks"]) == (4, 1)
    lons = sorted({lon for lon, _ in grid["geometry"]["coordinates"][0]})
    half = two_streets.TOWER
    assert lons == [round(middle("A1")[0] - half, 7), round(middle("A1")[0] + half, 7)]
    assert grid["properties"]["area_km2"] == pytest.approx(0.0428, abs=0.0002)
    counts = client.get("/api/v1/situation").json["counts"]
    assert counts == {
        "incidents": 2, "in_grids": 2, "outside": 0, "blocks": 1, "buildings": 1, "households": 4, "grids": 1,
    }  # fmt: skip


def test_pages_say_that_they_tell_of_some_places(as_: As) -> None:
    for address in ("/?lang=en", "/incidents?lang=en"):
        told = ["Your posts' places only" in as_(who).get(address).text for who in ("community", None)]
        assert told == [True, False], address


def test_plans_are_told_by_the_grids_that_are_seen(as_: As) -> None:
    plans = {who: as_(who).get("/api/v1/plans").json["items"] for who in ("community", "grid", "gone", None)}
    counted = {who: {plan["name"]: plan["grids"] for plan in lines} for who, lines in plans.items()}
    assert counted[None] == {"Plan-1": 5, "Plan-2": 5}
    assert counted["community"] == {"Plan-1": 2, "Plan-2": 2}
    assert counted["grid"] == {"Plan-1": 1, "Plan-2": 1}
    assert counted["gone"] == {"Plan-1": 0, "Plan-2": 0}


def test_a_place_elsewhere_does_not_exist(as_: As) -> None:
    client = as_("community")
    for word, code in (("area", "Comm-B"), ("area", "Street-E"), ("grid", "Grid-C"), ("block", "Block-C1")):
        elsewhere = client.get(f"/api/v1/counts?{MAY}&{word}={code}")
        nowhere = client.get(f"/api/v1/counts?{MAY}&{word}=None-X")
        assert elsewhere.status_code == nowhere.status_code == 404
        assert elsewhere.json["error"]["message"] == nowhere.json["error"]["message"].replace("None-X", code)
    assert client.get(f"/api/v1/counts?{MAY}&kinds=spill.e").status_code == 422
    assert as_("street").get("/api/v1/locate?lon={}&lat={}".format(*middle("C1"))).json["grid"] is None


def test_a_tile_is_blank_elsewhere_and_is_never_anothers(as_: As) -> None:
    west, east = (tile_at(middle(block)) for block in ("A1", "D1"))
    asked = f"?{MAY}&bw=200"
    whole = {tile: as_(None).get(tile + asked) for tile in (west, east)}
    assert all(pixels(answer) > 1000 for answer in whole.values())
    narrow = {tile: as_("community").get(tile + asked) for tile in (west, east)}
    assert pixels(narrow[west]) > 1000
    assert pixels(narrow[east]) == 0
    assert narrow[west].headers["ETag"] != whole[west].headers["ETag"]
    assert narrow[west].headers["Cache-Control"].startswith("private")
    held = {"If-None-Match": whole[east].headers["ETag"]}
    assert as_("community").get(east + asked, headers=held).status_code == 200
    assert as_(None).get(east + asked).data == whole[east].data
    version = as_(None).get("/api/v1/situation").json["heat"]["version"]
    assert as_("community").get(f"{east}{asked}&v={version}").headers["Cache-Control"] == "private, no-cache"


def test_heat_ends_where_the_scope_does(as_: As) -> None:
    lon, lat = middle("A1")
    inside, beyond = (f"/api/v1/heat/value?{MAY}&lon={x}&lat={lat}&bw=200" for x in (lon, lon + SIDE))
    assert as_("grid").get(inside).json["per_km2_30d"] > 0
    assert as_("grid").get(beyond).json == {
        "per_km2_30d": None, "count_within": 0, "bandwidth_m": 200.0, "days": 31, "left_out": 0,
    }  # fmt: skip
    assert as_(None).get(beyond).json["count_within"] == 2


def test_an_incident_elsewhere_does_not_exist(world: World, as_: As) -> None:
    elsewhere, nowhere = world.names["Addr-C1-0"][0], "0190a000-0000-7000-8000-00000000ffff"
    client = as_("street")
    asked: list[Callable[[str], TestResponse]] = [
        lambda uid: client.get(f"/api/v1/incidents/{uid}"),
        lambda uid: client.patch(f"/api/v1/incidents/{uid}", json={"summary": "x"}),
        lambda uid: client.post(f"/api/v1/incidents/{uid}/reveal", json={"field": "name"}),
    ]
    for ask in asked:
        found, missing = ask(elsewhere), ask(nowhere)
        assert (found.status_code, missing.status_code) == (404, 404)
        assert found.text.replace(elsewhere, nowhere) == missing.text
    assert client.get(f"/incidents/{elsewhere}").status_code == 404
    assert client.get(f"/api/v1/incidents?uids={elsewhere}").json["items"] == []
    assert as_(None).get(f"/api/v1/incidents/{elsewhere}").json["summary"] is None


def test_a_phone_is_found_and_revealed_in_ones_places_only(world: World, as_: As) -> None:
    asked = {"phone": two_streets.PHONE}
    for scope, uids in (("street", [world.border]), ("community", [])):
        assert as_(scope).post("/api/v1/incidents/by-phone", json=asked).json["uids"] == uids
    shown = as_("street").post(f"/api/v1/incidents/{world.border}/reveal", json={"field": "phone"})
    assert shown.json["value"] == two_streets.PHONE
    hidden = as_("community").post(f"/api/v1/incidents/{world.border}/reveal", json={"field": "phone"})
    assert hidden.status_code == 404
    assert as_("street").get("/api/v1/incidents?uids=" + world.border).json["items"][0]["uid"] == world.border


def test_how_many_others_have_a_phone_is_not_told(world: World, as_: As, monkeypatch: MonkeyPatch) -> None:
    lon, lat = middle("C1")
    report = {"kind": "order.noise", "occurred_on": "2024-05-31", "precision": "day", "lon": lon, "lat": lat}
    made = as_(None).post("/api/v1/incidents", json={**report, "reporter": {"phone": two_streets.PHONE}})
    assert made.status_code == 201, made.text
    monkeypatch.setattr(parties, "FOUND_AT_MOST", 1)
    answers = {
        who: as_(who).post("/api/v1/incidents/by-phone", json={"phone": two_streets.PHONE}).json
        for who in ("community", "street", None)
    }
    assert answers["community"] == {"uids": [], "is_cut": False}
    assert answers["street"] == {"uids": [world.border], "is_cut": False}
    assert answers[None] == {"uids": [made.json["uid"]], "is_cut": True}


def test_nothing_is_put_elsewhere(world: World, as_: As) -> None:
    before = as_(None).get("/api/v1/incidents?limit=1000").json["items"]
    client, (lon, lat) = as_("street"), middle("C1")
    report = {"kind": "order.noise", "occurred_on": "2024-05-31", "precision": "day", "placed_by": "map"}
    answer = client.post("/api/v1/incidents", json={**report, "lon": lon, "lat": lat})
    assert (answer.status_code, answer.json["error"]["code"]) == (403, "only_some_places")
    address = client.post("/api/v1/incidents", json={**report, "address": "Tower-C1"})
    assert (address.status_code, address.json["error"].get("alternatives")) == (422, [])
    mine = world.names["Addr-B1-0"][0]
    moved = client.patch(f"/api/v1/incidents/{mine}", json={"lon": lon, "lat": lat})
    assert (moved.status_code, moved.json["error"]["code"]) == (403, "only_some_places")
    given = client.patch(f"/api/v1/incidents/{world.border}", json={"grid": "Grid-C"})
    assert given.status_code == 422
    assert [one["code"] for one in given.json["error"]["candidates"]] == ["Grid-B"]
    assert as_(None).get("/api/v1/incidents?limit=1000").json["items"] == before


def test_what_is_put_in_a_scope_is_there_at_once(world: World, as_: As) -> None:
    client, (lon, lat) = as_("grid"), middle("A1")
    seq = client.get("/api/v1/changes?since=0").json["seq"]
    report = {"kind": "order.noise", "occurred_on": "2024-05-31", "precision": "day", "lon": lon, "lat": lat - 0.003}
    made = client.post("/api/v1/incidents", json=report | {"placed_by": "map"})
    assert made.status_code == 201
    uid = made.json["uid"]
    assert uid in client.get(f"/api/v1/incidents?{MAY}").text
    assert [entry["uid"] for entry in client.get(f"/api/v1/changes?since={seq}").json["entries"]] == [uid]
    for other in ("building", "gone"):
        found = as_(other).get(f"/api/v1/changes?since={seq}").json
        assert [(entry["uid"], entry["entity"], entry["action"]) for entry in found["entries"]] == [
            (None, "project", "changed")
        ]
        assert uid not in as_(other).get("/api/v1/incidents").text


def test_the_story_of_ones_own_names_no_grid_elsewhere(world: World, as_: As) -> None:
    story = [as_(who).get(f"/api/v1/incidents/{world.border}").json for who in ("street", None)]
    mine, whole = story
    assert [one["code"] for one in whole["candidates"]] == ["Grid-B", "Grid-C"]
    assert mine["candidates"] == []
    assert [line["content"]["from"]["grid"] for line in whole["story"][1:]] == ["Grid-C"]
    assert [line["content"]["from"]["grid"] for line in mine["story"][1:]] == [None]
    assert (mine["grid"], mine["version"]) == ("Grid-B", whole["version"])


def test_whoever_has_two_posts_sees_both(as_: As, monkeypatch: MonkeyPatch, world: World) -> None:
    both = Scope(grids=frozenset({"Grid-A2"}), buildings=frozenset({two_streets.TOWER_A1}))
    monkeypatch.setitem(SCOPES, "both", (both, ("A1", "A2"), ()))
    found = as_("both").get(f"/api/v1/counts?{MAY}").json
    assert found["by_grid"] == {"Grid-A1": 2, "Grid-A2": 5}
    nothing = as_("gone").get(f"/api/v1/counts?{MAY}").json
    assert (nothing["total"], nothing["by_grid"], nothing["by_area"]) == (0, {}, {})


def features(answer: TestResponse) -> dict[str, str]:
    return {one["id"]: json.dumps(one, sort_keys=True) for one in json.loads(answer.text)["features"]}


def pixels(answer: TestResponse) -> int:
    """How many pixels of a tile are drawn."""
    alpha = Image.open(io.BytesIO(answer.data)).convert("RGBA").getchannel("A")
    return sum(alpha.histogram()[1:])


def tile_at(at: tuple[float, float]) -> str:
    x, y = (float(axis[0]) for axis in to_web_mercator([at[0]], [at[1]]))
    side = 2 * MERCATOR_HALF_M / (1 << 15)
    return TILE.format(x=int((x + MERCATOR_HALF_M) / side), y=int((MERCATOR_HALF_M - y) / side))
