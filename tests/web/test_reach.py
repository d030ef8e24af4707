"""Other machines are served with accounts and HTTPS only; names and proxies are believed only where they may be."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask, request, session
from flask.testing import FlaskClient

from gridmap.config import Settings
from gridmap.domain.access import Admin
from gridmap.errors import BadSettings
from gridmap.reach import PublicUrl, networks
from gridmap.services import accounts
from gridmap.services.accounts import Hashing, NewAccount
from gridmap.services.exposure import require_accounts
from gridmap.store.engine import Store, open_store
from tests import certificates
from tests.postgres_databases import Databases
from tests.services import small_world
from web.app import create_app
from web.reach import Proxied, host_name, own_names

PUBLIC = PublicUrl("grid.example.cn", 8443)
HTTPS = {"wsgi.url_scheme": "https"}
STRICT = "max-age=31536000"


def make_administrators(store: Store, settings: Settings) -> None:
    cheap = Hashing(passes=1, memory_kib=8, lanes=1)
    new = {
        admin: NewAccount(f"{admin}-admin", str(admin), f"a long and {admin} password of 2026") for admin in Admin
    }
    accounts.create_admins(store, settings, new, now=dt.datetime(2026, 11, 20, tzinfo=dt.UTC), hashing=cheap)


@pytest.fixture(scope="module")
def public_app(
    template_db: str, tmp_path_factory: pytest.TempPathFactory, databases: Databases | None
) -> Iterator[Flask]:
    """An application with a public address; /healthz says whom it takes for the sender, and begins a session."""

    def say() -> str:
        session["begun"] = True
        return f"{request.remote_addr} {request.scheme}"

    with small_world.standing(template_db, tmp_path_factory.mktemp("public"), databases) as settings:
        store = open_store(settings.db)
        make_administrators(store, settings)
        store.close()
        public = replace(settings, public_url=PUBLIC, proxies=networks("10.1.0.0/24"))
        app = create_app(public, now=small_world.now, warm_up=False)
        app.view_functions["health.healthz"] = say
        yield app


@pytest.fixture
def client(public_app: Flask) -> FlaskClient:
    return public_app.test_client()


def test_what_others_could_reach_needs_accounts_and_https(settings: Settings, tmp_path: Path) -> None:
    tls = certificates.make(tmp_path, "grid.example.cn")
    for changed in ({"host": "0.0.0.0"}, {"host": "192.168.0.7", "tls": tls}, {"public_url": PUBLIC}):
        with pytest.raises(BadSettings, match="there are no accounts") as found:
            require_accounts(replace(settings, **changed), has_accounts=False)
        assert "gridmap init" in found.value.hint
        with pytest.raises(BadSettings, match="the demo is open"):
            require_accounts(replace(settings, is_demo=True, **changed), has_accounts=True)
    with pytest.raises(BadSettings, match="there is no HTTPS") as found:
        require_accounts(replace(settings, host="0.0.0.0"), has_accounts=True)
    assert "GRIDMAP_TLS_CERT" in found.value.hint and "GRIDMAP_PUBLIC_URL" in found.value.hint
    for changed in ({"host": "0.0.0.0", "tls": tls}, {"host": "::", "public_url": PUBLIC}, {"public_url": PUBLIC}):
        require_accounts(replace(settings, **changed), has_accounts=True)
    require_accounts(settings, has_accounts=False)  # this machine alone


def test_an_application_is_not_built_for_others_without_accounts(store: Store, settings: Settings) -> None:
    for changed in ({"host": "0.0.0.0"}, {"public_url": PUBLIC}):
        with pytest.raises(BadSettings, match="other machines can reach"):
            create_app(replace(settings, **changed), warm_up=False)


def test_the_public_name_is_answered_by_https_alone(client: FlaskClient) -> None:
    name = {"Host": "Grid.example.cn:8443"}
    plain = client.get("/healthz", headers=name)
    assert (plain.status_code, plain.json["error"]["code"]) == (403, "not_encrypted")
    assert "X-Forwarded-Proto" in plain.json["error"]["hint"]
    assert "Strict-Transport-Security" not in plain.headers
    safe = client.get("/healthz", headers=name, environ_overrides=HTTPS)
    assert (safe.status_code, safe.headers["Strict-Transport-Security"]) == (200, STRICT)


def test_the_session_of_the_public_name_is_kept_to_https(client: FlaskClient) -> None:
    name = {"Host": "grid.example.cn:8443"}
    answer = client.get("/healthz", headers=name, environ_overrides=HTTPS)
    assert answer.status_code == 200
    cookie = answer.headers["Set-Cookie"]
    assert "Secure" in cookie and "HttpOnly" in cookie and "SameSite=Lax" in cookie


@pytest.mark.parametrize(
    ("host", "sender", "status"),
    [
        ("127.0.0.1:8000", "127.0.0.1", 200),
        ("localhost", "::1", 200),
        ("grid.example.cn.evil.example", "127.0.0.1", 421),
        ("evil.example", "127.0.0.1", 421),
        ("localhost", "10.9.9.9", 421),  # who writes this name sits somewhere else
        ("127.0.0.1:8000", "10.1.0.9", 421),
    ],
)
def test_names_of_this_machine_are_for_this_machine(host: str, sender: str, status: int, client: FlaskClient) -> None:
    answer = client.get("/healthz", headers={"Host": host}, environ_overrides={"REMOTE_ADDR": sender})
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("sender", "headers", "told"),
    [
        ("127.0.0.1", {"X-Forwarded-Proto": "https", "X-Forwarded-For": "10.20.0.7"}, "10.20.0.7 https"),
        ("10.1.0.9", {"X-Forwarded-Proto": "https", "X-Forwarded-For": "10.20.0.7"}, "10.20.0.7 https"),
        ("::1", {"X-Forwarded-Proto": "HTTPS", "X-Forwarded-For": "fd00::7"}, "fd00::7 https"),
        # what stands further left came with the request: nobody vouches for it
        ("10.1.0.9", {"X-Forwarded-Proto": "https", "X-Forwarded-For": "127.0.0.1, 10.20.0.7"}, "10.20.0.7 https"),
        ("10.1.0.9", {"X-Forwarded-Proto": "https", "X-Forwarded-For": "10.20.0.7, 10.1.0.8"}, "10.20.0.7 https"),
        ("10.1.0.9", {"X-Forwarded-Proto": "https", "X-Forwarded-For": "nonsense"}, "10.1.0.9 https"),
    ],
)
def test_a_trusted_proxy_says_who_asks(sender: str, headers: dict[str, str], told: str, client: FlaskClient) -> None:
    wanted = {"Host": "grid.example.cn"} | headers
    answer = client.get("/healthz", headers=wanted, environ_overrides={"REMOTE_ADDR": sender})
    assert (answer.status_code, answer.text) == (200, told)


@pytest.mark.parametrize(
    ("sender", "headers"),
    [
        ("10.2.0.9", {"X-Forwarded-Proto": "https", "X-Forwarded-For": "127.0.0.1"}),  # a stranger
        ("10.1.0.9", {"X-Forwarded-Proto": "https, http"}),  # the last one counts
        ("10.1.0.9", {"X-Forwarded-Proto": "ftp"}),
        ("10.1.0.9", {"X-Forwarded-Scheme": "https", "Forwarded": "proto=https"}),
    ],
)
def test_nobody_else_makes_a_request_encrypted(sender: str, headers: dict[str, str], client: FlaskClient) -> None:
    wanted = {"Host": "grid.example.cn"} | headers
    answer = client.get("/healthz", headers=wanted, environ_overrides={"REMOTE_ADDR": sender})
    assert (answer.status_code, answer.json["error"]["code"]) == (403, "not_encrypted")


def test_a_stranger_does_not_become_this_machine_by_a_header(client: FlaskClient) -> None:
    told = {"Host": "localhost", "X-Forwarded-For": "127.0.0.1", "X-Forwarded-Proto": "https"}
    answer = client.get("/healthz", headers=told, environ_overrides={"REMOTE_ADDR": "10.2.0.9"})
    assert answer.status_code == 421


def test_without_a_public_address_no_header_of_a_proxy_is_believed(own_client: FlaskClient) -> None:
    assert not isinstance(own_client.application.wsgi_app, Proxied)
    told = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "10.20.0.7"}
    assert "Strict-Transport-Security" not in own_client.get("/healthz", headers=told).headers


def test_the_names_of_the_certificate_are_answered(settings: Settings, tmp_path: Path) -> None:
    tls = certificates.make(tmp_path, "Grid.example.cn", "10.1.2.3", "fd00::5")
    found = own_names(replace(settings, host="0.0.0.0", tls=tls, public_url=PublicUrl("map.example")))
    assert found == {"grid.example.cn", "10.1.2.3", "[fd00::5]", "map.example", "0.0.0.0"}
    assert own_names(settings) == frozenset()


@pytest.mark.parametrize(
    ("authority", "name"),
    [("Grid.Example:80", "grid.example"), ("[::1]:8000", "[::1]"), ("::1", "[::1]"), ("10.0.0.1", "10.0.0.1")],
)
def test_the_name_in_an_authority(authority: str, name: str) -> None:
    assert host_name(authority) == name


def test_localhost_is_never_told_to_stay_with_https(client: FlaskClient) -> None:
    """It would hold for everything else that this machine serves."""
    answer = client.get("/healthz", headers={"Host": "localhost:8000"}, environ_overrides=HTTPS)
    assert answer.status_code == 200
    assert "Strict-Transport-Security" not in answer.headers
