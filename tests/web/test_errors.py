"""One shape for every refusal of every route, and pages for people."""

from __future__ import annotations

import json
import re
from contextlib import closing
from pathlib import Path

import pysqlite3.dbapi2
import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import DictLoader

from gridmap import errors
from gridmap.config import Settings
from gridmap.store import audit
from gridmap.store.engine import Session, Store, file_of
from tests.web.routes import addresses

PROGRAMS = ("/api", "/tiles", "/basemap", "/i18n", "/healthz")
HTML = {"Accept": "text/html"}


def subclasses(kind: type[errors.GridmapError]) -> list[type[errors.GridmapError]]:
    return [kind, *(found for child in kind.__subclasses__() for found in subclasses(child))]


def is_refusal(body: object) -> bool:
    match body:
        case {"error": {"code": str(code), "message": str(message), "hint": str(hint)}}:
            return bool(code and message and hint) and set(body) == {"error"}
    return False


@pytest.mark.parametrize(
    ("address", "status", "code"),
    [
        ("/api/v1/nothing", 404, "not_found"),
        ("/api/", 404, "not_found"),
        ("/tiles/heat/1/2.png", 404, "not_found"),
        ("/tiles/heat/3/8/0.png", 422, "bad_input"),
        ("/tiles/heat/23/0/0.png", 422, "bad_input"),
        ("/tiles/heat/3/0/0.png?theme=blue", 422, "bad_input"),
        ("/tiles/heat/3/0/0.png?ratio=3", 422, "bad_input"),
        ("/tiles/heat/3/0/0.png?bw=1", 422, "bad_input"),
        ("/tiles/heat/3/0/0.png?kinds=nope", 422, "bad_input"),
        ("/basemap/basemap.pmtiles", 404, "not_found"),
        ("/basemap/other.pmtiles", 404, "not_found"),
        ("/i18n/fr.json", 404, "not_found"),
        ("/healthz?deep=1", 422, "bad_input"),
        ("/api/v1/situation?x=1", 422, "bad_input"),
        ("/api/v1/timeline?kinds=nope", 422, "bad_input"),
        ("/api/v1/timeline?kinds=a,,b", 422, "bad_input"),
        ("/api/v1/counts?from=2024-13-01", 422, "bad_input"),
        ("/api/v1/counts?from=2024-05-02&to=2024-05-01", 422, "bad_input"),
        ("/api/v1/counts?to=1900-01-01", 422, "bad_input"),
        ("/api/v1/counts?form=2024-05-01", 422, "bad_input"),
        ("/api/v1/counts?grid=G9", 404, "unknown_place"),
        ("/api/v1/counts?plan=gone", 404, "unknown_plan"),
        ("/api/v1/legend?bw=NaN", 422, "bad_input"),
        ("/api/v1/legend?bw=1e9", 422, "bad_input"),
        ("/api/v1/grids.geojson?at=yesterday", 422, "bad_input"),
        ("/api/v1/grids.geojson?at=9999-12-31", 422, "bad_input"),
        ("/api/v1/counts?plan=%00", 422, "bad_input"),
        ("/api/v1/incidents/a%00b", 422, "bad_input"),
        ("/api/v1/locate", 422, "bad_input"),
        ("/api/v1/locate?lon=nan&lat=30", 422, "bad_input"),
        ("/api/v1/locate?lon=181&lat=30", 422, "bad_input"),
        ("/api/v1/locate?lon=115&lat=30.2&datum=wgs72", 422, "bad_input"),
        ("/api/v1/locate?lon=10&lat=10", 422, "outside_extent"),
        ("/api/v1/incidents?limit=1001", 422, "bad_input"),
        ("/api/v1/incidents?limit=0", 422, "bad_input"),
        ("/api/v1/incidents?bbox=1,2,3", 422, "bad_input"),
        ("/api/v1/incidents?bbox=3,2,1,4", 422, "bad_input"),
        ("/api/v1/incidents?bbox=nan,2,3,4", 422, "bad_input"),
        ("/api/v1/incidents?after=x", 422, "bad_input"),
        ("/api/v1/incidents?kinds=nope", 422, "bad_input"),
        ("/api/v1/incidents?grid=G9", 404, "unknown_place"),
        ("/api/v1/changes", 422, "bad_input"),
        ("/api/v1/changes?since=-1", 422, "bad_input"),
        ("/api/v1/changes?since=99999999999999999999", 422, "bad_input"),
    ],
)
def test_a_refusal_tells_code_message_and_hint(client: FlaskClient, address: str, status: int, code: str) -> None:
    response = client.get(address, headers=HTML)  # programs get JSON whatever they accept
    assert (response.status_code, response.mimetype) == (status, "application/json")
    assert is_refusal(response.json)
    assert response.json["error"]["code"] == code
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("kinds", ["", "order,,help", ",", "x" * 61, ",".join(f"k{i}" for i in range(201))])
def test_a_list_of_kinds_that_is_none_is_told_from_an_unknown_kind(client: FlaskClient, kinds: str) -> None:
    refusal = client.get(f"/api/v1/counts?kinds={kinds}").json["error"]
    assert "with commas between them" in refusal["message"]


def test_every_route_refuses_a_foreign_method_in_its_own_shape(app: Flask, client: FlaskClient) -> None:
    for address in addresses(app):
        response = client.delete(address)
        assert response.status_code == 405, address
        assert {"GET", "POST"} & set(response.headers["Allow"].split(", "))
        if address.startswith(PROGRAMS):
            assert is_refusal(response.json)
            assert response.json["error"]["code"] == "method_not_allowed"


def test_every_route_refuses_a_body_that_is_too_large(app: Flask, client: FlaskClient) -> None:
    for address in addresses(app):
        response = client.get(address, data=b"x" * ((1 << 20) + 1))
        assert (response.status_code, response.json["error"]["code"]) == (413, "too_large"), address


def test_every_route_refuses_an_address_that_is_too_long(app: Flask, client: FlaskClient) -> None:
    for address in addresses(app):
        response = client.get(f"{address}{'&' if '?' in address else '?'}kinds={'a' * 9000}")
        assert (response.status_code, response.json["error"]["code"]) == (414, "too_long"), address


def test_every_route_refuses_a_foreign_host(app: Flask, client: FlaskClient) -> None:
    for address in addresses(app):
        response = client.get(address, headers={"Host": "rebound.example:8000"})
        assert (response.status_code, response.json["error"]["code"]) == (421, "foreign_host"), address


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "localhost:1", "[::1]:8000", "127.0.0.2", "LOCALHOST"])
def test_this_machine_is_answered_by_all_its_names(client: FlaskClient, host: str) -> None:
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["", "localhost.evil.example", "127.0.0.1.evil.example", "[::2]", "0.0.0.0"])
def test_other_names_are_not_answered(client: FlaskClient, host: str) -> None:
    assert client.get("/healthz", headers={"Host": host}).status_code == 421


DATA = ["/", "/api/v1/situation", "/api/v1/timeline", "/api/v1/counts", "/api/v1/legend", "/api/v1/grids.geojson",
        "/api/v1/locate?lon=115.005&lat=30.205", "/api/v1/incidents", "/api/v1/changes?since=0", "/healthz",
        "/tiles/heat/13/6710/3374.png"]  # fmt: skip


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.StoreBusy("The database is locked.", "Try again."), 503),
        (errors.StoreBroken("The file is damaged.", "Restore a backup."), 503),
        (errors.Conflict("It is taken.", "Choose another."), 409),
        (errors.TooLarge("Too much.", "Ask for less."), 413),
        (errors.BadSettings("No.", "Yes."), 500),
        (ZeroDivisionError("a bug with /secret/ details"), 500),
    ],
)
def test_what_happens_inside_becomes_its_status_on_every_route_that_reads(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    def fail(store: Store) -> None:
        raise error.with_traceback(None)

    monkeypatch.setattr(Store, "read", fail)
    for address in DATA:
        response = client.get(address)
        assert response.status_code == status, address
        assert is_refusal(response.json), address
        assert "secret" not in response.text
        if isinstance(error, errors.StoreBusy):
            assert int(response.headers["Retry-After"]) > 0


def test_people_get_a_page_in_their_language(client: FlaskClient) -> None:
    chinese = client.get("/nowhere?lang=zh", headers=HTML)
    english = client.get("/nowhere?lang=en", headers=HTML)
    assert (chinese.status_code, english.status_code) == (404, 404)
    assert chinese.mimetype == english.mimetype == "text/html"
    assert '<html lang="zh-CN"' in chinese.text
    assert '<html lang="en"' in english.text
    assert "There is nothing at this address." in english.text


def page_and_answer(client: FlaskClient) -> tuple[str, str, str]:
    """The page in Chinese and in English, and what a program gets, of a database that fails; as text."""
    answers = [client.get(f"/?lang={lang}", headers=HTML) for lang in ("zh", "en")]
    answers.append(client.get("/api/v1/situation"))
    assert [answer.status_code for answer in answers] == [503, 503, 503]
    return answers[0].text, answers[1].text, answers[2].text


def is_discreet(text: str, settings: Settings) -> bool:
    names = (settings.db, str(file_of(settings.db)), "sqlite", "Traceback")
    return not any(name in text for name in names)


def test_a_damaged_file_is_told_truly_and_without_its_path(own_client: FlaskClient, settings: Settings) -> None:
    path = file_of(settings.db)
    if path is None:
        pytest.skip("a server's database is no file of ours")
    own_client.application.extensions["gridmap"].situation._store.close()
    path.write_bytes(b"no database at all " * 4096)
    for beside in ("-wal", "-shm"):
        Path(f"{path}{beside}").unlink(missing_ok=True)
    chinese, english, answer = page_and_answer(own_client)
    assert "<h1>数据库无法使用</h1>" in chinese and "数据库文件缺失、损坏" in chinese and "正忙" not in chinese
    assert "<h1>The database cannot be used</h1>" in english and "busy" not in english
    assert json.loads(answer)["error"]["code"] == "store_broken"
    assert all(is_discreet(text, settings) for text in (chinese, english, answer))


def test_a_locked_database_is_busy(own_client: FlaskClient, world: Store, settings: Settings) -> None:
    path = file_of(settings.db)
    if path is None:
        pytest.skip("a server's database is no file of ours")
    own_client.application.extensions["gridmap"].situation._store.close()
    world.close()
    with closing(pysqlite3.dbapi2.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        chinese, english, answer = page_and_answer(own_client)
    assert "<h1>数据库正忙</h1>" in chinese and "请几秒后重试。" in chinese
    assert "<h1>The database is busy</h1>" in english and "cannot be used" not in english
    assert json.loads(answer)["error"]["code"] == "store_busy"
    assert all(is_discreet(text, settings) for text in (chinese, english, answer))


@pytest.mark.parametrize(
    ("statement", "heading", "code"),
    [
        ("SELECT pg_terminate_backend(pg_backend_pid())", "数据库无法使用", "store_broken"),
        ("DO $$ BEGIN RAISE SQLSTATE '53100'; END $$", "数据库无法使用", "store_broken"),
        ("DO $$ BEGIN RAISE SQLSTATE '55P03'; END $$", "数据库正忙", "store_busy"),
        ("SET LOCAL statement_timeout = 50; SELECT pg_sleep(20)", "数据库正忙", "store_busy"),
    ],
)
def test_what_a_server_does_to_a_request_is_told_and_the_next_one_works(
    statement: str,
    heading: str,
    code: str,
    own_client: FlaskClient,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if file_of(settings.db) is not None:
        pytest.skip("a file has no server that could do it")

    def fail(session: Session) -> None:
        for part in statement.split("; ") if "pg_sleep" in statement else [statement]:
            session.connection().exec_driver_sql(part)

    with monkeypatch.context() as failing:
        failing.setattr(audit, "newest_change", fail)
        chinese, english, answer = page_and_answer(own_client)
    assert f"<h1>{heading}</h1>" in chinese
    assert json.loads(answer)["error"]["code"] == code
    assert all(is_discreet(text, settings) for text in (chinese, english, answer))
    assert own_client.get("/api/v1/situation").status_code == 200


@pytest.mark.parametrize("code", sorted({kind.code for kind in subclasses(errors.GridmapError)}))
def test_every_error_has_a_chinese_page(code: str, own_client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = next(kind for kind in subclasses(errors.GridmapError) if kind.code == code)

    def fail(store: Store) -> None:
        raise kind("Value /secret/ is interpolated.", "Do it.")

    monkeypatch.setattr(Store, "read", fail)
    text = own_client.get("/?lang=zh", headers=HTML).text
    main = re.sub(r"<[^>]+>", "", text.split("<main", 1)[1].split("</main>", 1)[0].split(">", 1)[1])
    assert "secret" not in text
    assert not [word for word in re.findall("[A-Za-z]+", main) if word not in {"gridmap", "doctor"}]


def test_the_error_page_has_a_plain_stand_in(
    client: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.jinja_env, "loader", DictLoader({"error.html": "{% broken"}))
    response = client.get("/nowhere", headers=HTML)
    assert response.status_code == 404
    assert "出错了" in response.text and "There is nothing at this address." in response.text


def test_a_message_is_escaped_on_the_page(client: FlaskClient) -> None:
    response = client.get("/?lang=<script>", headers={**HTML, "Host": "<script>.example"})
    assert response.status_code == 421
    assert "<script>.example" not in response.text
