"""One person's project becomes an organisation's: every row stays as it was, and the audit goes on where it stood."""

from __future__ import annotations

import io

import pytest

from gridmap.config import Settings
from gridmap.domain.access import LOCAL
from gridmap.domain.incidents import IncidentReport, on_day
from gridmap.domain.parties import Contact
from gridmap.services import accounts, intake
from gridmap.services import settings as service
from gridmap.store import audit, snapshot
from gridmap.store.engine import Store
from tests.services import small_world
from tests.services.test_accounts_commands import ADMINS, PASSWORDS
from tests.services.test_import_command import Terminal, terminal

__all__ = ["terminal"]  # the fixture

GROW = {"account", "audit", "audit_head"}  # what an organisation adds to


def digests(store: Store) -> dict[str, tuple[int, str]]:
    """Table -> rows and digest."""
    with store.read() as session:
        found = {table.name: snapshot.digest(session, table) for table in snapshot.tables(session.connection())}
    return {name: (digest.rows, digest.hexdigest()) for name, digest in found.items()}


def test_an_organisation_is_made_of_a_project_without_loss(
    terminal: Terminal, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = small_world.build(settings)
    lon, lat = small_world.in_block(0, 0)
    when = on_day(small_world.NOW.date())
    report = IncidentReport(lon=lon, lat=lat, kind="help.elder", occurrence=when, reporter=Contact(phone="13800000000"))
    intake.receive(world, settings, report, actor=LOCAL.name, now=small_world.NOW)
    own = {"map": {"approval_number": "鄂S(2026)001号"}}
    service.change(world, settings, own, base=1, actor=LOCAL, now=small_world.NOW)
    before = digests(world)
    with world.read() as session:
        head = audit.head(session)
    monkeypatch.setattr("sys.stdin", io.StringIO(PASSWORDS))
    code, out, err = terminal.run("init", "--name", "another name", *ADMINS, "--passwords", "-")
    assert code == 0, err
    assert "holds the project 四块地" in out and accounts.have_accounts(world)
    after = digests(world)
    assert before["incident"][0] == 61 and before["configuration"][0] == 2 and before["party"][0] == 1
    assert {name for name in before if before[name] != after[name]} <= GROW
    with world.read() as session:
        assert audit.holds(session, head) and audit.verify(session, noted=head) == []
    assert service.read(world).content["map"]["approval_number"] == "鄂S(2026)001号"
    world.close()
