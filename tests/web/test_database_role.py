"""deploy/postgresql/roles.sql on a real server: the role that serves does all daily work, and cannot bend the audit."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from gridmap.cli import gridmap
from gridmap.config import ROOT, Settings
from gridmap.errors import StoreBroken
from gridmap.services import doctor
from gridmap.services.backup import back_up
from gridmap.services.exchange import import_file
from gridmap.services.exchange.undo import undo_batch
from gridmap.services.privacy import rotating
from gridmap.services.privacy.purging import purge
from gridmap.store import audit
from gridmap.store.engine import Store
from tests.conftest import _settings as settings_for
from tests.postgres_databases import Databases
from tests.services import small_world
from tests.services.privacy.people import person, reported
from tests.web import organisation
from web.app import create_app

LATER = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)
BENDING = """\
UPDATE audit SET actor = 'x'
DELETE FROM audit
TRUNCATE audit
DELETE FROM audit_head
ALTER TABLE audit DISABLE TRIGGER USER
DROP TRIGGER audit_no_update ON audit
CREATE TRIGGER mine BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()
CREATE OR REPLACE FUNCTION audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'
SET session_replication_role = replica
SET ROLE {owner}
CREATE TABLE mine (id int)
DROP TABLE party
""".splitlines()


@dataclass(frozen=True)
class Roles:
    """A database of its own with its two roles, and the server's administrator."""

    server: sa.URL
    owner: str
    app: str
    database: str

    def address(self, role: str) -> str:
        url = self.server.set(username=role, database=self.database)
        return url.render_as_string(hide_password=False)

    def psql(self, *arguments: str, role: str | None = None, sql: str = "") -> str:
        """What psql prints, as the administrator or as a role in the database."""
        url = self.server if role is None else self.server.set(username=role, database=self.database)
        plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
        program = shutil.which("psql") or str(max(Path("/usr/lib/postgresql").glob("*/bin/psql")))
        done = subprocess.run(
            [program, "-X", "-v", "ON_ERROR_STOP=1", *arguments, plain],
            input=sql, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert "WARNING" not in done.stderr
        return done.stdout


@pytest.fixture
def roles(databases: Databases | None) -> Iterator[Roles]:
    if databases is None:
        pytest.skip("SpatiaLite knows no roles")
    mark = os.getpid()
    made = Roles(
        databases.server, f"gridmap_test_owner_{mark}", f"gridmap_test_app_{mark}", f"gridmap_test_roles_{mark}"
    )
    names = [f"--set={name}={getattr(made, name)}" for name in ("owner", "app", "database")]
    made.psql(*names, "-f", str(ROOT / "deploy/postgresql/roles.sql"))
    yield made
    made.psql(sql=f"DROP DATABASE {made.database} WITH (FORCE); DROP ROLE {made.app}; DROP ROLE {made.owner};")


@pytest.fixture
def project(roles: Roles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Made by the owner, as docs/postgresql.md says; the settings are those of the role that serves."""
    settings = settings_for(roles.address(roles.app), tmp_path / "var", is_demo=False)
    assert settings.secret_from_env
    monkeypatch.setenv("GRIDMAP_VAR", str(settings.var))
    monkeypatch.setenv("GRIDMAP_SECRET", settings.secret_from_env)
    run: Callable[..., Result] = lambda *words: CliRunner().invoke(gridmap, words)  # noqa: E731
    monkeypatch.setenv("GRIDMAP_DB", roles.address(roles.app))
    assert "lacks a right" in str(run("init").exception)
    monkeypatch.setenv("GRIDMAP_DB", roles.address(roles.owner))
    assert run("init", "--name", "四块地").exit_code == 0
    warned = role_of(replace(settings, db=settings_for(roles.address(roles.owner), settings.var, is_demo=False).db))
    assert (warned.ok, warned.is_warning) == (True, True) and "owns the audit" in warned.found
    lacking = role_of(settings)
    assert not lacking.ok and "SELECT on account" in lacking.found
    assert f"gridmap db grants {roles.app} | psql" in lacking.cure
    roles.psql(role=roles.owner, sql=run("db", "grants", roles.app).stdout)
    return settings


def role_of(settings: Settings) -> doctor.Finding:
    return next(each for each in doctor.examine(settings, LATER) if each.check == "database role")


@pytest.fixture
def store(project: Settings) -> Iterator[Store]:
    """The small world, filled by the role that serves."""
    opened = small_world.build(project)
    yield opened
    opened.close()


def test_it_does_all_daily_work_but_nothing_to_the_audit(
    store: Store, project: Settings, roles: Roles, tmp_path: Path
) -> None:
    found = role_of(project)
    assert (found.ok, found.is_warning, found.found) == (True, False, f"{roles.app} can only continue the audit")
    people = organisation.build(store, project)
    browse(project, people)
    import_and_undo(store, project, tmp_path)
    reported(store, project, person(1))
    assert rotating.rotate(store, project, actor="local", now=LATER).values >= 1
    assert purge(store, project, actor="local", now=LATER).gone["parties"] == 1
    made = back_up(project, tmp_path / "backup.zip", now=LATER)
    assert made.manifest.rows > 100
    roles.psql(role=roles.owner, sql="ALTER TABLE audit DISABLE TRIGGER USER")  # the role alone has to hold
    for statement in BENDING:
        with pytest.raises(StoreBroken, match="The database role lacks a right"), store.write() as session:
            session.execute(sa.text(statement.format(owner=roles.owner)))
    with store.read() as session:
        assert audit.verify(session) == []
    roles.psql(role=roles.owner, sql=f"GRANT DELETE ON audit TO {roles.app}")
    found = role_of(project)
    assert found.is_warning and found.found == f"{roles.app} has DELETE on audit"
    assert f"gridmap db grants {roles.app} | psql" in found.cure


def browse(settings: Settings, people: organisation.Organisation) -> None:
    """Pages, tiles, figures and a change, as somebody signed in."""
    app = create_app(settings, now=small_world.now, warm_up=False, hashing=organisation.CHEAP)
    client = organisation.signed_in(app, people, "commander")
    for path in ("/", "/incidents", "/tiles/heat/13/6712/3374.png?from=2024-01-01", "/api/v1/counts?from=2024-01-01"):
        assert client.get(path).status_code == 200, path
    worker = organisation.signed_in(app, people, "worker")
    token = worker.get("/incidents/new").text.split('name="csrf-token" content="')[1].split('"')[0]
    lon, lat = small_world.in_block(0, 0)
    report = {"kind": "order.noise", "lon": lon, "lat": lat, "occurred_at": "2024-05-30T10:00:00Z"}
    answer = worker.post("/api/v1/incidents", json=report, headers={"X-CSRFToken": token})
    assert answer.status_code == 201, answer.text


def import_and_undo(store: Store, settings: Settings, folder: Path) -> None:
    lon, lat = small_world.in_block(1, 0)
    file = folder / "list.csv"
    file.write_text(f"编号,类型,发生时间,经度,纬度\nA-1,噪声扰民,2024-05-20 10:00,{lon},{lat}\n")
    report = import_file(store, settings, "incidents", file, now=LATER)
    assert report.stored == 1
    with store.read() as session:
        newest = session.execute(sa.text("SELECT uid FROM import_batch ORDER BY id DESC LIMIT 1")).scalar_one()
    assert undo_batch(store, settings, newest, actor="local", now=LATER).removed == 1
