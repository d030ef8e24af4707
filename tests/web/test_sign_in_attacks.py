"""Attacks on sessions and tokens over HTTP: planted and forged cookies, guessed tokens, foreign names."""

from __future__ import annotations

import datetime as dt

from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer

from gridmap.domain.access import Action
from gridmap.services import accounts
from tests.services import small_world
from tests.web.organisation import PAGE, Organisation, enter, signed_in, token_of


def cookie_name(app: Flask) -> str:
    return app.session_interface.get_cookie_name(app)


def cookie(client: FlaskClient) -> str:
    found = client.get_cookie(cookie_name(client.application))
    assert found is not None
    return found.value


def status_with(app: Flask, value: str) -> int:
    """What a browser with this cookie is answered."""
    client = app.test_client()
    client.set_cookie(cookie_name(app), value)
    return client.get("/api/v1/me").status_code


def test_a_session_that_was_planted_does_not_become_the_victim_s(served: Flask, people: Organisation) -> None:
    attacker, victim = served.test_client(), served.test_client()
    planted_token = token_of(attacker.get("/sign-in", headers=PAGE))
    planted = cookie(attacker)
    victim.set_cookie(cookie_name(served), planted)
    assert enter(victim, "commander", people.password("commander")).status_code == 303
    assert cookie(victim) != planted
    assert (status_with(served, cookie(victim)), status_with(served, planted)) == (200, 401)
    forged = victim.post("/account/sign-out-everywhere", data={"csrf_token": planted_token}, headers=PAGE)
    assert forged.status_code == 400


def test_a_cookie_of_another_hand_is_none(served: Flask, people: Organisation) -> None:
    own = cookie(signed_in(served, people, "commander"))
    signer = served.session_interface.get_signing_serializer(served)
    assert isinstance(signer, URLSafeTimedSerializer)
    held = signer.loads(own)
    forged = URLSafeTimedSerializer(
        "a secret that was guessed, of 40 letters", salt="cookie-session", serializer=signer.serializer,
        signer_kwargs={"key_derivation": "hmac"},
    ).dumps(held)  # fmt: skip
    assert status_with(served, signer.dumps(held)) == 200  # so the forged one is wrong by its signature alone
    for value in (forged, own[:-2] + "xx", own.rpartition(".")[0], "", "e30.e30.e30", own[1:], "." + own):
        assert status_with(served, value) == 401, value


def test_a_token_is_not_found_by_trying(served: Flask, people: Organisation) -> None:
    now = small_world.now()
    right = accounts.make_token(
        people.store, people.settings, people.uids["commander"], name="counts", actions={Action.SEE_MAP}, scope=None,
        expires_at=now + dt.timedelta(days=1), actor="commander", now=now,
    ).text  # fmt: skip
    program = served.test_client()

    def asked(authorization: str) -> tuple[int, str]:
        answer = program.get("/api/v1/plans", headers={"Authorization": authorization})
        return answer.status_code, answer.text if answer.status_code != 200 else ""

    assert asked(f"Bearer {right}")[0] == 200
    wrong = [
        right[:-1], right + "a", right.upper(), right[3:], "gm_%", "gm_", "", "*", "' OR '1'='1", "gm_" + "A" * 43,
        "A" * 4000, "\u00e9",
    ]  # fmt: skip
    refusals = {asked(f"Bearer {text}") for text in wrong}
    assert [status for status, _ in refusals] == [401]  # one and the same answer, word for word
    assert asked(f"Basic {right}")[0] == asked(right)[0] == 401


def test_no_name_of_a_foreign_host_comes_back(served: Flask, people: Organisation) -> None:
    client = served.test_client()
    names = ("X-Forwarded-Host", "X-Forwarded-Server", "X-Host", "Forwarded")
    foreign = dict.fromkeys(names, "evil.example") | {"Forwarded": "host=evil.example"}
    page = client.get("/sign-in", headers=PAGE | foreign)
    assert "evil.example" not in page.text
    form = {"csrf_token": token_of(page), "name": "commander", "next": "/incidents"}
    form["password"] = people.password("commander")
    answer = client.post("/sign-in", data=form, headers=PAGE | foreign)
    assert (answer.status_code, answer.location) == (303, "/incidents")
    assert "evil.example" not in str(answer.headers)
    for host in ("evil.example", "evil.example:8000", "localhost.evil.example", "localhost@evil.example", "a b"):
        assert client.post("/sign-in", data=form, headers=PAGE | {"Host": host}).status_code == 421, host


def test_whoever_guesses_over_http_waits_and_is_told_the_same(served: Flask, people: Organisation) -> None:
    """A name with an account, without one, a disabled one: twelve tries; status, headers and text are the same."""
    disabled = people.one_more("worker")
    accounts.disable(
        people.store, people.settings, people.uids[disabled], actor="system-admin", now=small_world.now()
    )
    names = (people.one_more("worker"), "nobody-at-all", disabled)
    said = {}
    for name in names:
        client = served.test_client()
        token = token_of(client.get("/sign-in", headers=PAGE))
        form = {"csrf_token": token, "name": name, "password": people.password(name)[::-1], "code": ""}
        answers = [client.post("/sign-in", data=form, headers={"Accept": "application/json"}) for _ in range(12)]
        said[name] = [(one.status_code, sorted(one.headers.keys()), one.text) for one in answers]
    assert said[names[0]] == said[names[1]] == said[names[2]]
    assert {status for status, _, _ in said[names[0]]} == {401}
    assert len({text for _, _, text in said[names[0]]}) == 2  # at first nothing of waiting, then how long
