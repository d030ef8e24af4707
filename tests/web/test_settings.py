"""The pages of settings: what is stored, what is refused and kept in the form, who may; and the own base map."""

from __future__ import annotations

import ast
import io
import re
from pathlib import Path

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gridmap.config import ROOT, Settings
from gridmap.services import settings as service
from gridmap.services.project import first_configuration
from gridmap.store import configuration
from gridmap.store.engine import Store
from tests.services import small_world
from tests.services.own_basemap.pictures import write_mbtiles
from tests.web import organisation
from tests.web.test_importer_words import is_sentence, sentences, written
from web.app import create_app
from web.importing import words

HTML = {"Accept": "text/html"}
SAID = (ROOT / "gridmap" / "services" / "settings", ROOT / "gridmap" / "services" / "own_basemap")
# said to who types commands, never through the page
ELSEWHERE = ("7x is not valid TOML", "Correct the line")


def send(client: FlaskClient, page: str, /, *, base: int = 1, **form: object) -> TestResponse:
    """A form of the settings, in English."""
    token = organisation.token_of(client.get("/settings/numbers", headers=HTML))
    data = {"csrf_token": token, "base": str(base), **form}
    return client.post(f"{page}?lang=en", data=data, headers=HTML)


def fields(page: str) -> dict[str, list[str]]:
    """The fields of the form that a page shows."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input[^>]*? name="([^"]+)"[^>]*? value="([^"]*)"', page):
        found.setdefault(name, []).append(value)
    return found


def tree_of(page: str) -> dict[str, list[str]]:
    return {name: values for name, values in fields(page).items() if name in ("key", "parent", "part", "zh", "en")}


def test_who_has_chosen_no_language_is_spoken_to_in_that_of_the_settings(own_client: FlaskClient) -> None:
    page = own_client.get("/settings/numbers", headers=HTML)
    assert '<html lang="zh' in page.text
    form = {name: values[0] for name, values in fields(page.text).items() if "/" in name}
    chosen = dict(re.findall(r'<select[^>]* name="([^"]+)">.*?value="(\w+)" selected', page.text))
    assert send(own_client, "/settings/numbers", **form, **chosen | {"pages/language": "en"}).status_code == 303
    own_client.delete_cookie("lang")
    assert '<html lang="en"' in own_client.get("/incidents", headers=HTML).text
    assert '<html lang="zh' in own_client.get("/incidents?lang=zh", headers=HTML).text


def test_what_is_stored_by_another_way_stops_no_page(own_client: FlaskClient, world: Store, settings: Settings) -> None:
    own = first_configuration()
    bad = own | {"basemap": own["basemap"] | {"source": "file", "file": None, "min_zoom": "", "max_zoom": "far"}}
    with world.write() as session:
        configuration.put(session, bad, small_world.now())
    for page in ("/", "/incidents", "/settings", "/settings/map", "/settings/history", "/api/v1/situation"):
        assert own_client.get(page, headers=HTML).status_code == 200, page
    back = send(own_client, "/settings/history/1", base=2)
    assert back.status_code == 303
    assert send(own_client, "/settings/history/2", base=3).status_code == 422
    assert service.read(world).version == 3


def test_the_fields_of_a_base_map_that_is_not_used_may_be_empty(own_client: FlaskClient, world: Store) -> None:
    assert send(own_client, "/settings/map", source="none", map_approval_number="鄂S").status_code == 303
    assert service.read(world).content["basemap"]["min_zoom"] == first_configuration()["basemap"]["min_zoom"]
    refused = send(own_client, "/settings/map", base=2, source="address", address="http://10.0.0.1/{z}/{x}/{y}")
    assert refused.status_code == 422 and "0 to 22" in refused.text


def test_what_is_stored_holds_on_every_page(own_client: FlaskClient, world: Store) -> None:
    own = {name: str(value) for name, value in first_configuration()["basemap"].items() if name != "is_own_network"}
    own |= {"map_approval_number": "鄂S(2026)<7>"}
    answer = send(own_client, "/settings/map", **own)
    assert answer.status_code == 303
    assert "Stored as version 2" in own_client.get(f"{answer.location}&lang=en", headers=HTML).text
    assert "鄂S(2026)&lt;7&gt;" in own_client.get("/incidents/new", headers=HTML).text
    assert own_client.get("/api/v1/situation").json["project"]["approval_number"] == "鄂S(2026)<7>"
    assert "鄂S(2026)&lt;7&gt;" in own_client.get("/settings/history", headers=HTML).text
    back = send(own_client, "/settings/history/1", base=2)
    assert back.status_code == 303 and service.read(world).version == 3
    assert own_client.get("/api/v1/situation").json["project"]["approval_number"] is None


def test_what_cannot_be_used_is_named_and_kept_in_the_form(own_client: FlaskClient, world: Store) -> None:
    numbers = {
        "band/low": "900", "band/high": "800", "band/counted": "residents", "heat/bandwidth_m": "200",
        "heat/bandwidths_m": "200，100", "accounts/dormant_days": "x", "retention/parties_months": "24",
        "retention/openings_months": "6", "retention/jobs_months": "12", "retention/tokens_months": "6",
        "retention/uploads_days": "1", "pages/language": "zh",
    }  # fmt: skip
    answer = send(own_client, "/settings/numbers", **numbers)
    assert answer.status_code == 422 and answer.text.count('aria-invalid="true"') == 3
    assert "The band ends below where it begins." in answer.text
    assert "Locked after (days): &#39;x&#39; cannot be used." in answer.text
    assert fields(answer.text)["band/low"] == ["900"] and service.read(world).version == 1
    right = numbers | {"band/low": "300", "heat/bandwidths_m": "100、200", "accounts/dormant_days": "90"}
    assert send(own_client, "/settings/numbers", **right).status_code == 303
    assert service.read(world).content["heat"]["bandwidths_m"] == [100, 200]
    late = send(own_client, "/settings/numbers", **right | {"band/low": "500"})
    assert late.status_code == 409 and "version 2 is in force" in late.text
    assert fields(late.text)["band/low"] == ["500"] and fields(late.text)["base"][0] == "1"


def test_the_tree_is_moved_and_added_to_in_the_form_and_stored_as_a_whole(
    own_client: FlaskClient, world: Store
) -> None:
    page = own_client.get("/settings?lang=en", headers=HTML).text
    moved = send(own_client, "/settings", do="down:dispute", **tree_of(page))
    assert moved.status_code == 200 and "not stored yet" in moved.text
    assert tree_of(moved.text)["key"][:7] == ["hazard", *(f"hazard.{x}" for x in ("fire", "electric", "structure")),
                                             "hazard.traffic", "hazard.water", "dispute"]  # fmt: skip
    longer = send(own_client, "/settings", do="add:hazard", **tree_of(moved.text))
    tree = tree_of(longer.text)
    at = tree["key"].index("new-1")
    assert tree["parent"][at] == "hazard" and tree["key"][at - 1] == "hazard.water"
    tree["part"][at], tree["zh"][at] = "battery", "电动车充电"
    refused = send(own_client, "/settings", do="store", **tree)
    assert refused.status_code == 422 and "has no English name" in refused.text
    tree["en"][at] = "E-bike charging"
    assert send(own_client, "/settings", do="store", closed=["order"], **tree).status_code == 303
    found = service.read(world)
    assert [table["code"] for table in found.content["kind"]][:2] == ["hazard", "dispute"]
    assert found.content["kind"][0]["children"][-1] == {
        "code": "hazard.battery", "zh": "电动车充电", "en": "E-bike charging", "children": [],
    }  # fmt: skip
    offered = own_client.get("/incidents/new", headers=HTML).text
    assert 'value="hazard.battery"' in offered and 'value="order.theft"' not in offered


def test_a_kind_that_incidents_have_has_no_way_to_be_deleted(own_client: FlaskClient) -> None:
    page = own_client.get("/settings?lang=en", headers=HTML).text
    ways = dict(re.findall(r'value="drop:([^"]+)"( disabled)?', page))
    assert (ways["order.theft"], ways["order"], ways["facility.lift"]) == (" disabled", " disabled", "")


def test_grades_are_changed_in_their_form(own_client: FlaskClient, world: Store) -> None:
    form: dict[str, str] = {"count": "4", "do": "store"}
    for k, grade in enumerate(first_configuration()["grade"]):
        form |= {f"{k}.{name}": grade[name] for name in ("code", "zh", "en", "settled_by")}
        form |= {f"{k}.settle.amount": "5", f"{k}.settle.unit": "working_days"}
    bad = send(own_client, "/settings/grades", **form | {"0.settle.amount": "zero"})
    assert bad.status_code == 422 and 'value="zero"' in bad.text
    assert send(own_client, "/settings/grades", **form | {"3.closed": "1"}).status_code == 303
    stored = service.read(world).content["grade"]
    assert stored[0]["deadlines"] == {"settle": {"working_days": 5}} and stored[3]["closed"] is True


def test_a_notice_is_taken_in_and_deadlines_go_by_it(own_client: FlaskClient, world: Store) -> None:
    example = own_client.get("/settings/calendar.csv")
    taken = send(own_client, "/settings/calendar/file", days=(io.BytesIO(example.data), "2026.csv"))
    assert taken.status_code == 303, taken.text
    page = own_client.get("/settings/calendar?lang=en&year=2026", headers=HTML).text
    assert page.count("day day--holiday") == 33 + 1 and page.count("day day--workday") == 6 + 1  # with the key
    trial = own_client.get("/settings/calendar?lang=en&from=2026-09-30T09:00&amount=1&unit=working_days", headers=HTML)
    assert "8 Oct 2026, 17:30" in trial.text
    send(own_client, "/settings/calendar/day", base=2, on="2026-10-08", kind="holiday", name="x", do="put")
    other = "日期,类型\n2026-10-10,吃饭\n"
    bad = send(own_client, "/settings/calendar/file", base=3, days=(io.BytesIO(other.encode()), "a.csv"))
    assert bad.status_code == 422 and "is no kind of day" in bad.text
    older = io.BytesIO(b"date,kind\n2025-10-01,off\n")
    good = send(own_client, "/settings/calendar/file", base=3, days=(older, "a.csv"))
    assert good.status_code == 303 and len(service.read(world).content["calendar"]["day"]) == 41
    assert send(own_client, "/settings/calendar", base=4, weekday=["1", "6"], closes_at="18:00").status_code == 303
    assert service.read(world).content["calendar"]["weekdays"] == [1, 6]


def test_tiles_come_from_the_one_file_or_the_one_server_that_is_named(
    own_client: FlaskClient, world: Store, settings: Settings
) -> None:
    own = {name: str(value) for name, value in first_configuration()["basemap"].items() if name != "is_own_network"}
    write_mbtiles(settings.own_basemap_dir / "own.mbtiles", {(10, 839, 419): b"\x89PNG\r\n\x1a\nred"})
    assert own_client.get("/tiles/own/10/839/419").status_code == 404
    form = own | {"source": "file", "file": "own.mbtiles", "credit": "测绘院", "min_zoom": "8", "max_zoom": "10"}
    assert send(own_client, "/settings/map", **form).status_code == 303
    told = own_client.get("/api/v1/situation").json["own_basemap"]
    assert told["url"].startswith("/tiles/own/{z}/{x}/{y}?v=") and told["credit"] == "测绘院"
    tile = own_client.get(told["url"].format(z=10, x=839, y=419))
    assert (tile.data, tile.mimetype) == (b"\x89PNG\r\n\x1a\nred", "image/png")
    assert tile.headers["Cache-Control"].startswith("private, max-age")
    assert own_client.get("/tiles/own/10/0/0").status_code == 200
    assert own_client.get("/tiles/own/11/0/0").status_code == 404
    assert "img-src 'self' data: blob:;" in own_client.get("/", headers=HTML).headers["Content-Security-Policy"]
    own |= {"source": "address", "address": "https://map.example.gov.cn/{z}/{x}/{y}.png", "credit": "测绘院"}
    refused = send(own_client, "/settings/map", base=2, **own)
    assert refused.status_code == 422 and "does not look like an address of your own network" in refused.text
    assert send(own_client, "/settings/map", base=2, is_own_network="1", **own).status_code == 303
    policies = [own_client.get(path, headers=HTML).headers["Content-Security-Policy"] for path in ("/", "/settings")]
    assert "img-src 'self' data: blob: https://map.example.gov.cn;" in policies[0] and "example" not in policies[1]
    assert own_client.get("/tiles/own/10/839/419").status_code == 404


def test_settings_are_the_system_administrators(world: Store, settings: Settings) -> None:
    people = organisation.build(world, settings)
    app = create_app(settings, warm_up=False, hashing=organisation.CHEAP, now=organisation.small_world.now)
    admin = organisation.signed_in(app, people, "system-admin")
    assert 'href="/settings"' in admin.get("/accounts", headers=HTML).text
    assert send(admin, "/settings/calendar", weekday=["1"], closes_at="18:00").status_code == 303
    assert service.history(world)[0].actor == "system-admin"
    assert "system-admin 001" in admin.get("/settings/history", headers=HTML).text
    for name in ("security-admin", "commander"):
        other = organisation.signed_in(app, people, name)
        assert other.get("/settings", headers=HTML).status_code == 403
        assert 'href="/settings"' not in other.get("/account", headers=HTML).text
    assert app.test_client().get("/settings").status_code == 401
    forged = admin.post("/settings/calendar", data={"base": "2", "weekday": "2"}, headers=HTML)
    assert forged.status_code == 400 and service.read(world).version == 2


def test_every_sentence_of_the_settings_has_its_chinese() -> None:
    said = words.words("zh", {}, "settings.po")
    files: list[Path] = [file for folder in SAID for file in sorted(folder.glob("*.py"))]
    found = {sentence for file in files for sentence in [*sentences(file), *problems(file)]}
    assert len(found) > 100
    plain = [text for text in sorted(found) if is_sentence(text) and said.say(text) == text]
    assert [text for text in plain if not text.startswith(ELSEWHERE)] == []


def problems(file: Path) -> list[str]:
    """The sentences of `Problem(field, message, hint)` as they stand in a source."""
    calls = [node for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    made = [node for node in calls if getattr(node.func, "id", "") == "Problem"]
    return [text for node in made for text in map(written, node.args[1:]) if text]
