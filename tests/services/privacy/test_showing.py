"""People of incidents: nothing of them in clear in the database, one field at a time for a person, with an entry."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
from pathlib import Path

import pytest
import sqlalchemy as sa

from gridmap.config import Settings
from gridmap.domain.access import LOCAL, Actor
from gridmap.domain.parties import Contact
from gridmap.errors import BadInput, NotFound, TooOften
from gridmap.services.privacy import showing
from gridmap.services.sealing import seal
from gridmap.store import audit, ids
from gridmap.store.engine import Store
from gridmap.store.tables import Party, Worker
from tests.services import small_world as world
from tests.services.privacy.people import person, reported

NOW = world.NOW
HOUR = dt.timedelta(hours=1)


def whole_content(store: Store, settings: Settings) -> bytes:
    """All bytes of the database, its log of writes among them; of a server, its dump."""
    if store.dialect == "sqlite":
        path = Path(settings.db.removeprefix("sqlite:///"))
        return b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
    address = settings.db.replace("postgresql+psycopg:", "postgresql:")
    tool = next(Path("/usr/lib/postgresql").glob("*/bin/pg_dump"), None)
    if tool is None:
        pytest.skip("pg_dump is not installed here")
    return subprocess.run([tool, address], check=True, capture_output=True, env=dict(os.environ)).stdout


def test_no_byte_of_the_database_holds_a_name_or_a_phone(project: Store, settings: Settings) -> None:
    known = person(7)
    assert known.name is not None and known.phone is not None and known.number is not None
    uid = reported(project, settings, known)
    showing.reveal(project, settings, uid, "phone", actor=LOCAL, now=NOW)
    showing.with_phone(project, settings, known.phone, actor=LOCAL, now=NOW)
    content = whole_content(project, settings)
    assert uid.encode() in content
    for text in (known.name, known.phone, known.number):
        assert text.encode() not in content
        assert text.encode().hex().encode() not in content


def test_a_column_for_what_is_encrypted_takes_nothing_in_clear(project: Store, settings: Settings) -> None:
    with pytest.raises(Exception, match="not encrypted"), project.write() as session:
        session.add(Worker(uid=ids.new_uid(), name="小王", phone_enc=b"13900000001"))
    with project.write() as session:
        session.add(Worker(uid=ids.new_uid(), name="小王", phone_enc=seal(settings, b"13900000001")))


def test_people_are_shown_masked(project: Store, settings: Settings) -> None:
    uid = reported(project, settings, Contact(name="欧阳娜", phone="+86 138-1234-5678"))
    (one,) = showing.masked(project, settings, uid)
    assert (one.role, one.name, one.phone, one.number) == ("reporter", "欧*", "138****5678", None)
    assert showing.masked(project, settings, reported(project, settings, None)) == ()


def test_a_lost_key_leaves_stars_and_the_incident(project: Store, settings: Settings) -> None:
    uid = reported(project, settings, Contact(phone="13812345678"))
    settings.key_file.write_text("x" * 64)
    assert showing.masked(project, settings, uid)[0].phone == "****"


def test_a_reveal_is_an_entry_with_the_field_and_without_the_value(project: Store, settings: Settings) -> None:
    known = person(1)
    uid = reported(project, settings, known)
    assert showing.reveal(project, settings, uid, "phone", actor=Actor("li"), now=NOW) == known.phone
    with project.read() as session:
        newest = audit.since(session, audit.head(session)[0] - 1)[-1]
        received = next(entry for entry in audit.since(session, 0) if entry.entity_uid == uid)
        assert audit.verify(session) == []
    assert (newest.actor, newest.action, newest.entity_uid) == ("li", "incident.revealed", uid)
    assert list(newest.digests) == ["reporter.phone"]
    assert not newest.is_change
    # a digest of the value would outlive a purge, for whoever has the secret and all phone numbers
    entries = {**received.digests, **newest.digests}
    of_value = audit.field_digest(settings.secret(), "incident", uid, "reporter.phone", known.phone)
    assert "reporter.name" in entries and of_value not in entries.values()


def test_nothing_is_shown_without_its_entry(
    project: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    uid = reported(project, settings, person(1))

    def full(*_: object, **__: object) -> int:
        raise OSError("the disk is full")

    monkeypatch.setattr(audit, "append", full)
    with pytest.raises(OSError, match="full"):
        showing.reveal(project, settings, uid, "name", actor=LOCAL, now=NOW)


def test_what_is_not_there_is_not_told_and_leaves_no_entry(project: Store, settings: Settings) -> None:
    uid = reported(project, settings, Contact(name="张三"))
    with project.read() as session:
        before = audit.head(session)
    for incident, field, party in ((uid, "phone", None), (uid, "name", ids.new_uid()), (ids.new_uid(), "name", None)):
        with pytest.raises(NotFound):
            showing.reveal(project, settings, incident, field, party_uid=party, actor=LOCAL, now=NOW)
    with pytest.raises(BadInput):
        showing.reveal(project, settings, uid, "name_enc", actor=LOCAL, now=NOW)
    with project.read() as session:
        assert audit.head(session) == before


def test_nobody_reveals_a_whole_list(project: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(showing, "REVEALS_AT_MOST", 3)
    uid = reported(project, settings, person(1))
    li, wang = Actor("li"), Actor("wang")
    for minute in range(2):
        showing.reveal(project, settings, uid, "name", actor=li, now=NOW + minute * dt.timedelta(minutes=1))
    showing.with_phone(project, settings, "13912345678", actor=li, now=NOW)
    with pytest.raises(TooOften) as refused:
        showing.reveal(project, settings, uid, "name", actor=li, now=NOW + HOUR / 2)
    assert refused.value.details == {"wait_s": 1800}
    with pytest.raises(TooOften):
        showing.with_phone(project, settings, "13912345678", actor=li, now=NOW + HOUR / 2)
    assert showing.reveal(project, settings, uid, "name", actor=wang, now=NOW + HOUR / 2)
    assert showing.reveal(project, settings, uid, "name", actor=li, now=NOW + HOUR + dt.timedelta(seconds=1))


@pytest.mark.parametrize(
    "written", ["13812345678", "138 1234 5678", "+86-138-1234-5678", "００８６１３８１２３４５６７８"]
)
def test_a_phone_is_found_however_it_is_written(project: Store, settings: Settings, written: str) -> None:
    uid = reported(project, settings, Contact(phone="(+86) 138 1234 5678"))
    reported(project, settings, Contact(phone="13812345679"))
    assert showing.with_phone(project, settings, written, actor=LOCAL, now=NOW) == (uid,)
    with pytest.raises(BadInput):
        showing.with_phone(project, settings, "138", actor=LOCAL, now=NOW)


def test_equal_values_do_not_look_equal_but_in_their_keyed_digest(project: Store, settings: Settings) -> None:
    for _ in range(2):
        reported(project, settings, person(3))
    with project.read() as session:
        columns = (Party.name_enc, Party.phone_enc, Party.phone_digest, Party.number_digest)
        rows = session.execute(sa.select(*columns)).all()
    assert len({row[0] for row in rows}) == len({row[1] for row in rows}) == 2
    assert len({row[2] for row in rows}) == len({row[3] for row in rows}) == 1
    assert rows[0][2] != rows[0][3]
