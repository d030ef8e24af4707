"""A backup: one moment of the database, and the files, settings and audit's head that belong to it.

The rows are read in one transaction that sees one state, while others go on writing; files are only ever added, and are
there before the row that names them. The archive is read again as a whole before it takes its name.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from gridmap import __version__
from gridmap.config import Settings
from gridmap.domain.access import LOCAL, Actor
from gridmap.errors import BadInput, NotFound, StoreBroken
from gridmap.services import auditing
from gridmap.services.audit_heads import head_text
from gridmap.services.backup import folder as folders
from gridmap.services.backup.archive import PIECE_BYTES, Writer, opened, writing
from gridmap.services.backup.folder import SUFFIX, Kept
from gridmap.services.backup.keys import key_checks
from gridmap.services.backup.manifest import Manifest, TableEntry
from gridmap.store import audit, migrations, project, snapshot
from gridmap.store.engine import Session, Store, open_store, shown_address

Progress = Callable[[str, int, int], None]
TOLD_SETTINGS = ("var", "host", "port", "log_level", "workers", "proxies", "public_url", "syslog")  # none is a secret


@dataclass(frozen=True, slots=True)
class Backup:
    """What was made: the archive, what it holds, and the archives that made way."""

    path: Path
    size_bytes: int
    manifest: Manifest
    removed: tuple[Path, ...]


def back_up(
    settings: Settings,
    target: Path,
    *,
    now: dt.datetime,
    actor: Actor = LOCAL,
    kept: Kept | None = None,
    on_progress: Progress = lambda _label, _done, _total: None,
) -> Backup:
    """Write an archive of the database that `settings` name and read it again, whole.

    `target` is a folder, made where it is missing, or the name of a new .zip file; in a folder, `kept` says which older
    archives of this project stay. The audit gets an entry about it. Raises Conflict for a file that exists, or while
    another backup is written there; DiskFull; BadInput, BadFile; StoreBroken for a database without a project.
    """
    is_file = target.suffix == SUFFIX and not target.is_dir()
    if is_file and kept is not None:
        raise BadInput(f"{target} is one file: there is nothing to rotate.", "Name a folder with --keep.")
    place = target.parent if is_file else target
    store = open_store(settings.db, create=False)
    try:
        uid = _project_uid(store)
        path = target if is_file else target / folders.file_name(uid, now)
        with folders.room_in(place), folders.alone(place, "backup"):
            folders.require_free(path)
            manifest = _write(store, settings, path, now, on_progress)
            _tell(store, settings, path, manifest, actor, now)
            removed = () if kept is None else tuple(folders.rotate(place, uid, kept))
    finally:
        store.close()
    return Backup(path, path.stat().st_size, manifest, removed)


def _project_uid(store: Store) -> str:
    """Raises StoreBroken when there is nothing to keep."""
    with store.read() as session:
        if migrations.is_empty(session.connection()):
            raise StoreBroken(f"{store.address} is empty: there is nothing to keep.", "Correct GRIDMAP_DB.")
        found = project.identity(session)
    if found is None:
        raise NotFound(f"{store.address} holds no project yet.", "Run `gridmap init`.")
    return found[0]


def _write(store: Store, settings: Settings, path: Path, now: dt.datetime, on_progress: Progress) -> Manifest:
    with folders.draft(path) as draft:
        with draft.open("xb") as file, writing(file) as writer:
            draft.chmod(0o600)  # it holds people's affairs
            with store.read() as session:
                manifest = _fill(writer, session, store, settings, now, on_progress)
            writer.finish(manifest)
        folders.sync(draft)
        with opened(draft) as written:
            written.check(lambda done, total: on_progress("Reading it again", done, total))
            if written.manifest != manifest:
                raise RuntimeError("The manifest reads otherwise than it was written.")
    return manifest


def _fill(
    writer: Writer, session: Session, store: Store, settings: Settings, now: dt.datetime, on_progress: Progress
) -> Manifest:
    found = project.identity(session)
    revision = migrations.revision_of(session.connection())
    if found is None or revision is None:
        raise NotFound(f"{store.address} holds no project any more.", "Try again.")
    uid, name = found
    head = audit.head(session)  # with it begins the moment that all below is of
    _add_files(writer, settings.files_dir)
    writer.add("settings.json", [_settings_text(settings)])
    writer.add("audit-head.json", [head_text(uid, head, secret=settings.secret(), now=now)])
    shapes = snapshot.tables(session.connection())
    total, done = sum(snapshot.count(session, shape) for shape in shapes), 0
    tables = []
    for shape in shapes:
        digest = snapshot.RowsDigest(shape)

        def tell(rows: int, before: int = done) -> None:
            on_progress("Tables", before + rows, total)

        writer.add(f"tables/{shape.name}.jsonl", _lines(session, shape, digest, tell))
        tables.append(TableEntry(shape, digest.rows, digest.hexdigest()))
        done += digest.rows
    return Manifest(
        made_at=now.astimezone(dt.UTC),
        gridmap=__version__,
        revision=revision,
        dialect=store.dialect,
        project_uid=uid,
        project_name=name,
        head=head,
        key_checks=key_checks(settings),
        tables=tuple(tables),
        members=writer.members,
    )


def _lines(
    session: Session, shape: snapshot.TableShape, digest: snapshot.RowsDigest, tell: Callable[[int], None]
) -> Iterator[bytes]:
    for part in snapshot.rows(session, shape):
        yield b"".join(digest.add(row) + b"\n" for row in part)
        tell(digest.rows)


def _add_files(writer: Writer, folder: Path) -> None:
    """Every file under the folder; what is half-written there (a name that begins with a dot) is nobody's yet."""
    for path in sorted(folder.rglob("*")) if folder.is_dir() else []:
        inner = path.relative_to(folder)
        if path.is_file() and not any(part.startswith(".") for part in inner.parts):
            name = f"files/{inner.as_posix()}"
            with suppress(FileNotFoundError), path.open("rb") as file:  # no row names what is swept just now
                writer.add(name, iter(partial(file.read, PIECE_BYTES), b""))


def _settings_text(settings: Settings) -> bytes:
    """For whoever sets up the next machine. Of the database's address the password is left out."""
    told = {name: getattr(settings, name) for name in TOLD_SETTINGS} | {"db": shown_address(settings.db)}
    return json.dumps(told, ensure_ascii=False, indent=1, default=str).encode()


def _tell(store: Store, settings: Settings, path: Path, manifest: Manifest, actor: Actor, now: dt.datetime) -> None:
    """The audit's entry. A schema that waits for its upgrade takes none: its tables are of another time."""
    if manifest.revision == migrations.head():
        fields = {"rows": manifest.rows, "head": manifest.head[1]}
        auditing.file_exported(store, settings, "backup", path, fields, now=now, actor=actor)
