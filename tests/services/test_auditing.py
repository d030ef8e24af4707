"""What is told beside changes: openings once an hour, exports; and nobody reads anew because of it."""

from __future__ import annotations

import datetime as dt
import json
import logging
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from gridmap.config import Settings
from gridmap.domain.access import LOCAL, Actor
from gridmap.errors import BadFile
from gridmap.services import audit_heads, auditing
from gridmap.services.situation import Situation
from gridmap.store import audit, ids
from gridmap.store.engine import Store
from gridmap.store.tables import Account, RecordOpening
from tests.services import small_world as world
from tests.store.district import append_entry

NOW = dt.datetime(2026, 11, 23, 8, 10, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
CLERK, OTHER = Actor("zhang"), Actor("li")


@pytest.fixture
def staffed(store: Store) -> Store:
    """A database with two accounts."""
    with store.write() as session:
        for name in (CLERK.name, OTHER.name):
            session.add(Account(uid=ids.new_uid(), name=name, shown_name=name, created_at=NOW))
    return store


def told(store: Store) -> list[tuple[str, str, str | None]]:
    with store.read() as session:
        return [(entry.actor, entry.action, entry.entity_uid) for entry in audit.since(session, 0)]


def test_an_opening_is_told_once_an_account_a_record_and_an_hour(staffed: Store, settings: Settings) -> None:
    for actor, uid, at in [
        (CLERK, "a", NOW), (CLERK, "a", NOW + 0.8 * HOUR), (CLERK, "b", NOW), (OTHER, "a", NOW),
        (CLERK, "a", NOW + HOUR), (CLERK, "a", NOW + 1.1 * HOUR),
    ]:  # fmt: skip
        auditing.record_opened(staffed, settings, actor, "incident", uid, now=at)
    assert told(staffed) == [
        ("zhang", "incident.opened", "a"), ("zhang", "incident.opened", "b"), ("li", "incident.opened", "a"),
        ("zhang", "incident.opened", "a"),
    ]  # fmt: skip
    with staffed.read() as session:
        assert audit.verify(session) == []
        assert session.scalar(sa.select(sa.func.count()).select_from(RecordOpening)) == 3  # past hours are not kept


def test_of_the_person_at_this_machine_no_opening_is_told(staffed: Store, settings: Settings) -> None:
    auditing.record_opened(staffed, settings, LOCAL, "incident", "a", now=NOW)
    assert told(staffed) == []


def test_two_at_once_make_one_entry(staffed: Store, settings: Settings) -> None:
    with ThreadPoolExecutor(8) as pool:
        looks = [
            pool.submit(auditing.record_opened, staffed, settings, CLERK, "incident", "a", now=NOW) for _ in range(16)
        ]
    assert [look.exception() for look in looks] == [None] * 16
    assert len(told(staffed)) == 1


def test_a_revealed_field_is_named_and_an_export_tells_its_choice(staffed: Store, settings: Settings) -> None:
    with staffed.write() as session:
        auditing.record_revealed(session, settings, CLERK, "party", "p-1", "phone", now=NOW)
    auditing.record_exported(staffed, settings, "incidents", {"from": "2026-01-01", "rows": 3}, now=NOW)
    with staffed.read() as session:
        revealed, exported = audit.since(session, 0)
        assert audit.newest_change(session) == (0, audit.GENESIS)
    assert (revealed.action, revealed.entity_uid, set(revealed.digests)) == ("party.revealed", "p-1", {"phone"})
    assert (exported.actor, exported.action, set(exported.digests)) == ("local", "incidents.exported", {"from", "rows"})
    assert not revealed.is_change and not exported.is_change


def test_reading_is_no_news_and_nothing_is_read_again(store: Store, settings: Settings) -> None:
    """The picture, its version, the feed and the places stay; the next change is followed over what was read."""
    world.build(settings).close()
    situation = Situation(store, now=lambda: world.NOW)
    picture, seq = situation.picture(), situation.seq()
    auditing.record_exported(store, settings, "incidents", {}, now=NOW)
    with store.write() as session:
        auditing.append(session, settings, LOCAL, "account.sign_in", "account", None, {}, now=NOW)
        uid = session.scalar(sa.text("SELECT uid FROM incident ORDER BY id LIMIT 1"))
        auditing.append(session, settings, LOCAL, "incident.opened", "incident", uid, {}, now=NOW)
        assert audit.head(session)[0] == seq + 3
    assert situation.picture() is picture
    assert situation.seq() == seq
    assert situation.changes(seq, 10).entries == situation.changes(0, 10).entries[seq:] == ()
    with store.write() as session:
        append_entry(session, entity_uid=uid, secret=settings.secret())
    after = situation.picture()
    assert (after.head[0], len(after.events)) == (seq + 4, len(picture.events))
    assert after.ground is picture.ground  # an incident alone was read
    assert [entry.seq for entry in situation.changes(seq, 10).entries] == [seq + 4]


def test_an_entry_is_logged_once_it_is_stored(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    logging.getLogger("gridmap.audit").addHandler(caplog.handler)
    with pytest.raises(ZeroDivisionError), store.write() as session:
        append_entry(session)
        1 / 0  # noqa: B018
    with store.write() as session:
        append_entry(session, entity_uid="a")
        assert caplog.messages == []
    logging.getLogger("gridmap.audit").removeHandler(caplog.handler)
    with store.read() as session:
        entry_hash = audit.head(session)[1].hex()
    assert set(caplog.messages) == {
        f"1 at=2026-11-23T08:00:00+00:00 actor=local action=incident.received entity=incident uid=a hash={entry_hash}"
    }


def test_a_head_is_signed_and_read_back(store: Store, settings: Settings) -> None:
    world.build(settings).close()
    text = audit_heads.note_head(store, secret=settings.secret(), now=NOW)
    noted = audit_heads.read_head(text, secret=settings.secret())
    with store.read() as session:
        assert (noted.head, noted.noted_at, noted.is_signed) == (audit.head(session), NOW, True)
    assert not audit_heads.read_head(text, secret=b"another secret").is_signed
    bent = json.dumps(json.loads(text) | {"seq": 7}).encode()
    assert not audit_heads.read_head(bent, secret=settings.secret()).is_signed
    assert audit_heads.verify(store, noted).problems == ()
    strange = audit_heads.read_head(
        audit_heads.head_text("another", noted.head, secret=settings.secret(), now=NOW), secret=settings.secret()
    )
    with pytest.raises(BadFile, match="another project"):
        audit_heads.verify(store, strange)


@pytest.mark.parametrize(
    "text", [b"", b"\xff", b"[]", b"{}", b'{"project": "a", "seq": 1, "hash": "00", "noted_at": "2026-11-23"}']
)
def test_what_is_no_head_is_refused(text: bytes) -> None:
    with pytest.raises(BadFile, match="no head"):
        audit_heads.read_head(text, secret=b"s")
