"""Replacing the key of what is stored encrypted: a new key in front, everything encrypted anew, the old key away.

Each batch is a transaction, and says by itself which key it bears: a run that was killed is gone on with by the next.
Meanwhile all keys decrypt, and searches look for the digests of all of them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from gridmap.config import Settings
from gridmap.errors import BadSettings, Conflict
from gridmap.services.privacy import key_file
from gridmap.services.privacy.sealer import Sealer
from gridmap.store import audit, resealing
from gridmap.store.engine import Session, Store
from gridmap.store.resealing import Batch, Position

BATCH_ROWS = 500
Progress = Callable[[int], None]  # values that are done


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a rotation did: `values` were encrypted anew, of the `seen`. `has_new_key`: the file got one; False where a
    run before had begun, or a person had put one in front of GRIDMAP_KEY.
    """

    values: int
    seen: int
    has_new_key: bool


def is_new_key_wanted(store: Store, settings: Settings) -> bool:
    """Whether everything bears the newest key, so that a rotation needs a newer one."""
    newest = Sealer.newest(settings)
    with store.read() as session:
        position = Position()
        while found := resealing.batch(session, position, BATCH_ROWS):
            if any(newest.open(value) is None for row in found.rows.values() for value in row.values()):
                return False
            position = found.end
    return True


def rotate(
    store: Store, settings: Settings, *, actor: str, now: dt.datetime, tell: Progress = lambda _: None
) -> Rotated:
    """Encrypt everything by the newest key, with one entry of the audit at its end.

    Keys of the file: a new one is put in front first, unless a run before did so and was not finished. Keys of
    GRIDMAP_KEY are never written: there the person puts the new one in front. Raises Conflict when somebody else
    rotates, BadSettings for a value that no key opens, StoreBusy; what was done until then stays done.
    """
    with key_file.held(settings):
        is_new = settings.key_from_env is None and is_new_key_wanted(store, settings)
        if is_new:
            key_file.write(settings, [key_file.new_key().encode(), *settings.keys()])
        values, seen = _reseal_all(store, settings, actor, now, tell)
    return Rotated(values, seen, is_new)


def drop_old(store: Store, settings: Settings, *, actor: str, now: dt.datetime) -> int:
    """Take the older keys out of the file, once nothing bears them -> how many. Raises Conflict while something does,
    and BadSettings for keys of GRIDMAP_KEY, which only a person can change.
    """
    with key_file.held(settings):
        keys = settings.keys()
        if not is_new_key_wanted(store, settings):
            raise Conflict("Some values still bear an older key.", "Run `gridmap keys rotate` first.")
        if settings.key_from_env is not None:
            raise BadSettings(
                "The keys come from GRIDMAP_KEY, which gridmap does not write.",
                "Nothing bears the older keys any more: leave only the first one in GRIDMAP_KEY.",
            )
        if len(keys) > 1:
            key_file.write(settings, keys[:1])
            store.transact(lambda session: _tell(session, settings, "dropped", {"keys": len(keys) - 1}, actor, now))
    return len(keys) - 1


def _reseal_all(store: Store, settings: Settings, actor: str, now: dt.datetime, tell: Progress) -> tuple[int, int]:
    sealers = Sealer.every(settings)
    position: Position | None = Position()
    values = seen = 0
    while position is not None:
        start, done = position, (values, seen)

        def work(session: Session, start: Position = start, done: tuple[int, int] = done) -> _Step:
            return _step(session, settings, sealers, start, done, actor, now)

        step = store.transact(work)
        position, values, seen = step.end, step.values, step.seen
        tell(seen)
    return values, seen


@dataclass(frozen=True, slots=True)
class _Step:
    """One batch done: where to go on (None: nowhere), and the sums."""

    end: Position | None
    values: int
    seen: int


def _step(
    session: Session,
    settings: Settings,
    sealers: list[Sealer],
    start: Position,
    done: tuple[int, int],
    actor: str,
    now: dt.datetime,
) -> _Step:
    """One batch; with the last one goes the entry, so that a rotation that is over has one."""
    values, seen = done
    found = resealing.batch(session, start, BATCH_ROWS, lock=True)
    if found is not None:
        changed = _resealed(found, sealers)
        resealing.rewrite(session, found.table, [(key, columns) for key, columns, _ in changed])
        values += sum(n for _, _, n in changed)
        seen += sum(map(len, found.rows.values()))
        if resealing.batch(session, found.end, 1) is not None:
            return _Step(found.end, values, seen)
    _tell(session, settings, "rotated", {"values": values}, actor, now)
    return _Step(None, values, seen)


def _resealed(found: Batch, sealers: list[Sealer]) -> list[tuple[int, dict[str, bytes | None], int]]:
    """Of the rows that bear an older key: id, the columns to write, how many encrypted values are among them."""
    newest, *older = sealers
    changed = []
    for key, row in found.rows.items():
        columns: dict[str, bytes | None] = {}
        n = 0
        for column in found.columns:
            value = row.get(column.name)
            if value is None or newest.open(value) is not None:
                continue
            plain = next((text for sealer in older if (text := sealer.open(value)) is not None), None)
            if plain is None:
                raise BadSettings(
                    f"Row {key} of {found.table} was encrypted with a key that is not there.",
                    "Put that key back, behind the newest, and run this again.",
                )
            n += 1
            columns[column.name] = newest.reseal(plain)
            if column.digest is not None and column.field is not None:
                columns[column.digest] = newest.digest(column.field, plain.decode())
        if columns:
            changed.append((key, columns, n))
    return changed


def _tell(
    session: Session, settings: Settings, what: str, fields: dict[str, object], actor: str, now: dt.datetime
) -> None:
    audit.append(
        session,
        actor=actor,
        action=f"key.{what}",
        entity="key",
        entity_uid=None,
        fields=fields,
        secret=settings.secret(),
        at=now,
    )
