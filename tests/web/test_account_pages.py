"""What an account hands on: tokens for some places, screens on walls; and lists of accounts and posts on the pages."""

from __future__ import annotations

import html
import io
import re
import zipfile

import openpyxl
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gridmap.services import posts
from gridmap.services.posts import NewPost, PlaceKind, PostPlace
from tests.services import small_world
from tests.web.organisation import PAGE, Organisation, enter, press, signed_in, token_of

UNTIL = "2024-12-31"
FIGURES = "/api/v1/counts?from=2024-05-01&to=2024-05-31"


def test_a_token_of_the_page_sees_the_places_that_are_ticked(served: Flask, people: Organisation) -> None:
    client = signed_in(served, people, "commander")
    page = client.get("/account?lang=en", headers=PAGE).text
    assert re.findall(r'name="place" value="([^"]+)"', page)[:4] == ["area:01", "area:0101", "grid:G1", "grid:G2"]
    form = {"name": "报表", "until": UNTIL, "action": "see_map", "place": "grid:G2"}
    made = press(client, "/account/tokens", **form)
    text = re.search(r'id="token">([^<]+)<', made.text)
    assert text is not None
    program = served.test_client().get(FIGURES, headers={"Authorization": f"Bearer {text[1]}"})
    assert set(program.json["by_grid"]) == {"G2"}
    elsewhere = press(client, "/account/tokens", **(form | {"place": "grid:G9"}))
    assert (elsewhere.status_code, "not the account" in elsewhere.text) == (422, True)
    assert press(client, "/account/tokens", **(form | {"place": "G1"})).status_code == 422
    worker = signed_in(served, people, "worker").get("/account", headers=PAGE).text
    assert 'name="place"' not in worker  # one grid: nothing to choose


def screen_of(served: Flask, people: Organisation, name: str = "commander", **form: str) -> tuple[FlaskClient, str]:
    client = signed_in(served, people, name)
    made = press(client, "/account/screens", name="大厅", until=UNTIL, **form)
    assert (made.status_code, made.location) == (303, "/?wall=1")
    return client, made.headers["Set-Cookie"]


def test_a_screen_shows_figures_of_its_places_and_nothing_else(served: Flask, people: Organisation) -> None:
    client, cookie = screen_of(served, people, place="grid:G2")
    assert "Expires=Tue, 31 Dec 2024 23:59:59 GMT" in cookie and "HttpOnly" in cookie
    wall = client.get("/?wall=1&lang=en", headers=PAGE)
    assert wall.status_code == 200
    assert "data-idle-min" not in wall.text and "大厅" in wall.text
    closed = re.search(r'data-closed="([^"]*)"', wall.text)
    assert closed is not None and {"api.incidents", "api.table_file", "api.map_file"} <= set(closed[1].split())
    assert set(client.get(FIGURES).json["by_grid"]) == {"G2"}
    assert client.get("/", headers=PAGE).location == "/?wall=1"
    for address in ("/incidents", "/account", "/api/v1/me", "/api/v1/downloads/grids.csv", "/api/v1/points", "/posts"):
        assert client.get(address).status_code == 403, address
    sent = press(client, "/account/screens", of="/?wall=1", name="x", until=UNTIL)
    assert sent.status_code == 403


def test_a_screen_is_no_longer_when_somebody_ends_it(served: Flask, people: Organisation) -> None:
    first, _ = screen_of(served, people)
    second, _ = screen_of(served, people)
    assert first.get(FIGURES).status_code == second.get(FIGURES).status_code == 200
    security = signed_in(served, people, "security-admin")
    listed = security.get("/posts?lang=en", headers=PAGE).text
    uids = re.findall(r'action="/screens/([^"/]+)/revoke"', listed)
    assert len(uids) >= 2 and "commander 001" in listed
    assert press(security, f"/screens/{uids[0]}/revoke", of="/posts").location == "/posts?done=screen_ended"
    assert second.get(FIGURES).status_code == 401
    assert second.get("/", headers=PAGE).location == "/sign-in"
    assert press(first, "/screen/end", of="/?wall=1").location == "/sign-in"
    assert first.get(FIGURES).status_code == 401
    assert uids[1] not in security.get("/posts", headers=PAGE).text
    own = signed_in(served, people, "commander").get("/account?lang=en", headers=PAGE).text
    assert own.count("大厅") >= 2 and "revoked" in own


def test_the_deputy_of_a_post_that_is_held_is_changed_on_the_page(served: Flask, people: Organisation) -> None:
    security = signed_in(served, people, "security-admin")
    wanted = NewPost("planner", PostPlace(PlaceKind.GRID, "G2"), posts.add_person(
        people.store, people.settings, "张规划", actor="local", now=small_world.now()).uid)  # fmt: skip
    post = posts.assign(people.store, people.settings, wanted, actor="local", now=small_world.now())
    helper = people.one_more("newcomer")
    client = signed_in(served, people, helper)
    assert client.get(FIGURES).status_code == 403
    address = f"/posts/{post.uid}/deputy"
    assert press(security, address, of="/posts", deputy=helper).location == "/posts?done=deputy"
    assert set(client.get(FIGURES).json["by_grid"]) == {"G2"}
    assert press(security, address, of="/posts", deputy="谁也不是").status_code == 422
    assert press(security, address, of="/posts", deputy="张规划").status_code == 422
    assert press(security, address, of="/posts", deputy="").status_code == 303
    assert client.get(FIGURES).status_code == 403


def test_accounts_from_a_list_are_told_their_passwords_once(served: Flask, people: Organisation) -> None:
    system = signed_in(served, people, "system-admin")
    template = system.get("/accounts/list.xlsx")
    assert template.headers["Cache-Control"] == "no-store"
    sheet = openpyxl.load_workbook(io.BytesIO(template.data)).worksheets[0]
    names = [row[1] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert "网格员 001" in names
    wrong = send(system, "/accounts/import", "/accounts?lang=zh", [["gw 1", "网格员 001"], ["gw2", "网格员 001"]])
    assert wrong.status_code == 422
    assert "“gw 1”不能用作账号" in html.unescape(wrong.text)
    made = send(system, "/accounts/import", "/accounts", [["gw1", "网格员 001"], ["gw2", "新来的"]])
    assert (made.status_code, made.headers["Cache-Control"]) == (200, "no-store")
    passwords = re.findall(r"<td>(gw\d)</td><td>[^<]+</td><td[^>]*><code>([^<]+)</code>", made.text)
    assert [name for name, _ in passwords] == ["gw1", "gw2"]
    assert passwords[0][1] not in system.get("/accounts", headers=PAGE).text
    client = served.test_client()
    assert enter(client, *passwords[0]).location == "/account"
    assert client.get(FIGURES).status_code == 403  # the password comes first


def test_the_list_of_posts_comes_filled_in_and_goes_back(served: Flask, people: Organisation) -> None:
    security = signed_in(served, people, "security-admin")
    answer = security.get("/posts/list.xlsx?lang=zh")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="gridmap-posts.xlsx"'
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    sheet = book.worksheets[0]
    vacant = next(row for row in sheet.iter_rows(min_row=2) if row[0].value is None)
    vacant[0].value = "补缺的人"
    content = io.BytesIO()
    book.save(content)
    taken = upload(security, "/posts/import", "/posts", content.getvalue())
    assert taken.status_code == 200, taken.text[-3000:]
    assert "补缺的人" in {person.name for person in posts.list_people(people.store)}
    vacant[3].value = "G9"
    content = io.BytesIO()
    book.save(content)
    wrong = upload(security, "/posts/import", "/posts?lang=zh", content.getvalue())
    assert (wrong.status_code, "没有编码“G9”" in html.unescape(wrong.text)) == (422, True)


def test_a_list_that_is_no_workbook_is_named_as_it_came(served: Flask, people: Organisation) -> None:
    security = signed_in(served, people, "security-admin")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b"0" * 5_000_000)
    for name in ("名单.xlsx", "C:\\lists\\名单.XLSX", "../../名单.xlsx"):
        for content in (packed.getvalue(), b"\x8d\x07 no workbook"):
            wrong = upload(security, "/posts/import", "/posts?lang=zh", content, name)
            said = html.unescape(wrong.text)
            assert wrong.status_code == 422 and "名单.xlsx 无法作为工作簿读取。" in said, (name, content[:20])
            assert "list.xlsx" not in said.replace("/posts/list.xlsx", "") and "解压" not in said
    assert upload(security, "/posts/import", "/posts", b"a,b\n1,2\n", "n" * 300 + ".csv").status_code == 422


def send(client: FlaskClient, address: str, of: str, rows: list[list[str]]) -> TestResponse:
    book = openpyxl.Workbook()
    for row in (["账号", "姓名"], *rows):
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    return upload(client, address, of, content.getvalue())


def upload(client: FlaskClient, address: str, of: str, content: bytes, name: str = "名单.xlsx") -> TestResponse:
    form = {"csrf_token": token_of(client.get(of, headers=PAGE)), "list": (io.BytesIO(content), name)}
    return client.post(address, data=form, headers=PAGE, content_type="multipart/form-data")
