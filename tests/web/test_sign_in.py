"""Signing in and out, what ends a session, one's own account, and the pages of who looks after accounts and posts."""

from __future__ import annotations

import datetime as dt
import io
import re
from dataclasses import replace

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gridmap.config import Settings
from gridmap.domain import totp
from gridmap.domain.access import TITLES, Admin, Role
from gridmap.services import accounts, demo_accounts
from gridmap.store.engine import Store
from tests.services import small_world
from tests.web import organisation
from tests.web.organisation import PAGE, Organisation, enter, press, secret_of, signed_in, token_of
from web import auth
from web.app import create_app
from web.gate import IDLE_MIN
from web.pages.accounts.sign_in import is_local_path


class Clock:
    """What time it is, for the application and for nobody else."""

    def __init__(self) -> None:
        self.now = small_world.now()

    def __call__(self) -> dt.datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += dt.timedelta(**by)


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def served(people: Organisation, clock: Clock) -> Flask:
    """One application for all tests here; a test that changes an account makes one more."""
    return create_app(people.settings, now=clock, warm_up=False, hashing=organisation.CHEAP)


def is_in(client: FlaskClient) -> bool:
    return client.get("/api/v1/me").status_code == 200


def test_the_first_start_makes_three_administrators_and_then_everybody_signs_in(settings: Settings) -> None:
    app = create_app(settings, now=small_world.now, warm_up=False, hashing=organisation.CHEAP)
    client = app.test_client()
    assert client.get("/", headers=PAGE).location == "/first-start"
    form = {f"{admin}_{field}": f"{admin} has own words" for admin in Admin for field in ("password", "again")}
    form |= {f"{admin}_name": f"{admin}-admin" for admin in Admin}
    twice = press(client, "/first-start", "/first-start", **(form | {"audit_name": "system-admin"}))
    assert twice.status_code == 422
    assert "一人不得兼任两名管理员" in twice.text
    unlike = press(client, "/first-start", "/first-start", **(form | {"audit_again": "something else"}))
    assert unlike.status_code == 422
    assert client.get("/api/v1/me").json["name"] == "local"
    assert press(client, "/first-start", "/first-start", **form).location == "/sign-in"
    assert client.get("/api/v1/me").status_code == 401
    assert client.get("/first-start", headers=PAGE).location == "/sign-in"
    entered = enter(client, "system-admin", form["system_password"])
    assert entered.location == "/account"
    assert client.get("/accounts", headers=PAGE).location == "/account"  # the second factor comes first
    assert "nav__link" not in client.get("/account", headers=PAGE).text
    assert client.get("/api/v1/plans").status_code == 403


def test_who_goes_on_alone_is_not_asked_again(settings: Settings) -> None:
    client = create_app(settings, now=small_world.now, warm_up=False).test_client()
    assert press(client, "/first-start/alone", "/first-start").location == "/"
    assert client.get("/", headers=PAGE).status_code == 200
    assert client.get("/first-start", headers=PAGE).status_code == 200  # by hand, later


def test_an_enrolled_administrator_gives_a_code(served: Flask, people: Organisation, clock: Clock) -> None:
    client = served.test_client()
    half = enter(client, "system-admin", people.password("system-admin"))
    assert half.status_code == 200
    assert not re.search(r'id="code-field"[^>]* hidden', half.text)
    assert not is_in(client)
    wrong = enter(client, "system-admin", people.password("system-admin"), "000000")
    assert wrong.status_code == 401
    clock.forward(minutes=20)
    right = enter(client, "system-admin", people.password("system-admin"), people.code("system-admin"))
    assert right.location == "/accounts"
    assert is_in(client)


def test_setting_up_a_second_factor(served: Flask, people: Organisation, clock: Clock) -> None:
    name = people.one_more("worker")
    client = signed_in(served, people, name)
    page = client.get("/account/second-factor", headers=PAGE)
    assert "<svg" in page.text
    fields = dict(re.findall(r'name="(sealed|secret|address|csrf_token)" value="([^"]+)"', page.text))
    wrong = client.post("/account/second-factor", data=fields | {"code": "000000"}, headers=PAGE)
    assert (wrong.status_code, "动态码不正确" in wrong.text) == (422, True)
    code = totp.code_at(secret_of(fields["secret"]), totp.step_of(clock()))
    shown = client.post("/account/second-factor", data=fields | {"code": code}, headers=PAGE)
    codes = re.findall(r"<li><code>([\w-]+)</code>", shown.text)
    assert len(set(codes)) == 10
    other = served.test_client()
    assert enter(other, name, people.password(name), codes[3]).status_code == 303
    again = enter(served.test_client(), name, people.password(name), codes[3])
    assert again.status_code == 401  # a code counts once


def test_refusals_say_the_same_whoever_it_is(served: Flask, people: Organisation) -> None:
    said = set()
    for name in (people.one_more("commander"), "nobody-at-all"):
        page = enter(served.test_client(), name, "not the password")
        assert page.status_code == 401
        said.add(re.sub(r'(nonce|csrf_token" value|content|value)="[^"]*"', "", page.text))
    assert len(said) == 1


def test_the_cookie_is_for_this_server_alone_and_begins_anew(served: Flask, people: Organisation) -> None:
    client = served.test_client()
    before = token_of(client.get("/sign-in", headers=PAGE))
    answer = enter(client, "commander", people.password("commander"))
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie
    after = client.post("/account/sign-out-everywhere", data={"csrf_token": before}, headers=PAGE)
    assert after.status_code == 400  # the token of before signing in is no longer one
    secure = served.test_client()
    page = secure.get("/sign-in", headers=PAGE, base_url="https://localhost")
    assert "Secure" in page.headers["Set-Cookie"]


def test_a_change_without_the_page_s_token_is_refused(served: Flask, people: Organisation) -> None:
    client = signed_in(served, people, "commander")
    for address in ("/sign-out", "/account/password", "/api/v1/incidents", "/sign-in"):
        assert client.post(address, headers=PAGE).status_code == 400, address
    assert is_in(client)


def test_signing_out(served: Flask, people: Organisation) -> None:
    client = signed_in(served, people, "commander")
    assert press(client, "/sign-out").location == "/sign-in"
    assert not is_in(client)


def test_a_session_that_is_not_used_ends(served: Flask, people: Organisation, clock: Clock) -> None:
    client = signed_in(served, people, "commander")
    for _ in range(3):
        clock.forward(minutes=IDLE_MIN - 1)
        assert is_in(client)
    clock.forward(minutes=IDLE_MIN + 1)
    assert not is_in(client)


def test_what_a_page_asks_for_by_itself_is_no_use(served: Flask, people: Organisation, clock: Clock) -> None:
    client = signed_in(served, people, "commander")
    clock.forward(minutes=IDLE_MIN - 1)
    assert client.get("/api/v1/changes?since=0").status_code == 200
    assert client.get("/api/v1/counts", headers={auth.UNATTENDED: "1"}).status_code == 200
    clock.forward(minutes=2)
    assert not is_in(client)


def test_disabling_an_account_ends_its_sessions_and_tokens_at_once(served: Flask, people: Organisation) -> None:
    name = people.one_more("commander")
    client = signed_in(served, people, name)
    made = press(client, "/account/tokens", name="report", until="2024-08-01", action="see_map")
    token = {"Authorization": "Bearer " + re.findall(r'id="token">([^<]+)', made.text)[0]}
    program = served.test_client()
    assert program.get("/api/v1/counts", headers=token).status_code == 200
    system = signed_in(served, people, "system-admin")
    assert press(system, f"/accounts/{people.uids[name]}/disable", "/accounts").status_code == 303
    assert not is_in(client)
    assert program.get("/api/v1/counts", headers=token).status_code == 401


def test_changing_the_password_ends_the_other_sessions(served: Flask, people: Organisation) -> None:
    name = people.one_more("commander")
    here, there = signed_in(served, people, name), signed_in(served, people, name)
    old, new = people.password(name), "another four long words"
    unlike = press(here, "/account/password", old=old, new=new, again="something else")
    assert (unlike.status_code, "两次输入的新密码不一致" in unlike.text) == (422, True)
    assert press(here, "/account/password", old="wrong one", new=new, again=new).status_code == 422
    assert is_in(there)
    assert press(here, "/account/password", old=old, new=new, again=new).status_code == 303
    assert is_in(here)
    assert not is_in(there)


def test_signing_out_everywhere_leaves_this_one(served: Flask, people: Organisation) -> None:
    name = people.one_more("commander")
    here, there = signed_in(served, people, name), signed_in(served, people, name)
    assert press(here, "/account/sign-out-everywhere").status_code == 303
    assert (is_in(here), is_in(there)) == (True, False)


def test_a_token_does_what_it_is_for_and_needs_no_forgery_token(served: Flask, people: Organisation) -> None:
    client = signed_in(served, people, "commander")
    too_much = press(client, "/account/tokens", name="all", until="2024-08-01", action="import")
    assert too_much.status_code == 422
    made = press(client, "/account/tokens", name="intake", until="2024-08-01", action="report_incident")
    token = {"Authorization": "Bearer " + re.findall(r'id="token">([^<]+)', made.text)[0]}
    program = served.test_client()
    lon, lat = small_world.in_block(0, 1)
    report = {"kind": "order.noise", "occurred_on": "2024-05-30", "lon": lon, "lat": lat}
    assert program.post("/api/v1/incidents", json=report, headers=token).status_code == 201
    assert program.get("/api/v1/counts", headers=token).status_code == 403
    assert program.get("/account", headers=token).status_code == 403
    assert program.get("/api/v1/counts", headers={"Authorization": "Bearer gm_wrong"}).status_code == 401
    uid = re.findall(r"/account/tokens/([\w-]+)/revoke", client.get("/account", headers=PAGE).text)[0]
    assert press(client, f"/account/tokens/{uid}/revoke").status_code == 303
    assert program.post("/api/v1/incidents", json=report, headers=token).status_code == 401


@pytest.mark.parametrize(
    ("address", "expected"),
    [("/", True), ("/incidents?kind=a&x=1", True), ("/?at=1,2#13/30/114", True), ("/一网格", True),
     ("", False), ("incidents", False), ("//evil.example", False), ("/\\evil.example", False),
     ("https://evil.example/", False), ("/\t/evil.example", False), ("/ a", False), ("javascript:1", False)],
)  # fmt: skip
def test_only_paths_of_this_server_are_followed(address: str, expected: bool) -> None:
    assert is_local_path(address) is expected


def test_signing_in_leads_to_where_one_wanted_to_go(served: Flask, people: Organisation) -> None:
    wanted = enter(served.test_client(), "commander", people.password("commander"), next="/incidents?kind=order")
    assert wanted.location == "/incidents?kind=order"
    elsewhere = enter(served.test_client(), "commander", people.password("commander"), next="//evil.example/")
    assert elsewhere.location == "/"


def test_a_new_account_changes_its_password_first(served: Flask, people: Organisation) -> None:
    system = signed_in(served, people, "system-admin")
    made = press(system, "/accounts", "/accounts", name="clerk-2", shown_name="受理员 002")
    (password,) = re.findall(r'id="token">([^<]+)', made.text)
    assert password not in system.get("/accounts", headers=PAGE).text
    known = press(system, "/accounts", "/accounts", name="clerk-2", shown_name="受理员 003")
    assert (known.status_code, "已有账号“clerk-2”" in known.text) == (422, True)
    client = served.test_client()
    assert enter(client, "clerk-2", password).location == "/account"
    assert client.get("/", headers=PAGE).location == "/account"
    new = "words for the second clerk"
    assert press(client, "/account/password", old=password, new=new, again=new).status_code == 303
    assert client.get("/linkage", headers=PAGE).status_code == 403  # ready, and without a post


def test_an_administrator_does_not_change_another_s_account(served: Flask, people: Organisation) -> None:
    system = signed_in(served, people, "system-admin")
    answer = press(system, f"/accounts/{people.uids['audit-admin']}/disable", "/accounts")
    assert (answer.status_code, "管理员账号不由其他管理员改动" in answer.text) == (422, True)
    page = system.get("/accounts?q=admin", headers=PAGE).text
    assert page.count("<tr>") == 4
    assert "/disable" not in page


def test_a_forgotten_password(served: Flask, people: Organisation) -> None:
    name = people.one_more("commander")
    system, client = signed_in(served, people, "system-admin"), signed_in(served, people, name)
    made = press(system, f"/accounts/{people.uids[name]}/password", "/accounts")
    (password,) = re.findall(r'id="token">([^<]+)', made.text)
    assert not is_in(client)
    assert enter(client, name, password).location == "/account"


def test_a_post_that_is_given_counts_at_the_next_request(served: Flask, people: Organisation) -> None:
    name = people.one_more("newcomer")
    client, security = signed_in(served, people, name), signed_in(served, people, "security-admin")
    assert client.get("/incidents", headers=PAGE).status_code == 403
    form = {"title": "clerk", "place": "新下陆街道", "worker": f"{name} 001"}
    assert press(security, "/posts", "/posts", **(form | {"place": "nowhere"})).status_code == 422
    assert press(security, "/posts", "/posts", **form).status_code == 303
    assert client.get("/incidents", headers=PAGE).status_code == 200
    page = security.get(f"/posts?title=clerk&q={name}", headers=PAGE).text
    (uid,) = re.findall(r"/posts/([\w-]+)/end", page)
    assert press(security, f"/posts/{uid}/end", "/posts", on="2024-05-30").status_code == 303  # yesterday
    assert client.get("/incidents", headers=PAGE).status_code == 403


def test_posts_from_a_list(served: Flask, people: Organisation) -> None:
    security = signed_in(served, people, "security-admin")
    bad = sheet([("姓名", "岗位", "地点"), ("巡防队员 001", "巡防队员", "车站"), ("巡防队员 002", "舵手", "车站")])
    answer = _send(security, bad)
    assert (answer.status_code, "没有“舵手”这种岗位" in answer.text) == (422, True)
    good = sheet([("姓名", "岗位", "地点"), ("巡防队员 001", "巡防队员", "车站")])
    assert _send(security, good).status_code == 200
    assert "巡防队员 001" in security.get("/posts?q=车站", headers=PAGE).text
    assert _send(security, b"no workbook").status_code == 422


def sheet(rows: list[tuple[str, ...]]) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def _send(client: FlaskClient, content: bytes) -> TestResponse:
    data = {"csrf_token": token_of(client.get("/posts", headers=PAGE)), "list": (io.BytesIO(content), "posts.xlsx")}
    return client.post("/posts/import", data=data, headers=PAGE, content_type="multipart/form-data")


def test_the_demo_is_seen_as_each_role_by_one_press(world: Store, settings: Settings) -> None:
    demo = replace(settings, is_demo=True)
    client = create_app(demo, now=small_world.now, warm_up=False, hashing=organisation.CHEAP).test_client()
    assert client.get("/incidents", headers=PAGE).status_code == 200
    page = client.get("/sign-in?lang=en", headers=PAGE).text
    assert len(re.findall(r'formaction="/demo/demo-', page)) == len(Role) + len(Admin)
    assert {TITLES[one.title] for one in demo_accounts.OFFERED if one.title} == set(Role)
    assert press(client, "/demo/demo-system", "/sign-in").location == "/accounts"
    assert client.get("/incidents", headers=PAGE).status_code == 403
    assert press(client, "/demo/demo-worker", "/sign-in").status_code == 303
    assert client.get("/api/v1/me").json["name"] == "demo-worker"
    assert client.get("/api/v1/imports").status_code == 403
    assert press(client, "/sign-out").location == "/"
    assert client.get("/api/v1/me").json["name"] == "local"  # the open view again
    assert press(client, "/demo/nobody", "/sign-in").status_code == 404


def test_demo_accounts_are_in_the_demo_alone(world: Store, settings: Settings) -> None:
    real = create_app(settings, now=small_world.now, warm_up=False, hashing=organisation.CHEAP).test_client()
    assert press(real, "/demo/demo-commander", "/first-start").status_code == 404
    assert not accounts.have_accounts(world)
    demo = create_app(replace(settings, is_demo=True), now=small_world.now, warm_up=False).test_client()
    press(demo, "/demo/demo-commander", "/sign-in")
    taken = create_app(settings, now=small_world.now, warm_up=False, hashing=organisation.CHEAP).test_client()
    assert enter(taken, "demo-commander", "").status_code == 401  # the same database, served as nobody's demo
    with taken.session_transaction() as here, demo.session_transaction() as there:
        here.update(there)
    assert taken.get("/api/v1/me").status_code == 401
