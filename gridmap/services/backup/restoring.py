"""A backup brought back into an empty place: checked before, filled in one transaction, compared before it counts.

The schema is made by the migrations up to the archive's own revision, so every trigger and index is what it was. A
SpatiaLite file is made beside its place and renamed; on PostgreSQL schema and rows are one transaction. Whatever ends
a restore before its end leaves the place as it was.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from gridmap.config import Settings
from gridmap.domain.access import LOCAL, Actor
from gridmap.errors import BadFile, Conflict
from gridmap.services.backup import folder as folders
from gridmap.services.backup.archive import PIECE_BYTES, Reader, opened
from gridmap.services.backup.keys import SECRET, other_keys
from gridmap.services.backup.manifest import Manifest, TableEntry
from gridmap.store import audit, migrations, refilling, replacing, snapshot
from gridmap.store.engine import Session, Store, file_of, open_store, shown_address

Progress = Callable[[str, int, int], None]
PART = 20_000  # rows: enough for a spatial index to be filled at once


def _silent(label: str, done: int, total: int) -> None:
    """Progress nobody looks at."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was brought back, and what a person should know: the audit's problems, and keys that are others now."""

    address: str
    manifest: Manifest
    revision: str
    problems: tuple[audit.Problem, ...]
    other_keys: tuple[str, ...]


@dataclass(slots=True)
class _Work:
    """One restore on its way."""

    reader: Reader
    settings: Settings
    actor: Actor
    now: dt.datetime
    on_progress: Progress
    other_keys: tuple[str, ...]
    replace: bool
    problems: list[audit.Problem] = field(default_factory=list)


def check(archive: Path, *, on_progress: Progress = _silent) -> Manifest:
    """Read a whole archive and compare it with its manifest. Raises BadFile."""
    with opened(archive) as reader:
        reader.check(lambda done, total: on_progress("Checking the archive", done, total))
        return reader.manifest


def restore(
    archive: Path,
    settings: Settings,
    *,
    now: dt.datetime,
    actor: Actor = LOCAL,
    upgrade: bool = False,
    replace: bool = False,
    on_progress: Progress = _silent,
) -> Restored:
    """Fill the empty database that `settings` name, and the folder for files beside it.

    Every row is compared by its table's digest, and the audit's head, before anything counts. The schema stays that of
    the archive unless `upgrade`. With `replace` the project there makes way, in the same step; files only it had stay.
    Raises BadFile for an archive that is damaged, foreign or of a newer gridmap; Conflict
    for a place that is not empty; DiskFull. Then the place is as it was.
    """
    with opened(archive) as reader:
        reader.check(lambda done, total: on_progress("Checking the archive", done, total))
        others = other_keys(reader.manifest.key_checks, settings)
        work = _Work(reader, settings, actor, now, on_progress, others, replace)
        path = file_of(settings.db)
        revision = _into_server(work, upgrade) if path is None else _into_file(work, path.absolute(), upgrade)
        return Restored(shown_address(settings.db), reader.manifest, revision, tuple(work.problems), work.other_keys)


def _into_server(work: _Work, upgrade: bool) -> str:
    store = open_store(work.settings.db)
    try:
        return _into(store, work, upgrade)
    finally:
        store.close()


def _into_file(work: _Work, path: Path, upgrade: bool) -> str:
    with folders.room_in(path.parent), folders.alone(path.parent, "restore"):
        _make_way(path, work)
        with folders.draft(path) as draft:
            store = open_store(f"sqlite:///{draft}")
            try:
                revision = _into(store, work, upgrade)
            finally:
                store.close()
            _make_way(path, work)  # again: somebody may have begun to use it meanwhile
            for suffix in ("-wal", "-shm"):  # of the empty file that was there
                Path(f"{path}{suffix}").unlink(missing_ok=True)
    return revision


def _make_way(path: Path, work: _Work) -> None:
    if not work.replace:
        _refuse_filled(path)
    elif path.exists():
        replacing.shut(path)


def _refuse_filled(path: Path) -> None:
    if not path.exists() or path.stat().st_size == 0:
        return
    store = open_store(f"sqlite:///{path}", create=False)
    try:
        with store.read() as session:
            is_empty = migrations.is_empty(session.connection())
    finally:
        store.close()
    if not is_empty:
        raise Conflict(f"{path} is not empty; nothing was changed.", "Name a file that does not exist.")


def _into(store: Store, work: _Work, upgrade: bool) -> str:
    """Files first: a row never names one that is not there."""
    written = _files(work)
    revision, clear = work.reader.manifest.revision, work.replace and store.dialect == "postgresql"
    try:
        migrations.build(store, revision, lambda session: _fill(session, work), replace=clear)
    except BaseException:
        for path in written:
            path.unlink()
        raise
    if upgrade and revision != migrations.head():
        migrations.upgrade(store)
        with store.write() as session:
            _finish(session, work)
    return migrations.current(store) or ""


def _fill(session: Session, work: _Work) -> None:
    manifest = work.reader.manifest
    refilling.require_same(session, [table.shape for table in manifest.tables])
    done = 0
    for table in manifest.tables:
        refilling.fill(session, table.shape, _parts(work, table, done))
        done += table.rows
    done = 0
    for table in manifest.tables:
        _compare(session, table)
        done += table.rows
        work.on_progress("Comparing", done, manifest.rows)
    if audit.head(session) != manifest.head:
        raise BadFile("The audit does not end with the entry that the manifest names.", "Restore another backup.")
    if manifest.revision == migrations.head():
        _finish(session, work)


def _parts(work: _Work, table: TableEntry, done: int) -> Iterator[list[snapshot.Row]]:
    part: list[snapshot.Row] = []
    for line in work.reader.lines(table.member):
        part.append(json.loads(line))
        if len(part) == PART:
            yield part
            done += len(part)
            work.on_progress("Tables", done, work.reader.manifest.rows)
            part = []
    yield part


def _compare(session: Session, table: TableEntry) -> None:
    found = snapshot.digest(session, table.shape)
    if (found.rows, found.hexdigest()) != (table.rows, table.digest):
        raise BadFile(
            f"Table {table.shape.name} came back otherwise than it was: {found.rows:,} rows, {table.rows:,} before.",
            "Nothing was changed. Restore another backup, or into the kind of database it came from.",
        )


def _finish(session: Session, work: _Work) -> None:
    """Walk the audit's chain, end all sessions, and add the entry about this restore to the chain.

    Without the secret of the backup's time the entry holds no digest, and none is made here: it must not be in the way
    of the right one, which a person still has to bring.
    """
    manifest = work.reader.manifest
    work.problems += audit.verify(session, noted=manifest.head)
    refilling.end_sessions(session)
    is_secret_here = SECRET in manifest.key_checks and SECRET not in work.other_keys
    audit.append(
        session,
        actor=work.actor.name,
        action="project.restored",
        entity="project",
        entity_uid=manifest.project_uid,
        fields={"made_at": manifest.made_at, "head": manifest.head[1]} if is_secret_here else {},
        secret=work.settings.secret() if is_secret_here else b"",
        at=work.now,
    )


def _files(work: _Work) -> list[Path]:
    """Unpack the files -> those written. One that is there with this content stays; raises Conflict for another."""
    root = work.settings.files_dir
    missing = []
    for name in work.reader.manifest.files:
        target = root / name.removeprefix("files/")
        if not target.exists():
            missing.append((name, target))
        elif _sha256(target) != work.reader.manifest.members[name].sha256:
            raise Conflict(
                f"{target} exists with another content; nothing was changed.", "Set GRIDMAP_VAR to a new folder."
            )
    for name, target in missing:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with folders.draft(target) as draft, draft.open("xb") as file:
            file.writelines(work.reader.pieces(name))
    return [target for _, target in missing]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        digest = hashlib.sha256()
        while piece := file.read(PIECE_BYTES):
            digest.update(piece)
    return digest.hexdigest()

