"""The policy and its companions are on every route; the server answers to this machine alone."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gridmap.config import Settings
from gridmap.errors import BadSettings
from tests.web.routes import addresses
from web.app import create_app
from web.security import is_loopback

POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{0}'; style-src 'self' 'nonce-{0}'; img-src 'self' data: blob:; "
    "connect-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)


def nonce_of(policy: str) -> str:
    found = re.search(r"script-src 'self' 'nonce-([\w-]+)'", policy)
    assert found
    return found[1]


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST"])
def test_every_route_carries_the_policy(app: Flask, client: FlaskClient, method: str) -> None:
    walked = addresses(app)
    assert len(walked) > 12
    nonces = set()
    for address in [*walked, "/nowhere", "/api/nowhere"]:
        headers = client.open(address, method=method).headers
        nonces.add(nonce_of(headers["Content-Security-Policy"]))
        assert headers["Content-Security-Policy"] == POLICY.format(nonce_of(headers["Content-Security-Policy"]))
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "geolocation=()" in headers["Permissions-Policy"]
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert len(nonces) == len(walked) + 2  # a nonce is used once


def test_refusals_and_unchanged_answers_carry_it_too(client: FlaskClient) -> None:
    first = client.get("/api/v1/situation")
    for response in (
        client.get("/api/v1/situation", headers={"If-None-Match": first.headers["ETag"]}),
        client.get("/healthz", headers={"Host": "evil.example"}),
        client.get("/healthz", data=b"x" * (2 << 20)),
    ):
        assert response.status_code in {304, 421, 413}
        assert nonce_of(response.headers["Content-Security-Policy"])


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


def test_an_address_that_others_reach_is_refused(settings: Settings) -> None:
    with pytest.raises(BadSettings, match="other machines can reach"):
        create_app(replace(settings, host="0.0.0.0"), warm_up=False)


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("::1", True), ("[::1]", True), ("localhost.", True), ("127.1.2.3", True),
     ("0.0.0.0", False), ("", False), ("::", False), ("localhost.example", False), ("192.168.1.2", False)],
)  # fmt: skip
def test_loopback(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_a_text_with_the_character_0_is_refused(client: FlaskClient) -> None:
    answer = client.post("/api/v1/incidents", json={"summary": "a\0b"})
    assert answer.status_code == 422
    assert "NUL" in answer.get_json()["error"]["message"]
