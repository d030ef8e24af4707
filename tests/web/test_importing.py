"""The import page's way from a file to stored rows and back, over the small world (four blocks, B4 in no grid)."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gridmap.config import Settings
from gridmap.services.files.limits import UPLOAD_LIMIT_BYTES, UPLOADS_KEPT_S
from gridmap.store import project
from gridmap.store.engine import Store
from gridmap.store.tables import ImportBatch, Unit
from tests.services import small_world
from tests.services.small_world import in_block
from web.app import create_app
from web.importing import uploads

HTML = {"Accept": "text/html"}
PATIENCE_S = 30


class Person:
    """Somebody at the page: one browser session, with the page's token."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.csrf = self.token_of_page()

    def token_of_page(self) -> str:
        page = self.client.get("/import", headers=HTML)
        assert page.status_code == 200
        found = re.search(r'name="csrf-token" content="([^"]+)"', page.text)
        assert found
        return found[1]

    def post(self, address: str, **how: Any) -> TestResponse:
        return self.client.post(address, headers={"X-CSRFToken": self.csrf, "Accept": "application/json"}, **how)

    def upload(self, content: str | bytes, name: str = "units.csv") -> str:
        data = content.encode() if isinstance(content, str) else content
        answer = self.post(f"/api/v1/uploads?name={name}", data=data, content_type="application/octet-stream")
        assert answer.status_code == 201, answer.text
        assert answer.json["size_bytes"] == len(data)
        return str(answer.json["token"])

    def state(self, token: str, lang: str = "en") -> dict[str, Any]:
        """The upload's state once nobody works on it any more."""
        self.client.set_cookie("lang", lang)
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            answer = self.client.get(f"/api/v1/uploads/{token}")
            assert answer.status_code == 200
            if answer.json["state"] != "working":
                return dict(answer.json)
            time.sleep(0.02)
        raise AssertionError("The work did not end.")

    def check(self, token: str, layer: str = "units", lang: str = "en", **options: Any) -> dict[str, Any]:
        answer = self.post(f"/api/v1/uploads/{token}/check", json={"layer": layer, **options})
        assert answer.status_code == 202, answer.text
        return self.state(token, lang)

    def store(self, token: str, **order: Any) -> dict[str, Any]:
        answer = self.post(f"/api/v1/uploads/{token}/store", json=order)
        assert answer.status_code == 202, answer.text
        return self.state(token)


@pytest.fixture
def person(own_client: FlaskClient) -> Person:
    return Person(own_client)


def table(*rows: tuple[object, ...], headings: str = "code,name,lon,lat") -> str:
    return "\n".join([headings, *(",".join(map(str, row)) for row in rows)]) + "\n"


GOOD = [("U1", "一号店", *in_block(0, 0)), ("U2", "二号店", *in_block(1, 0)), ("U3", "渡口", *in_block(1, 1))]
BAD = [("U4", "远方", 120.0, 40.0), ("U5", "", *in_block(0, 0)), ("U6", "无处", "here", "there")]


def units(store: Store) -> list[str]:
    with store.read() as session:
        return sorted(name or "" for name in session.scalars(sa.select(Unit.source_id)))


def held(settings: Settings) -> list[Path]:
    root = settings.var / "uploads"
    return sorted(root.rglob("*")) if root.exists() else []


class Untouchable(io.RawIOBase):
    """A body that must not be read."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ARG002
        raise AssertionError("The body was read.")


def test_a_file_that_is_announced_as_too_large_is_refused_before_it_is_read(person: Person, settings: Settings) -> None:
    body = {"wsgi.input": Untouchable(), "CONTENT_LENGTH": str(2 << 30)}
    answer = person.post("/api/v1/uploads?name=big.csv", environ_overrides=body, content_type="text/csv")
    assert (answer.status_code, answer.json["error"]["code"]) == (413, "too_large")
    assert "100 MB" in answer.json["error"]["message"]
    assert "gridmap import" in answer.json["error"]["hint"]
    assert held(settings) == []


def test_a_body_that_grows_too_large_is_cut_off_and_leaves_nothing(
    person: Person, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "UPLOAD_LIMIT_BYTES", 1000)
    monkeypatch.setattr(uploads, "CHUNK_BYTES", 100)
    answer = person.post("/api/v1/uploads?name=a.csv", data=b"x" * 1001, content_type="application/octet-stream")
    assert answer.status_code == 413
    assert [path for path in held(settings) if path.is_file()] == []
    assert person.upload(b"x" * 1000)


def test_only_so_much_is_held_of_everybody(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    person.upload("x" * 600)
    monkeypatch.setattr(uploads, "UPLOADS_LIMIT_BYTES", 1000)
    answer = person.post("/api/v1/uploads?name=a.csv", data=b"x" * 600, content_type="application/octet-stream")
    assert (answer.status_code, answer.json["error"]["code"]) == (413, "too_large")


def test_a_full_disk_is_told_and_leaves_nothing(
    person: Person, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Path("/dev/full").open("wb") as full:
        really = Path.open
        monkeypatch.setattr(Path, "open", lambda path, *how: full if path.name == "file.csv" else really(path, *how))
        answer = person.post("/api/v1/uploads?name=a.csv", data=b"x" * (2 << 20), content_type="text/csv")
        monkeypatch.undo()
        with suppress(OSError):
            full.close()
    assert (answer.status_code, answer.json["error"]["code"]) == (503, "disk_full")
    assert held(settings) == []
    assert person.upload("x")


def test_an_empty_file_is_refused(person: Person, settings: Settings) -> None:
    answer = person.post("/api/v1/uploads?name=a.csv", data=b"", content_type="application/octet-stream")
    assert (answer.status_code, answer.json["error"]["message"]) == (422, "The file is empty (0 bytes).")
    assert [path for path in held(settings) if path.is_file()] == []


def test_the_page_says_the_limit_that_is_enforced(person: Person) -> None:
    text = person.client.get("/import?lang=en", headers=HTML).text
    embedded = re.search(r'<script type="application/json" id="facts"[^>]*>(.*?)</script>', text, re.DOTALL)
    assert embedded
    facts = json.loads(embedded[1])
    assert facts["limit_bytes"] == UPLOAD_LIMIT_BYTES == facts["limit_mb"] << 20
    assert f"{facts['limit_mb']} MB" in text


def test_nothing_is_done_without_the_page_s_token(person: Person, settings: Settings) -> None:
    works = ["uploads?name=a.csv", "uploads/t/check", "uploads/t/store", "uploads/t/give-up", "imports/u/undo"]
    for address in works:
        answer = person.client.post(f"/api/v1/{address}", data=b"x", content_type="application/octet-stream")
        assert (answer.status_code, answer.json["error"]["code"]) == (400, "csrf"), address
    assert held(settings) == []


def test_an_upload_belongs_to_the_session_that_sent_it(person: Person) -> None:
    token = person.upload(table(*GOOD))
    stranger = Person(person.client.application.test_client())
    stranger.upload("x")  # has a session of its own
    for address in (f"/api/v1/uploads/{token}", f"/api/v1/uploads/{token}/rejects.csv"):
        assert stranger.client.get(address).status_code == 404
    for work in ("check", "store"):
        answer = stranger.post(f"/api/v1/uploads/{token}/{work}", json={"layer": "units"} if work == "check" else {})
        assert answer.status_code == 404
    assert stranger.post(f"/api/v1/uploads/{token}/give-up").status_code == 404
    assert person.state(token)["state"] == "received"


def test_a_token_that_is_none_finds_nothing(person: Person) -> None:
    person.upload("x")
    for token in ("x", "..", "%2e%2e", "..%2f..%2fdemo", "a" * 5000):
        assert person.client.get(f"/api/v1/uploads/{token}").status_code == 404, token


NAMES = [  # as the computer calls it, as it is shown, as it is kept
    ("../../../etc/cron.d/x.csv", "x.csv", "file.csv"),
    ("C:\\Users\\me\\店铺 清单.XLSX", "店铺 清单.XLSX", "file.xlsx"),
    ("a.csv.gz", "a.csv.gz", "file.csv.gz"),
    ("evil.php", "evil.php", "file"),
    (".htaccess", ".htaccess", "file"),
    ("v1.2.exe.geojson", "v1.2.exe.geojson", "file.geojson"),
]


def test_a_name_is_shown_and_never_a_path(person: Person, settings: Settings) -> None:
    for name, shown, kept in NAMES:
        answer = person.post(
            "/api/v1/uploads", query_string={"name": name}, data=b"x", content_type="application/octet-stream"
        )
        assert answer.json["name"] == shown
        files = {path.name for path in held(settings) if path.is_file()}
        assert files == {kept, "about.json", "state.json"}
        assert all(answer.json["token"] not in str(path) for path in held(settings))
        person.post(f"/api/v1/uploads/{answer.json['token']}/give-up")


def test_what_is_given_up_or_old_is_gone(person: Person, settings: Settings) -> None:
    first, second = person.upload("x"), person.upload("y")
    assert person.post(f"/api/v1/uploads/{first}/give-up").status_code == 204
    assert person.client.get(f"/api/v1/uploads/{first}").status_code == 404
    (folder,) = [path for path in held(settings) if path.is_dir()]
    day_ago_s = time.time() - UPLOADS_KEPT_S - 60
    os.utime(folder, (day_ago_s, day_ago_s))
    person.upload("z")
    assert person.client.get(f"/api/v1/uploads/{second}").status_code == 404
    assert not folder.exists()


def test_a_check_shows_what_would_be_stored_and_stores_nothing(person: Person, world: Store) -> None:
    token = person.upload(table(*GOOD, *BAD))
    found = person.check(token)["checked"]
    assert (found["counts"]["read"], found["counts"]["bad"], found["counts"]["outside"]) == (6, 3, 1)
    assert [round(part, 6) for part in found["good"][0]] == [round(part, 6) for part in in_block(0, 0)]
    assert len(found["good"]) == 3
    assert {row["row"] for row in found["bad_rows"]} == {4, 5, 6}
    far = next(row for row in found["bad_rows"] if row["row"] == 4)
    assert (far["lon"], far["lat"]) == (120.0, 40.0)
    assert found["headings"] == ["code", "name", "lon", "lat"]
    assert found["sample"][1][:2] == ["U2", "二号店"]
    assert units(world) == []


def test_what_the_importer_says_is_said_in_the_page_s_language(person: Person) -> None:
    token = person.upload(table(*GOOD, *BAD), name="清单.csv")
    english, chinese = person.check(token)["checked"], person.check(token, lang="zh")["checked"]
    assert {cause["text"] for cause in english["causes"]} >= {"it lies beyond the project's extent", "name is empty"}
    assert {cause["text"] for cause in chinese["causes"]} >= {"位于项目范围之外", "单位名称 为空"}
    broken = person.upload(b"PK\x03\x04 broken", name="坏.xlsx")
    error = person.check(broken, lang="zh")["error"]
    assert error["message"].startswith("坏.xlsx 已损坏或不完整")
    assert error["hint"] == "请重新复制或导出。"


def test_a_column_that_is_not_recognised_can_be_chosen(person: Person, world: Store) -> None:
    token = person.upload(table(*GOOD, headings="甲,乙,东,北"))
    found = person.check(token)["checked"]
    assert found["missing"] == ["name", "lon", "lat"]
    assert found["headings"] == ["甲", "乙", "东", "北"]
    assert found["sample"][0][1] == "一号店"
    again = person.check(token, mapping={"code": "甲", "name": "乙", "lon": "东", "lat": "北"})["checked"]
    assert (again["missing"], again["counts"]["stored"]) == ([], 3)
    assert person.store(token)["state"] == "stored"
    assert units(world) == ["U1", "U2", "U3"]


def test_good_rows_are_stored_bad_ones_come_back_with_their_reasons(person: Person, world: Store) -> None:
    token = person.upload(table(*GOOD, *BAD), name="清单.csv")
    person.check(token)
    state = person.store(token, without_bad=True)
    result = state["result"]
    assert (result["counts"]["stored"], result["counts"]["rejected"], result["has_rejects"]) == (3, 3, True)
    assert units(world) == ["U1", "U2", "U3"]
    answer = person.client.get(f"/api/v1/uploads/{token}/rejects.csv")
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [(row["row"], row["code"]) for row in rows] == [("4", "U4"), ("5", "U5"), ("6", "U6")]
    assert all(row["reason"] for row in rows)
    assert "-rejects.csv" in answer.headers["Content-Disposition"]
    with world.read() as session:
        assert session.scalar(sa.select(ImportBatch.file_name)) == "清单.csv"


def test_bad_rows_are_not_left_out_unless_it_is_said(person: Person, world: Store) -> None:
    token = person.upload(table(*GOOD, *BAD))
    person.check(token)
    state = person.store(token, without_bad=False)
    assert (state["state"], state["error"]["code"]) == ("failed", "conflict")
    assert units(world) == []


def test_the_file_is_not_kept_after_it_was_stored(person: Person, settings: Settings) -> None:
    token = person.upload(table(*GOOD))
    person.check(token)
    assert person.store(token)["result"]["has_rejects"] is False
    assert [path.name for path in held(settings) if path.name.startswith("file")] == []
    assert person.post(f"/api/v1/uploads/{token}/check", json={"layer": "units"}).status_code == 404
    assert person.client.get(f"/api/v1/uploads/{token}/rejects.csv").status_code == 404


def test_nothing_is_stored_that_was_not_checked(person: Person, world: Store) -> None:
    token = person.upload(table(*GOOD))
    answer = person.post(f"/api/v1/uploads/{token}/store", json={})
    assert (answer.status_code, answer.json["error"]["code"]) == (409, "conflict")
    assert units(world) == []


def test_a_batch_is_taken_back_once_and_stays_in_the_list(person: Person, world: Store) -> None:
    token = person.upload(table(*GOOD), name="清单.csv")
    person.check(token)
    uid = person.store(token)["result"]["batch"]
    (item,) = person.client.get("/api/v1/imports").json["items"]
    assert (item["uid"], item["layer"], item["file_name"], item["undone_at"]) == (uid, "units", "清单.csv", None)
    answer = person.post(f"/api/v1/imports/{uid}/undo")
    assert (answer.status_code, answer.json["removed"]) == (200, 3)
    assert units(world) == []
    (item,) = person.client.get("/api/v1/imports").json["items"]
    assert item["undone_at"] is not None
    person.client.set_cookie("lang", "zh")
    again = person.post(f"/api/v1/imports/{uid}/undo")
    assert (again.status_code, again.json["error"]["message"]) == (409, "清单.csv 的导入已经撤销过了。")
    assert person.post("/api/v1/imports/none/undo").status_code == 404


def test_replacing_is_counted_and_taken_back(person: Person, world: Store) -> None:
    for name, update in (("一号店", False), ("改名店", True)):
        token = person.upload(table(("U1", name, *in_block(0, 0))))
        person.check(token, update=update)
        uid = person.store(token)["result"]["batch"]
    assert [item["replaced"] for item in person.client.get("/api/v1/imports").json["items"]] == [1, 0]
    assert person.post(f"/api/v1/imports/{uid}/undo").json == {
        "layer": "units", "file": "units.csv", "removed": 0, "restored": 1, "warnings": [],
    }  # fmt: skip
    with world.read() as session:
        assert session.scalar(sa.select(Unit.name)) == "一号店"


def test_columns_are_kept_for_the_next_file_of_a_source(person: Person) -> None:
    token = person.upload(table(*GOOD, headings="甲,乙,东,北"))
    person.check(token, mapping={"code": "甲", "name": "乙", "lon": "东", "lat": "北"})
    assert person.store(token, save_source="街道办月报")["state"] == "stored"
    assert "街道办月报" in person.client.get("/import", headers=HTML).text
    next_token = person.upload(table(("U9", "新店", *in_block(0, 1)), headings="甲,乙,东,北"))
    assert person.check(next_token, source="街道办月报")["checked"]["counts"]["stored"] == 1


def test_the_demo_is_only_changed_by_who_says_so(world: Store, settings: Settings) -> None:
    with world.write() as session:
        session.execute(sa.update(project.tables.Project).values(demo_version="1", demo_now_on=small_world.NOW.date()))
    app = create_app(replace(settings, is_demo=True), now=small_world.now, warm_up=False)
    person = Person(app.test_client())
    token = person.upload(table(*GOOD))
    assert person.check(token)["state"] == "checked"
    refused = person.store(token, into_demo=False)
    assert (refused["state"], refused["error"]["code"]) == ("failed", "conflict")
    assert units(world) == []
    assert person.store(token, into_demo=True)["state"] == "stored"
    assert units(world) == ["U1", "U2", "U3"]


def test_work_whose_process_is_gone_is_told_as_interrupted(person: Person, settings: Settings) -> None:
    token = person.upload(table(*GOOD))
    person.check(token)
    (state_file,) = [path for path in held(settings) if path.name == "state.json"]
    state = json.loads(state_file.read_text(encoding="utf-8"))
    progress = {"label": "Storing", "done": 3, "total": 4}
    state |= {"state": "working", "what": "store", "progress": progress}
    state_file.write_text(json.dumps(state), encoding="utf-8")
    told = person.state(token)
    assert (told["state"], told["error"]["code"]) == ("failed", "interrupted")
    assert person.store(token)["state"] == "stored"  # as it was checked


def test_one_thing_at_a_time_is_done_with_a_file(person: Person, settings: Settings) -> None:
    token = person.upload(table(*GOOD))
    (state_file,) = [path for path in held(settings) if path.name == "state.json"]
    progress = {"label": "Storing", "done": 3, "total": 4}
    state_file.write_text(json.dumps({"state": "working", "what": "store", "progress": progress}), encoding="utf-8")
    other = subprocess.Popen(  # as another process of the server would
        ["flock", "-o", state_file.with_name("work.lock"), "sh", "-c", "echo held; exec cat"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert other.stdout is not None and other.stdout.readline() == b"held\n"
        for work, body in (("check", {"layer": "units"}), ("give-up", None)):
            assert person.post(f"/api/v1/uploads/{token}/{work}", json=body).status_code == 409
        assert person.client.get(f"/api/v1/uploads/{token}").json["progress"]["done"] == 3
    finally:
        other.kill()
        other.communicate()
    assert person.client.get(f"/api/v1/uploads/{token}").json["error"]["code"] == "interrupted"
    assert person.check(token)["state"] == "checked"


def test_options_that_are_none_are_refused(person: Person) -> None:
    token = person.upload(table(*GOOD))
    units: dict[str, Any] = {"layer": "units"}
    for options in ({}, {"layer": "trees"}, units | {"heading_rows": 9}, units | {"mapping": []}, units | {"new": 1}):
        answer = person.post(f"/api/v1/uploads/{token}/check", json=options)
        assert (answer.status_code, answer.json["error"]["code"]) == (422, "bad_input"), options


def test_an_empty_table_of_a_layer_comes_in_the_page_s_language(person: Person) -> None:
    headings = {}
    for lang in ("zh", "en"):
        answer = person.client.get(f"/import/units.xlsx?lang={lang}")
        assert answer.mimetype == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        assert 'filename="gridmap-units.xlsx"' in answer.headers["Content-Disposition"]
        sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).worksheets[0]
        headings[lang] = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value]
    assert "单位名称" in headings["zh"] and "单位名称" not in headings["en"]
    assert person.client.get("/import/trees.xlsx", headers=HTML).status_code == 404


def test_a_filled_in_table_comes_back_in(person: Person, world: Store) -> None:
    body = person.client.get("/import/units.xlsx?lang=zh").data
    book = openpyxl.load_workbook(io.BytesIO(body))
    sheet = book.worksheets[0]
    heads = {str(cell.value).strip("* "): cell.column for cell in sheet[1] if cell.value}
    row = {"单位名称": "填写店", "经度": in_block(0, 0)[0], "纬度": in_block(0, 0)[1]}
    for name, value in row.items():
        column = next(column for head, column in heads.items() if head.startswith(name))
        sheet.cell(row=2, column=column, value=value)
    out = io.BytesIO()
    book.save(out)
    token = person.upload(out.getvalue(), name="填好的表.xlsx")
    found = person.check(token)["checked"]
    assert (found["missing"], found["counts"]["stored"]) == ([], 1)
    person.store(token)
    with world.read() as session:
        assert session.scalar(sa.select(Unit.name)) == "填写店"
