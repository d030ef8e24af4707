"""`gridmap audit` and `gridmap db grants` as a person runs them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from gridmap.cli import gridmap
from gridmap.config import Settings
from gridmap.store import audit
from gridmap.store.engine import Store
from gridmap.store.roles import grants
from tests.services import small_world as world
from tests.store.district import append_entry, unguarded

Run = Callable[..., Result]


@pytest.fixture
def place(settings: Settings) -> Store:
    """The small world with three more entries."""
    store = world.build(settings)
    with store.write() as session:
        for i in range(3):
            append_entry(session, entity_uid=f"uid-{i}", fields={"kind": "order", "rows": 3}, secret=settings.secret())
    return store


@pytest.fixture
def run(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("GRIDMAP_DB", settings.db)
    monkeypatch.setenv("GRIDMAP_VAR", str(settings.var))
    monkeypatch.setenv("GRIDMAP_SECRET", settings.secret().decode())
    return lambda *words: CliRunner().invoke(gridmap, words)


def test_a_head_is_noted_once_and_compared_with(place: Store, run: Run, tmp_path: Path) -> None:
    head = tmp_path / "head.json"
    assert run("audit", "head", str(head)).exit_code == 0
    assert json.loads(head.read_bytes())["seq"] == 4
    assert "is not overwritten" in str(run("audit", "head", str(head)).exception)
    done = run("audit", "verify", "--head", str(head))
    assert done.exit_code == 0
    assert "compared with entry 4, noted at " in done.stdout and "4 entries, 0 problems" in done.stdout


def test_a_cut_tail_is_found_by_the_head_alone(place: Store, run: Run, tmp_path: Path) -> None:
    head = tmp_path / "head.json"
    run("audit", "head", str(head))
    with place.write() as session, unguarded(session):
        session.execute(sa.text("DELETE FROM audit WHERE seq > 2"))
        session.execute(sa.text("UPDATE audit_head SET seq = 2, hash = (SELECT hash FROM audit WHERE seq = 2)"))
    assert run("audit", "verify").exit_code == 0
    done = run("audit", "verify", "--head", str(head))
    assert done.exit_code == 1
    assert "PROBLEM  entry 4: It was noted as the newest entry; entries 3 to 4 are not there any more." in done.stdout


def test_an_edited_entry_is_named(place: Store, run: Run) -> None:
    with place.write() as session, unguarded(session):
        session.execute(sa.text("UPDATE audit SET actor = 'somebody' WHERE seq = 3"))
    done = run("audit", "verify")
    assert done.exit_code == 1
    assert done.stdout.startswith("PROBLEM  entry 3: It was changed after it was written.\n4 entries, 1 problems")


def test_a_head_that_somebody_changed_is_told(place: Store, run: Run, tmp_path: Path) -> None:
    head = tmp_path / "head.json"
    run("audit", "head", str(head))
    content = json.loads(head.read_bytes())
    with place.read() as session:
        third = audit.since(session, 2, 1)[0]
    head.write_text(json.dumps(content | {"seq": 3, "hash": third.hash.hex()}))
    done = run("audit", "verify", "--head", str(head))
    assert done.exit_code == 1 and "does not bear this" in done.stdout


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("4", "kind", "order"), 0, "entry 4: kind was this."),
        (("4", "rows", "3"), 0, "entry 4: rows was this."),
        (("4", "kind", "dispute"), 1, "entry 4: kind was not this."),
        (("4", "phone", "1"), 1, "It has: kind, rows."),
        (("9", "kind", "order"), 1, "There is no entry 9"),
    ],
)
def test_what_a_field_was_can_be_proved(place: Store, run: Run, words: tuple[str, ...], code: int, told: str) -> None:
    done = run("audit", "prove", *words)
    assert done.exit_code == code and told in f"{done.output}{done.exception}"
    place.close()


def test_the_rights_of_a_role_are_printed_for_any_name(place: Store, run: Run) -> None:
    text = run("db", "grants", 'the "office"').stdout
    assert text.strip() == grants('the "office"')
    assert 'GRANT SELECT, INSERT ON audit TO "the ""office""";' in text
    assert "is no name of a role" in str(run("db", "grants", "x" * 64).exception)


def test_what_the_command_line_exports_is_told_with_its_digest(place: Store, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "out.csv"
    assert run("export", "incidents", str(file), "--kind", "help").exit_code == 0
    with place.read() as session:
        newest = audit.since(session, 4)[0]
        assert audit.newest_change(session)[0] == 4
    assert (newest.actor, newest.action, newest.entity) == ("local", "incidents.exported", "export")
    assert set(newest.digests) == {"kinds", "rows", "file", "sha256"}
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    assert run("audit", "prove", "5", "sha256", digest).exit_code == 0
    assert run("audit", "prove", "5", "rows", "6").exit_code == 0
