"""The policy and its companions are on every answer of every route."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gridmap.config import Settings
from gridmap.store.engine import Store
from tests import certificates
from tests.web.routes import addresses
from web.app import create_app

POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{0}'; style-src 'self' 'nonce-{0}'; img-src 'self' data: blob:; "
    "connect-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)


def nonce_of(policy: str) -> str:
    found = re.search(r"script-src 'self' 'nonce-([\w-]+)'", policy)
    assert found
    return found[1]


def nonce_when_complete(response: TestResponse, *, is_https: bool = False) -> str:
    """The nonce of an answer that carries everything an answer has to carry."""
    headers, where = response.headers, f"{response.request.method} {response.request.path} {response.status_code}"
    nonce = nonce_of(headers["Content-Security-Policy"])
    assert headers["Content-Security-Policy"] == POLICY.format(nonce), where
    assert headers["X-Content-Type-Options"] == "nosniff", where
    assert headers["X-Frame-Options"] == "DENY", where
    assert headers["Referrer-Policy"] == "no-referrer", where
    assert "geolocation=()" in headers["Permissions-Policy"], where
    assert headers["Cross-Origin-Opener-Policy"] == headers["Cross-Origin-Resource-Policy"] == "same-origin", where
    assert headers.get("Strict-Transport-Security") == ("max-age=31536000" if is_https else None), where
    assert len(headers.getlist("Content-Security-Policy")) == 1, where
    return nonce


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST"])
def test_every_route_carries_the_policy(app: Flask, client: FlaskClient, method: str) -> None:
    walked = [*addresses(app), "/nowhere", "/api/nowhere"]
    assert len(walked) > 14
    nonces = {nonce_when_complete(client.open(address, method=method)) for address in walked}
    assert len(nonces) == len(walked)  # a nonce is used once


def test_every_route_has_more_by_https(settings: Settings, tmp_path: Path, store: Store) -> None:
    tls = certificates.make(tmp_path, "grid.example.cn")
    app = create_app(replace(settings, tls=tls), warm_up=False)
    client = app.test_client()
    asked = [(address, how) for address in [*addresses(app), "/nowhere"] for how in ("GET", "POST")]
    server = "https://grid.example.cn:8443"
    nonces = {nonce_when_complete(client.open(at, method=how, base_url=server), is_https=True) for at, how in asked}
    assert len(nonces) == len(asked)


def test_refusals_and_unchanged_answers_carry_it_too(app: Flask, client: FlaskClient) -> None:
    unchanged = 0
    for address in addresses(app):
        first = client.get(address)
        if "ETag" in first.headers:
            second = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
            unchanged += second.status_code == 304
            nonce_when_complete(second)
    assert unchanged >= 5
    for status, response in [
        (421, client.get("/healthz", headers={"Host": "evil.example"})),
        (413, client.get("/healthz", data=b"x" * (2 << 20))),
        (414, client.get(f"/?lang={'a' * 9000}")),
        (405, client.delete("/")),
        (400, client.post("/api/v1/incidents", json={})),
        (421, client.get("/nowhere", headers={"Host": "a b", "Accept": "text/html"})),
    ]:
        assert response.status_code == status
        nonce_when_complete(response)


def test_what_breaks_inside_carries_it_too(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(store: Store) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Store, "read", fail)
    for accept in ("text/html", "application/json"):
        response = client.get("/", headers={"Accept": accept})
        assert response.status_code == 500
        nonce_when_complete(response)


def test_the_page_has_nothing_inline_without_its_nonce_and_nothing_from_outside(client: FlaskClient) -> None:
    response = client.get("/")
    nonce = nonce_of(response.headers["Content-Security-Policy"])
    scripts = re.findall(r"<(script|style)\b([^>]*)>", response.text)
    assert scripts
    for tag, attributes in scripts:
        assert "src=" in attributes or f'nonce="{nonce}"' in attributes, (tag, attributes)
    assert not re.search(r"\son\w+=|\sstyle=|javascript:", response.text)
    assert not re.findall(r"(?:src|href)=[\"'](?:https?:)?//", response.text)


def test_the_map_of_the_page_is_folium_s_and_can_be_taken_over(client: FlaskClient) -> None:
    text = client.get("/").text
    assert text.count('data-leaflet="map_main"') == 1
    assert "var map_main = L.map(" in text
    assert '"preferCanvas": true' in text
    assert re.search(r"map_main\.gridmap = \{.*\"extent\": \[114\.95", text)


def test_what_the_project_says_of_itself_cannot_leave_its_place_in_the_page(client: FlaskClient) -> None:
    assert "测试数据 <b>" not in client.get("/").text  # the attribution of the small world


def test_a_text_with_the_character_0_is_refused(client: FlaskClient) -> None:
    answer = client.post("/api/v1/incidents", json={"summary": "a\0b"})
    assert answer.status_code == 422
    assert "NUL" in answer.get_json()["error"]["message"]
