"""ETags, lifetimes, compression, and the addresses of static files."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gridmap.config import Settings
from gridmap.domain.incidents import IncidentReport, on_day
from gridmap.services import intake
from gridmap.store.engine import Store
from tests.services import small_world
from web.assets import Assets
from web.context import Running

TAGGED = [
    "/api/v1/situation",
    "/api/v1/timeline",
    "/api/v1/counts",
    "/api/v1/grids.geojson",
    "/api/v1/legend",
    "/tiles/heat/13/6710/3374.png",
    "/i18n/zh.json",
    "/static/0/favicon.svg",
]
GZIP = {"Accept-Encoding": "gzip"}


def add_incident(world: Store, settings: Settings) -> None:
    report = IncidentReport(*small_world.CLUSTER, "order.theft", on_day(dt.date(2024, 5, 31)))
    intake.receive(world, settings, report, actor="local", now=small_world.NOW)


def test_a_choice_is_remembered_of_a_page_alone(client: FlaskClient) -> None:
    address = "/api/v1/legend?theme=light"
    again = client.get(address, headers={"If-None-Match": client.get(address).headers["ETag"]})
    assert again.status_code == 304
    assert "theme" not in " ".join(again.headers.getlist("Set-Cookie"))
    assert "theme=dark" in " ".join(client.get("/?theme=dark").headers.getlist("Set-Cookie"))
    client.delete_cookie("theme")


@pytest.mark.parametrize("address", TAGGED)
def test_what_the_client_has_already_is_not_sent_again(client: FlaskClient, address: str) -> None:
    tag = client.get(address).headers["ETag"]
    again = client.get(address, headers={"If-None-Match": tag})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    assert client.get(address, headers={"If-None-Match": 'W/"other"'}).status_code == 200


@pytest.mark.parametrize("address", TAGGED[:3] + TAGGED[4:6])
def test_a_new_incident_makes_another_answer(
    own_client: FlaskClient, world: Store, settings: Settings, address: str
) -> None:
    before = own_client.get(address).headers["ETag"]
    add_incident(world, settings)
    after = own_client.get(address, headers={"If-None-Match": before})
    assert after.status_code == 200
    assert after.headers["ETag"] != before


def test_the_grids_stay_the_same_when_an_incident_comes(
    own_client: FlaskClient, world: Store, settings: Settings
) -> None:
    before = own_client.get("/api/v1/grids.geojson").headers["ETag"]
    add_incident(world, settings)
    assert own_client.get("/api/v1/grids.geojson", headers={"If-None-Match": before}).status_code == 304


def test_other_parameters_are_another_answer(client: FlaskClient) -> None:
    tags = {client.get(f"/tiles/heat/13/6710/3374.png?{query}").headers["ETag"] for query in ("", "bw=300", "ratio=2")}
    assert len(tags) == 3


def test_an_address_that_names_the_version_may_be_kept(
    own_client: FlaskClient, world: Store, settings: Settings
) -> None:
    summary = own_client.get("/api/v1/situation").json
    days = "from=2024-05-01&to=2024-05-31"  # without them the address means other days tomorrow
    tile = f"/tiles/heat/13/6710/3374.png?{days}&v={summary['heat']['version']}"
    grids = f"/api/v1/grids.geojson?v={summary['plan']['version']}"
    assert "max-age=86400" in own_client.get(tile).headers["Cache-Control"]
    assert "max-age=86400" in own_client.get(grids).headers["Cache-Control"]
    assert own_client.get("/tiles/heat/13/6710/3374.png").headers["Cache-Control"] == "private, no-cache"
    add_incident(world, settings)
    assert own_client.get(tile).headers["Cache-Control"] == "private, no-cache"
    assert "max-age=86400" in own_client.get(grids).headers["Cache-Control"]


@pytest.mark.parametrize("address", ["/healthz", "/api/v1/changes?since=0"])
def test_what_must_be_fresh_is_never_kept(client: FlaskClient, address: str) -> None:
    assert client.get(address).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("address", ["/", "/api/v1/grids.geojson", "/api/v1/situation", "/static/0/css/base.css"])
def test_text_is_compressed_for_those_who_take_it(client: FlaskClient, address: str) -> None:
    plain, packed = client.get(address), client.get(address, headers=GZIP)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in plain.headers["Vary"] and "Accept-Encoding" in packed.headers["Vary"]
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data)
    if address != "/":  # its nonce differs
        assert gzip.decompress(packed.data) == plain.data


def test_compression_refused_by_the_client_is_not_used(client: FlaskClient) -> None:
    response = client.get("/api/v1/situation", headers={"Accept-Encoding": "gzip;q=0"})
    assert "Content-Encoding" not in response.headers


def test_pictures_are_not_compressed_again(client: FlaskClient) -> None:
    assert "Content-Encoding" not in client.get("/tiles/heat/13/6710/3374.png", headers=GZIP).headers


def test_static_files_under_their_version_are_kept_for_a_year(app: Flask, client: FlaskClient) -> None:
    running: Running = app.extensions["gridmap"]
    address = running.assets.url("css/base.css")
    assert address == f"/static/{running.assets.version}/css/base.css"
    response = client.get(address)
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.mimetype == "text/css"
    assert client.get("/static/another/css/base.css").headers["Cache-Control"] == "no-cache"


def test_a_module_is_sent_as_a_script(client: FlaskClient) -> None:
    assert client.get("/static/0/js/pages/map.js").mimetype == "text/javascript"


@pytest.mark.parametrize("path", ["../app.py", "%2e%2e/app.py", "..%2fapp.py", "css", "none.css", "/etc/passwd"])
def test_nothing_beside_the_static_folder_is_sent(client: FlaskClient, path: str) -> None:
    assert client.get(f"/static/0/{path}").status_code in {404, 308}


def test_the_version_of_static_files_follows_their_content(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("a {}")
    before = Assets(tmp_path).version
    assert Assets(tmp_path).version == before
    (tmp_path / "a.css").write_text("b {}")
    assert Assets(tmp_path).version != before


def test_the_icon_old_browsers_ask_for_is_found(client: FlaskClient) -> None:
    response = client.get("/favicon.ico", follow_redirects=True)
    assert (response.status_code, response.mimetype) == (200, "image/svg+xml")


def test_the_base_map_is_sent_in_parts(own_client: FlaskClient, settings: Settings) -> None:
    settings.basemap_dir.mkdir(parents=True)
    (settings.basemap_dir / "basemap.pmtiles").write_bytes(bytes(range(256)))
    address = own_client.get("/api/v1/situation").json["basemap"]
    assert address.startswith("/basemap/basemap.pmtiles?v=")
    part = own_client.get(address, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.data) == (206, bytes(range(10, 20)))
    assert part.headers["Content-Range"] == "bytes 10-19/256"
    assert "max-age" in part.headers["Cache-Control"]
    assert own_client.get("/basemap/basemap.pmtiles?v=0").headers["Cache-Control"] == "no-store"
    beyond = own_client.get(address, headers={"Range": "bytes=300-400"})
    assert (beyond.status_code, beyond.json["error"]["code"]) == (416, "bad_range")
    whole = own_client.get(address)
    assert own_client.get(address, headers={"If-None-Match": whole.headers["ETag"]}).status_code == 304


def test_no_base_map_is_null(own_client: FlaskClient) -> None:
    assert own_client.get("/api/v1/situation").json["basemap"] is None


def test_json_is_written_in_its_own_letters(client: FlaskClient) -> None:
    text = client.get("/api/v1/situation").text
    assert "四块地" in text
    assert json.loads(text)["project"]["name"] == "四块地"
