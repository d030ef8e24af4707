"""What is past its date goes, the day after it and not before, and one entry says how much."""

from __future__ import annotations

import datetime as dt
import os

import sqlalchemy as sa

from gridmap.config import Settings
from gridmap.services.privacy.purging import purge
from gridmap.store import audit, configuration, ids
from gridmap.store.engine import Store
from gridmap.store.tables import Account, ApiToken, Job, Party, RecordOpening
from tests.services import small_world as world
from tests.services.privacy.people import person, reported
from tests.services.privacy.test_showing import whole_content

NOW = world.NOW  # noon of 31 May 2024 in Shanghai
LAST_DAY = dt.datetime(2026, 5, 31, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def test_people_go_on_the_day_after_their_last(project: Store, settings: Settings) -> None:
    reported(project, settings, person(1))
    later = reported(project, settings, person(2), now=NOW + 30 * DAY)
    with project.read() as session:
        sealed, digest = session.execute(sa.select(Party.name_enc, Party.phone_digest).order_by(Party.id)).first()  # type: ignore[misc]
        before = audit.head(session)
    assert purge(project, settings, actor="local", now=LAST_DAY).total == 0
    assert purge(project, settings, actor="local", now=LAST_DAY + DAY, dry_run=True).gone["parties"] == 1
    with project.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Party)) == 2
        assert audit.head(session) == before, "looking changes nothing, and nothing to do is no entry"
    done = purge(project, settings, actor="local", now=LAST_DAY + DAY)
    assert {name: count for name, count in done.gone.items() if count} == {"parties": 1}
    with project.read() as session:
        assert session.scalars(sa.select(Party.incident_id)).all() != []
        entry = audit.since(session, before[0])
        assert audit.verify(session) == []
    assert [(one.action, one.entity_uid) for one in entry] == [("retention.purged", None)]
    assert later.encode() in whole_content(project, settings)
    if project.dialect == "sqlite":  # neither in freed pages nor in the log of writes
        content = whole_content(project, settings)
        assert bytes(sealed) not in content and bytes(digest) not in content


def test_the_configuration_says_how_long(project: Store, settings: Settings) -> None:
    with project.write() as session:
        content = configuration.current(session)[1]
        configuration.put(session, {**content, "retention": {**content["retention"], "parties_months": 1}}, NOW)
    reported(project, settings, person(1))
    assert purge(project, settings, actor="local", now=NOW + 31 * DAY).gone["parties"] == 1


def test_openings_jobs_tokens_and_files_go_by_their_own_dates(project: Store, settings: Settings) -> None:
    old, young = NOW - 400 * DAY, NOW - DAY
    with project.write() as session:
        account = Account(uid=ids.new_uid(), name="li", shown_name="李", created_at=old)
        session.add(account)
        session.flush()
        for at in (old, young):
            session.add(RecordOpening(account_id=account.id, entity_uid=ids.new_uid(), hour_at=at))
            session.add(
                ApiToken(
                    uid=ids.new_uid(), account_id=account.id, name="t", digest=os.urandom(32), scope={}, created_at=old,
                    expires_at=at,
                )
            )  # fmt: skip
        for kind, at in (("gatherings", old), ("gatherings", young), ("report", old)):
            session.add(Job(uid=ids.new_uid(), kind=kind, state="done", parameters={}, created_at=at, finished_at=at))
    for name, age_s in (("old", 2 * 86_400), ("new", 0)):
        folder = settings.var / "uploads" / name
        folder.mkdir(parents=True)
        (folder / "file.csv").write_text("报案人\n")
        os.utime(folder, (NOW.timestamp() - age_s,) * 2)
    done = purge(project, settings, actor="local", now=NOW)
    assert done.gone == {"parties": 0, "openings": 1, "jobs": 1, "tokens": 1, "uploads": 1}
    assert [path.name for path in (settings.var / "uploads").iterdir()] == ["new"]
    with project.read() as session:  # the newest result of each kind stays, however old
        assert sorted(session.scalars(sa.select(Job.kind))) == ["gatherings", "report"]
