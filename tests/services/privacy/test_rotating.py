"""Keys are replaced while values stay readable; a killed run is gone on with, and ends with one entry."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from dataclasses import replace

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from gridmap.commands.keys import keys
from gridmap.config import ROOT, Settings
from gridmap.domain.access import LOCAL
from gridmap.errors import BadSettings, Conflict
from gridmap.services.privacy import key_file, rotating, showing
from gridmap.services.privacy.rotating import drop_old, is_new_key_wanted, rotate
from gridmap.services.sealing import seal, unseal_stored
from gridmap.store import audit, ids
from gridmap.store.engine import Store
from gridmap.store.tables import Account, Party
from tests.services import small_world as world
from tests.services.privacy.people import person, reported

NOW = world.NOW
KILLED = """
import os, signal, sys
from pathlib import Path
from gridmap.config import Settings
from gridmap.services.privacy import rotating
from gridmap.store.engine import open_store
from tests.services.small_world import NOW
rotating.BATCH_ROWS = 2
left = [int(sys.argv[3])]
def tell(seen):
    left[0] -= 1
    if left[0] < 0:
        os.kill(os.getpid(), signal.SIGKILL)
secret = "a secret for tests, 32 bytes and more"
settings = Settings(db=sys.argv[1], var=Path(sys.argv[2]), is_demo=False, secret_from_env=secret)
write = rotating.key_file.write
def killed_after(*given):
    write(*given)
    tell(0)
rotating.key_file.write = killed_after
store = open_store(settings.db, create=False)
print(rotating.rotate(store, settings, actor="local", now=NOW, tell=tell).values)
"""


def entries(store: Store, action: str) -> int:
    with store.read() as session:
        assert audit.verify(session) == []
        return sum(entry.action == action for entry in audit.since(session, 0))


def test_rotation_encrypts_everything_anew_with_one_entry(project: Store, settings: Settings) -> None:
    people = [person(n) for n in range(5)]
    uids = [reported(project, settings, one) for one in people]
    with project.write() as session:
        secret = seal(settings, b"totp secret 20 bytes")
        session.add(Account(uid=ids.new_uid(), name="li", shown_name="李", totp_secret=secret, created_at=NOW))
    (old,) = settings.keys()
    done = rotate(project, settings, actor="local", now=NOW)
    new, kept = settings.keys()
    assert (done.values, done.seen, done.has_new_key, kept) == (16, 16, True, old)
    assert stat.S_IMODE(settings.key_file.stat().st_mode) == 0o600
    assert is_new_key_wanted(project, settings)
    assert drop_old(project, settings, actor="local", now=NOW) == 1
    assert settings.keys() == (new,)
    for uid, one in zip(uids, people, strict=True):
        assert showing.reveal(project, settings, uid, "number", actor=LOCAL, now=NOW) == one.number
        assert showing.with_phone(project, settings, str(one.phone), actor=LOCAL, now=NOW) == (uid,)
    with project.read() as session:
        assert unseal_stored(settings, session.scalars(sa.select(Account.totp_secret)).one()) == b"totp secret 20 bytes"
    assert (entries(project, "key.rotated"), entries(project, "key.dropped")) == (1, 1)


def test_a_rotation_killed_at_any_step_is_finished_by_the_next(project: Store, settings: Settings) -> None:
    """Killed after the file, after the first batch, after the second; then to its end: no value is lost on the way."""
    uids = {n: reported(project, settings, person(n)) for n in range(5)}
    for steps in (0, 1, 1):
        run = subprocess.run(
            [sys.executable, "-c", KILLED, settings.db, str(settings.var), str(steps)],
            cwd=ROOT, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        assert run.returncode == -signal.SIGKILL, run.stderr
        assert len(settings.keys()) == 2, "one new key, however often it was begun"
        for n, uid in uids.items():  # in the middle both keys read, and both digests find
            assert showing.masked(project, settings, uid)[0].phone == f"139****{n:04d}"
            assert showing.with_phone(project, settings, f"1390000{n:04d}", actor=LOCAL, now=NOW) == (uid,)
        with pytest.raises(Conflict):
            drop_old(project, settings, actor="local", now=NOW)
    assert entries(project, "key.rotated") == 0
    done = rotate(project, settings, actor="local", now=NOW)
    assert not done.has_new_key
    assert 0 < done.values < done.seen == 15
    assert entries(project, "key.rotated") == 1
    assert drop_old(project, settings, actor="local", now=NOW) == 1
    assert [showing.reveal(project, settings, uid, "name", actor=LOCAL, now=NOW) for uid in uids.values()] == [
        person(n).name for n in uids
    ]


def test_keys_of_the_environment_are_turned_over_by_a_person(project: Store, settings: Settings) -> None:
    old = replace(settings, key_from_env="o" * 40)
    uid = reported(project, old, person(1))
    assert is_new_key_wanted(project, old)
    both = replace(settings, key_from_env=f"{'n' * 40},{'o' * 40}")
    assert not is_new_key_wanted(project, both)
    assert rotate(project, both, actor="local", now=NOW).values == 3
    with pytest.raises(BadSettings, match="GRIDMAP_KEY"):
        drop_old(project, both, actor="local", now=NOW)
    new = replace(settings, key_from_env="n" * 40)
    assert showing.reveal(project, new, uid, "name", actor=LOCAL, now=NOW) == person(1).name
    assert not settings.key_file.exists()


def test_a_value_of_a_lost_key_stops_the_rotation_and_loses_nothing(project: Store, settings: Settings) -> None:
    reported(project, settings, person(1))
    lost = settings.key_file.read_text()
    settings.key_file.write_text("another-key-of-more-than-32-characters")
    with pytest.raises(BadSettings, match="key that is not there"):
        rotate(project, settings, actor="local", now=NOW)
    settings.key_file.write_text(settings.key_file.read_text().strip() + "\n" + lost)
    assert rotate(project, settings, actor="local", now=NOW).values == 3


def test_two_do_not_rotate_at_once(project: Store, settings: Settings) -> None:
    with key_file.held(settings), pytest.raises(Conflict):
        rotate(project, settings, actor="local", now=NOW)


def test_every_encrypted_column_is_walked_over(project: Store, settings: Settings) -> None:
    walked = {(table.name, column.name) for table, columns in rotating.resealing.TABLES for column in columns}
    assert walked == {
        ("party", "name_enc"), ("party", "phone_enc"), ("party", "number_enc"), ("worker", "phone_enc"),
        ("account", "totp_secret"),
    }  # fmt: skip
    assert Party.__table__.c.phone_digest is not None


def test_the_command_tells_what_is_lost_before_it_is(
    project: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    reported(project, settings, person(1))
    rotate(project, settings, actor="local", now=NOW)
    monkeypatch.setenv("GRIDMAP_DB", settings.db)
    monkeypatch.setenv("GRIDMAP_VAR", str(settings.var))
    monkeypatch.setenv("GRIDMAP_SECRET", settings.secret().decode())
    asked = CliRunner().invoke(keys, ["drop-old"])
    assert asked.exit_code == 1 and "can never be read again" in asked.output
    assert len(settings.keys()) == 2
    done = CliRunner().invoke(keys, ["drop-old", "--yes"])
    assert done.exit_code == 0 and "1 older keys are dropped" in done.output
    assert len(settings.keys()) == 1
