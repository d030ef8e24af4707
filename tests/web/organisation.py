"""The small world with accounts: three administrators, and people with posts; and browsers signed in as them."""

from __future__ import annotations

import base64
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gridmap.config import Settings
from gridmap.domain import totp
from gridmap.domain.access import LOCAL, Admin
from gridmap.services import accounts, posts
from gridmap.services.accounts import Hashing, NewAccount
from gridmap.services.posts import NewPost, PlaceKind, PostPlace
from gridmap.store.engine import Store
from tests.services import small_world

CHEAP = Hashing(passes=1, memory_kib=8, lanes=1)
PASSWORD = "four words of {0} each"
PAGE = {"Accept": "text/html"}
STREET, GRID = PostPlace(PlaceKind.AREA, "01"), PostPlace(PlaceKind.GRID, "G1")
POSTS = {
    "commander": ("commander", STREET),  # the street is all there is
    "planner": ("planner", STREET),
    "auditor": ("auditor", STREET),
    "worker": ("grid_worker", GRID),
    "newcomer": None,
}


@dataclass
class Organisation:
    """The accounts by name -> uid; recovery codes by administrator, one for each sign-in."""

    store: Store
    settings: Settings
    uids: dict[str, str] = field(default_factory=dict)
    codes: dict[str, list[str]] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(2))

    def password(self, name: str) -> str:
        return PASSWORD.format(name)

    def code(self, name: str) -> str:
        return self.codes[name].pop() if name in self.codes else ""

    def one_more(self, like: str) -> str:
        """The name of a new account with the same post, for a test that changes it."""
        name = f"{like}-{next(self.numbers)}"
        self.add(name, POSTS[like])
        return name

    def add(self, name: str, post: tuple[str, PostPlace] | None) -> None:
        now, first = small_world.now(), "first password of it"
        account = accounts.create(
            self.store, self.settings, NewAccount(name, f"{name} 001", first), actor=LOCAL.name, now=now, hashing=CHEAP
        )
        accounts.change_password(
            self.store, self.settings, account.uid, first, self.password(name), now=now, hashing=CHEAP
        )
        self.uids[name] = account.uid
        if post is not None:
            new = NewPost(post[0], post[1], account.worker_uid)
            posts.assign(self.store, self.settings, new, actor=LOCAL.name, now=now)


def build(store: Store, settings: Settings) -> Organisation:
    """Accounts in the small world. Everybody has signed in before: nobody owes anything."""
    now, made = small_world.now(), Organisation(store, settings)
    names = {admin: f"{admin}-admin" for admin in Admin}
    admins = {admin: NewAccount(name, f"{name} 001", made.password(name), admin) for admin, name in names.items()}
    uids = accounts.create_admins(store, settings, admins, now=now, hashing=CHEAP)
    for admin, uid in uids.items():
        made.uids[names[admin]] = uid
        made.codes[names[admin]] = _enrolled(store, settings, uid)
    for name, post in POSTS.items():
        made.add(name, post)
    return made


def _enrolled(store: Store, settings: Settings, uid: str) -> list[str]:
    enrolment = accounts.enrol_totp(store, settings, uid, now=small_world.now(), hashing=CHEAP)
    code = totp.code_at(secret_of(enrolment.secret), totp.step_of(small_world.now()))
    return accounts.confirm_totp(store, settings, uid, enrolment.sealed, code, now=small_world.now())


def secret_of(text: str) -> bytes:
    """The secret as an app keeps it, of what is typed."""
    return base64.b32decode(text + "=" * (-len(text) % 8))


def token_of(page: TestResponse) -> str:
    """The forgery token in a page's forms."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found, page.text[:400]
    return found[1]


def enter(client: FlaskClient, name: str, password: str, code: str = "", **more: str) -> TestResponse:
    """What the sign-in form sends."""
    token = token_of(client.get("/sign-in", headers=PAGE))
    form = {"csrf_token": token, "name": name, "password": password, "code": code, **more}
    return client.post("/sign-in", data=form, headers=PAGE)


def signed_in(app: Flask, people: Organisation, name: str) -> FlaskClient:
    """A browser in which somebody has signed in."""
    client = app.test_client()
    answer = enter(client, name, people.password(name), people.code(name))
    assert answer.status_code == 303, answer.text[:400]
    return client


def press(client: FlaskClient, address: str, of: str = "/account", **form: str) -> TestResponse:
    """A form of a page, sent with that page's token."""
    return client.post(address, data={"csrf_token": token_of(client.get(of, headers=PAGE)), **form}, headers=PAGE)
