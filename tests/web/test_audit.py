"""The auditor's pages and JSON over the small world; what is opened and taken away is told."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from gridmap.config import Settings
from gridmap.domain.access import Actor
from gridmap.services import auditing
from gridmap.store import audit, ids
from gridmap.store.audit import Entry
from gridmap.store.engine import Store
from gridmap.store.tables import Account, Incident
from tests.services import small_world
from tests.store.district import unguarded
from web.api import incidents
from web.gate import Gate

HTML = {"Accept": "text/html"}


def told(world: Store) -> list[Entry]:
    """The entries after the small world's own."""
    with world.read() as session:
        return audit.since(session, 1)


def newest(gate: Gate) -> tuple[int, bytes]:
    with gate.store.read() as session:
        return audit.newest_change(session)


@pytest.fixture
def case(world: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """Uid and number of an incident that zhang opened and moved. Whoever asks is let in."""
    monkeypatch.setattr(Gate, "newest_change_without_accounts", newest)
    with world.write() as session:
        session.add(Account(uid=ids.new_uid(), name="zhang", shown_name="<张>", created_at=small_world.NOW))
        uid, number = session.query(Incident.uid, Incident.case_number).order_by(Incident.id).first() or ("", "")
        for action in ("opened", "moved"):
            auditing.append(
                session, settings, Actor("zhang"), f"incident.{action}", "incident", uid, {"lon": 1},
                now=small_world.NOW,
            )  # fmt: skip
    return uid, number


def checked(client: FlaskClient, **form: object) -> str:
    token = re.search(r'name="csrf-token" content="([^"]+)"', client.get("/audit", headers=HTML).text)
    assert token is not None
    answer = client.post("/audit/check?lang=en", data={"csrf_token": token[1], **form}, headers=HTML)
    assert answer.status_code == 200
    return answer.text


def test_the_page_answers_the_auditors_questions(own_client: FlaskClient, case: tuple[str, str]) -> None:
    uid, number = case

    def rows(query: str) -> list[str]:
        text = own_client.get(f"/audit?lang=en{query}", headers=HTML).text
        return re.findall(r'<td class="table__number audit__seq"[^>]*>(\d+)</td>', text)

    assert rows("") == ["3", "2", "1"]
    assert rows(f"&record={number}") == rows(f"&record={uid}") == ["3", "2"]  # its story
    assert rows(f"&record={number}&action=seen") == ["2"]  # who saw it
    assert rows("&actor=zhang&action=changed") == ["3"]
    assert rows("&entity=import_batch") == ["1"]
    assert rows("&from=2024-05-31&to=2024-05-31") == ["3", "2"]
    assert rows("&before=3") == ["2", "1"]
    assert rows("&from=yesterday") == rows("&from=2024-06-02&to=2024-06-01") == rows("&actor=nobody") == []
    text = own_client.get(f"/audit?lang=en&record={number}&actor=zhang", headers=HTML).text
    assert "&lt;张&gt;" in text and "<张>" not in text
    assert f">{number}</a>" in text and "What this account did:" in text


def test_the_json_tells_the_same_a_page_at_a_time(own_client: FlaskClient, case: tuple[str, str]) -> None:
    uid, number = case
    first = own_client.get("/api/v1/audit?limit=2").json
    assert [entry["seq"] for entry in first["entries"]] == [3, 2]
    assert first["before"] == 2
    rest = own_client.get("/api/v1/audit?limit=2&before=2").json
    assert ([entry["seq"] for entry in rest["entries"]], rest["before"]) == ([1], None)
    seen = own_client.get(f"/api/v1/audit?record={number}&action=seen").json["entries"]
    assert [(entry["actor"], entry["action"], entry["uid"], entry["fields"]) for entry in seen] == [
        ("zhang", "incident.opened", uid, ["lon"])
    ]
    assert own_client.get("/api/v1/audit?limit=0").status_code == 422
    assert own_client.get("/api/v1/audit/check").json["whole"] is True


@pytest.mark.usefixtures("case")
def test_the_chain_is_checked_against_a_head_noted_before(own_client: FlaskClient, world: Store) -> None:
    head = own_client.get("/audit/head.json").data
    assert json.loads(head)["seq"] == 3
    assert "The chain is whole." in checked(own_client)
    assert "noted at 31 May 2024, 12:00" in checked(own_client, head=(io.BytesIO(head), "head.json"))
    with world.write() as session, unguarded(session):
        session.execute(sa.text("DELETE FROM audit WHERE seq = 3"))
        session.execute(sa.text("UPDATE audit_head SET seq = 2, hash = (SELECT hash FROM audit WHERE seq = 2)"))
    assert "The chain is whole." in checked(own_client)  # a shorter true chain
    text = checked(own_client, head=(io.BytesIO(head), "head.json"))
    assert "The chain is broken." in text and "entries 3 to 3 are not there any more" in text
    assert "The file is no head of an audit." in checked(own_client, head=(io.BytesIO(b"{}"), "x.json"))
    bent = json.dumps(json.loads(head) | {"seq": 2}).encode()
    assert "does not bear this project's signature" in checked(own_client, head=(io.BytesIO(bent), "x.json"))


@pytest.mark.usefixtures("case")
def test_a_broken_entry_is_named_in_both_languages(own_client: FlaskClient, world: Store) -> None:
    with world.write() as session, unguarded(session):
        session.execute(sa.text("UPDATE audit SET actor = 'x' WHERE seq = 2"))
    assert "It was changed after it was written." in checked(own_client)
    own_client.get("/audit?lang=zh", headers=HTML)
    token = re.search(r'name="csrf-token" content="([^"]+)"', own_client.get("/audit", headers=HTML).text)
    assert token is not None
    assert "写入后被改动。" in own_client.post("/audit/check?lang=zh", data={"csrf_token": token[1]}, headers=HTML).text
    problems = own_client.get("/api/v1/audit/check").json["problems"]
    assert problems == [{"seq": 2, "message": "It was changed after it was written."}]


def test_what_the_auditor_takes_away_is_told_too(own_client: FlaskClient, world: Store, case: tuple[str, str]) -> None:
    answer = own_client.get(f"/audit.csv?record={case[1]}")
    assert answer.headers["Cache-Control"] == "no-store"
    lines = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [(line["seq"], line["action"], line["name"]) for line in lines] == [
        ("3", "incident.moved", case[1]), ("2", "incident.opened", case[1]),
    ]  # fmt: skip
    newest = told(world)[-1]
    assert (newest.action, newest.entity, newest.is_change) == ("audit.exported", "audit", False)


def test_every_download_is_an_entry_with_its_files_digest(
    own_client: FlaskClient, world: Store, settings: Settings
) -> None:
    before = own_client.get("/api/v1/situation")
    file = own_client.get("/api/v1/downloads/incidents.csv?kinds=help").data
    own_client.get("/api/v1/downloads/grids.csv")
    own_client.get("/linkage.csv?list=communities")
    assert own_client.get("/api/v1/downloads/incidents.csv?kinds=alien").status_code == 422  # nothing was handed out
    entries = told(world)
    assert [entry.action for entry in entries] == ["incidents.exported", "grids.exported", "linkage.exported"]
    digest = hashlib.sha256(file).hexdigest()
    assert entries[0].digests["sha256"] == audit.field_digest(settings.secret(), "export", None, "sha256", digest)
    # nobody reads anew because of it
    same = own_client.get("/api/v1/situation", headers={"If-None-Match": before.headers["ETag"]})
    assert same.status_code == 304
    assert own_client.get(f"/api/v1/changes?since={before.json['seq']}").json["entries"] == []


def test_opening_a_record_is_told_once_an_hour_and_only_of_accounts(
    own_client: FlaskClient, world: Store, case: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    uid = case[0]
    assert own_client.get(f"/incidents/{uid}", headers=HTML).status_code == 200
    assert len(told(world)) == 2  # this computer is no account
    monkeypatch.setattr(incidents, "actor", lambda: Actor("zhang"))
    for address in (f"/incidents/{uid}", f"/api/v1/incidents/{uid}", f"/incidents/{uid}"):
        assert own_client.get(address).status_code == 200
    assert own_client.get("/api/v1/incidents/none").status_code == 404
    assert [(entry.actor, entry.action, entry.entity_uid) for entry in told(world)[2:]] == [
        ("zhang", "incident.opened", uid)
    ]
