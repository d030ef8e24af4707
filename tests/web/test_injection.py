"""Attacking texts in every word of every address and every field of every form: no page and no header takes them for
more than texts, and no database breaks.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.http import parse_options_header
from werkzeug.test import TestResponse

from tests import attacks
from tests.web.organisation import PAGE, Organisation, signed_in, token_of
from tests.web.routes import PARTS, addresses

WEB = Path(__file__).resolve().parents[2] / "web"
GROUPS = 4  # of words that are asked with at once: an address has 8 KB
OTHER_WORDS = {"lang", "theme", "next", "done", "why", "before", "list"}


def form_fields() -> set[str]:
    """The fields of all forms."""
    return {
        name
        for template in (WEB / "templates").rglob("*.html")
        for name in re.findall(r'<(?:input|select|textarea|button)[^>]* name="(\w+)"', template.read_text("utf-8"))
    } - {"csrf_token"}


def words(app: Flask) -> set[str]:
    """The words of all addresses."""
    spec = app.test_client().get("/api/openapi.json").json
    described = {
        parameter["name"]
        for operations in spec["paths"].values()
        for operation in operations.values()
        for parameter in operation["parameters"]
    }
    return described | form_fields() | OTHER_WORDS


def is_harmless(answer: TestResponse, asked: object) -> None:
    assert answer.status_code < 500, (asked, answer.text[:300])
    assert "X-Hit" not in answer.headers, asked
    assert not any(cookie.startswith("hit=") for cookie in answer.headers.getlist("Set-Cookie")), asked
    assert "\u560a" not in "".join(answer.headers.values()), asked
    if answer.mimetype == "text/html":
        assert "<x-hit" not in answer.text, asked
        assert '" autofocus onfocus=hit' not in answer.text, asked
        assert "' onmouseover='hit" not in answer.text, asked
    else:
        assert answer.headers["X-Content-Type-Options"] == "nosniff", asked
    if answer.location:
        assert not answer.location.startswith(("//", "http://evil", "https://evil")), asked


def pages(app: Flask) -> list[str]:
    programs = ("/api", "/tiles", "/static", "/basemap", "/i18n", "/healthz")
    return sorted({address.partition("?")[0] for address in addresses(app) if not address.startswith(programs)})


def ask_with(client: FlaskClient, paths: list[str], groups: list[list[str]], *texts: str) -> int:
    """Every path with every text in every group of words -> how many answers were looked at."""
    seen = 0
    for path in paths:
        for group in groups:
            for text in texts:
                answer = client.get(path, query_string=dict.fromkeys(group, text), headers=PAGE, buffered=True)
                assert answer.status_code != 414
                is_harmless(answer, (path, group, text))
                seen += 1
    return seen


def test_every_word_of_every_address(app: Flask, client: FlaskClient) -> None:
    found = sorted(words(app))
    assert {"kinds", "from", "q", "title", "next", "name", "record"} <= set(found)
    groups = [found[start::GROUPS] for start in range(GROUPS)]
    assert ask_with(client, pages(app), groups, attacks.SHORT, attacks.HEADERS[1]) == len(pages(app)) * GROUPS * 2
    for address in addresses(app):
        name = address.partition("?")[2].partition("=")[0]
        if name:  # a word that the operation knows
            ask_with(client, [address.partition("?")[0]], [[name]], *attacks.SQL, *attacks.HEADERS)


@pytest.mark.full
def test_every_word_alone(app: Flask, client: FlaskClient) -> None:
    alone = [[name] for name in sorted(words(app))]
    asked = ask_with(client, pages(app), alone, attacks.LONG, *attacks.HEADERS)
    assert asked == len(pages(app)) * len(alone) * (1 + len(attacks.HEADERS))


def test_every_part_of_every_address(app: Flask, client: FlaskClient) -> None:
    with_parts = [rule.rule for rule in app.url_map.iter_rules() if rule.arguments]
    assert len(with_parts) > 20
    for attack in (attacks.SHORT, *attacks.MARKUP[1:4], attacks.SQL[0], *attacks.HEADERS[:4]):
        for rule in with_parts:
            path = re.sub(r"<(?:[^<>]+:)?(\w+)>", quote(attack, safe=""), rule)
            is_harmless(client.get(path, headers=PAGE), path)


def test_every_field_of_every_form(served: Flask, people: Organisation) -> None:
    fields = form_fields()
    assert {"shown_name", "place", "worker", "password", "q", "name"} <= fields
    clients = [signed_in(served, people, name) for name in ("system-admin", "security-admin", "commander")]
    for client in clients:
        token = token_of(client.get("/account", headers=PAGE))
        for address in form_addresses(served):
            for attack in (attacks.SHORT, " ".join(attacks.HEADERS)):
                form: dict[str, Any] = dict.fromkeys(fields, attack) | {"csrf_token": token}
                form |= {"list": (io.BytesIO(attack.encode()), f"{attacks.SHORT}.csv")}
                is_harmless(
                    client.post(address, data=form, headers=PAGE, content_type="multipart/form-data"), address
                )
        for page in ("/account", "/accounts", "/posts"):
            is_harmless(client.get(page, headers=PAGE), page)
    nobody = served.test_client()
    token = token_of(nobody.get("/sign-in", headers=PAGE))
    for attack in attacks.ALL:
        form = {"csrf_token": token, "name": attack, "password": attack, "code": attack, "next": attack}
        is_harmless(nobody.post("/sign-in", data=form, headers=PAGE), attack)


def form_addresses(app: Flask) -> Iterator[str]:
    """Where forms are sent, but for those that end the session."""
    for rule in app.url_map.iter_rules():
        is_form = "POST" in (rule.methods or ()) and not rule.rule.startswith("/api")
        if is_form and not {"sign_out", "leave_demo"} & {rule.endpoint.partition(".")[2]}:
            yield re.sub(r"<(?:[^<>]+:)?(\w+)>", lambda part: str(PARTS.get(part[1], "none")), rule.rule)


def test_the_name_of_a_file_forges_no_header(own_client: FlaskClient) -> None:
    found = re.search(r'name="csrf-token" content="([^"]+)"', own_client.get("/import").text)
    assert found
    headers = {"X-CSRFToken": found[1]}
    uploads = own_client.application.extensions["gridmap"].uploads
    for attack in (*attacks.HEADERS, '"; filename="x.exe', "../../etc/passwd", "一\u202egpj.exe", attacks.SHORT):
        made = own_client.post(
            "/api/v1/uploads", query_string={"name": f"{attack}.csv"}, data=b"code\nA\n", headers=headers
        )
        assert made.status_code == 201
        token = made.json["token"]
        with own_client.session_transaction() as session:
            owner = session["uploads"]
        uploads.find(token, owner).rejects.write_text("row,reason\n")
        answer = own_client.get(f"/api/v1/uploads/{token}/rejects.csv")
        is_harmless(answer, attack)
        assert answer.status_code == 200
        how, said = parse_options_header(answer.headers["Content-Disposition"])
        assert (how, said["filename"][-12:], set(said)) == ("attachment", "-rejects.csv", {"filename"})
        assert not re.search(r"[/\r\n\u202e]", said["filename"])
