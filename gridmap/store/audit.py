"""The audit: a hash chain of who changed and who saw what; its changes are the feed that caches follow.

An entry never holds a value. For each field it holds a keyed digest, so that somebody with the key can prove what a
field was, and nobody can guess it from the table. The chain shows every entry that was edited, removed, inserted or
moved.

Most entries tell of a change of data. Those that tell of reading (a record opened, a field revealed, an export) or of
an account are in the same chain, and no news to whoever holds data in memory: `is_change` tells them apart.
"""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import hashlib
import hmac
import json
import logging
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
import sqlalchemy as sa
from sqlalchemy.orm import Session

from gridmap.store.engine import after_commit
from gridmap.store.tables import Audit, AuditHead

# Named in every entry, so that a later algorithm can stand beside it in one chain.
ALGORITHM = "sha256/hmac-sha256/json/1"
GENESIS = bytes(32)
CHUNK = 5_000
# Entries that change no data of the district: what an action's last word says, or what it was done to.
READINGS = ("opened", "exported", "revealed")
ASIDE = ("account", "api_token", "session", "audit", "backup")

Head = tuple[int, bytes]  # a `seq` and the hash of its entry
# Every entry once it is stored, for a handler of its own (syslog); the program's log file is not told.
log = logging.getLogger("gridmap.audit")
log.setLevel(logging.INFO)
log.propagate = False
log.addHandler(logging.NullHandler())


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the chain; `digests` maps field names to keyed digests in hexadecimal."""

    seq: int
    at: dt.datetime
    actor: str
    action: str
    entity: str
    entity_uid: str | None
    digests: Mapping[str, str]
    algorithm: str
    prev_hash: bytes
    hash: bytes

    @property
    def is_change(self) -> bool:
        return is_change(self.action, self.entity)


@dataclass(frozen=True, slots=True)
class Problem:
    """A place where the chain is broken."""

    seq: int
    message: str


def append(
    session: Session,
    *,
    actor: str,
    action: str,
    entity: str,
    entity_uid: str | None,
    fields: Mapping[str, object],
    secret: bytes,
    at: dt.datetime,
) -> int:
    """Write an entry into the transaction of what it tells of, as its last step; returns its `seq`.

    The head row stays locked until the commit: entries are dense and stand in the order of the commits.
    """
    session.flush()
    head_row = session.execute(
        sa.select(AuditHead.seq, AuditHead.hash).where(AuditHead.id == 1).with_for_update()
    ).one()
    digests = {name: field_digest(secret, entity, entity_uid, name, value) for name, value in fields.items()}
    seq = int(head_row.seq) + 1
    at = at.astimezone(dt.UTC)
    entry_hash = chained_hash(
        head_row.hash, seq=seq, at=at, actor=actor, action=action, entity=entity, entity_uid=entity_uid, digests=digests
    )
    session.execute(
        sa.insert(Audit).values(
            seq=seq,
            at=at,
            actor=actor,
            action=action,
            entity=entity,
            entity_uid=entity_uid,
            digests=digests,
            algorithm=ALGORITHM,
            prev_hash=head_row.hash,
            hash=entry_hash,
        )
    )
    moved: dict[str, object] = {"seq": seq, "hash": entry_hash}
    if is_change(action, entity):
        moved |= {"change_seq": seq, "change_hash": entry_hash}
    session.execute(sa.update(AuditHead).where(AuditHead.id == 1).values(**moved))
    line = (seq, at.isoformat(), actor, action, entity, entity_uid or "-", entry_hash.hex())
    after_commit(session, lambda: log.info("%d at=%s actor=%s action=%s entity=%s uid=%s hash=%s", *line))
    return seq


def is_change(action: str, entity: str) -> bool:
    """Whether an entry tells of data of the district that changed, and not of reading or of an account."""
    return entity not in ASIDE and action.rpartition(".")[2] not in READINGS


CHANGED: sa.ColumnElement[bool] = sa.and_(
    Audit.entity.not_in(ASIDE), *(Audit.action.not_like(f"%.{word}") for word in READINGS)
)
"""`is_change` as a condition on rows."""

_HEAD = sa.select(AuditHead.seq, AuditHead.hash).where(AuditHead.id == 1)
_NEWEST = sa.select(AuditHead.change_seq, AuditHead.change_hash).where(AuditHead.id == 1)  # asked before every answer


def head(session: Session) -> Head:
    """The newest entry (0 before the first) and its hash."""
    seq, entry_hash = session.execute(_HEAD).one()
    return int(seq), bytes(entry_hash)


def newest_change(session: Session) -> Head:
    """The newest entry that changed data (0 before the first) and its hash: it names a state of the data."""
    seq, entry_hash = session.execute(_NEWEST).one()
    return int(seq), bytes(entry_hash)


def changes(session: Session, seq: int, limit: int = 1_000) -> list[Entry]:
    """Up to `limit` changes of data after entry `seq`, oldest first."""
    query = sa.select(Audit.__table__).where(Audit.seq > seq, CHANGED).order_by(Audit.seq).limit(limit)
    return entries_of(session, query)


def aside_from_incidents(session: Session, seq: int, limit: int) -> list[tuple[str, str | None]]:
    """(entity, uid) of up to `limit` entries after `seq`, oldest first, but for those of incidents and of reading."""
    readings = (Audit.action.not_like(f"%.{word}") for word in READINGS)
    found = sa.select(Audit.entity, Audit.entity_uid).where(Audit.seq > seq, Audit.entity != "incident", *readings)
    return [(entity, uid) for entity, uid in session.execute(found.order_by(Audit.seq).limit(limit))]


def holds(session: Session, known: Head) -> bool:
    """Whether the chain leads on from that entry: not where a backup was put back since it was read."""
    if known[0] == 0:
        return known[1] == GENESIS
    return session.scalar(sa.select(Audit.hash).where(Audit.seq == known[0])) == known[1]


def changes_after(session: Session, seq: int) -> int:
    """How many entries after `seq` tell of a change of data."""
    query = sa.select(sa.func.count()).select_from(Audit).where(Audit.seq > seq, CHANGED)
    return int(session.scalar(query) or 0)


def since(session: Session, seq: int, limit: int = 1_000) -> list[Entry]:
    """Up to `limit` entries after `seq`, oldest first."""
    return entries_of(session, sa.select(Audit.__table__).where(Audit.seq > seq).order_by(Audit.seq).limit(limit))


def entries_of(session: Session, query: sa.Select[Any]) -> list[Entry]:
    """The entries that a query for whole rows finds."""
    return [_entry(row) for row in session.execute(query)]


def verify(
    session: Session, on_progress: Callable[[int, int], None] | None = None, *, noted: Head | None = None
) -> list[Problem]:
    """Walk the whole chain; an empty list means that no entry was edited, removed, inserted or moved.

    `on_progress(done, total)` is called once a chunk. A chain computed anew as a whole, or cut off with its head set
    back, by somebody who may write the tables cannot be told from a true one by itself: it can by a head that was
    `noted` elsewhere, up to that entry.
    """
    newest, head_hash = head(session)
    problems: list[Problem] = []
    expected_seq, prev_hash = 1, GENESIS
    for entry in _walk(session):
        if entry.seq != expected_seq:
            problems.append(Problem(entry.seq, f"Entries {expected_seq} to {entry.seq - 1} are missing."))
        elif entry.prev_hash != prev_hash:
            problems.append(Problem(entry.seq, "It does not continue the entry before it."))
        if entry.algorithm != ALGORITHM:
            problems.append(Problem(entry.seq, f"Its algorithm '{entry.algorithm}' is not known."))
        elif entry.hash != _hash_of(entry):
            problems.append(Problem(entry.seq, "It was changed after it was written."))
        if noted is not None and entry.seq == noted[0] and entry.hash != noted[1]:
            problems.append(Problem(entry.seq, "It is not the entry that was noted: the chain up to it was made anew."))
        expected_seq, prev_hash = entry.seq + 1, entry.hash
        if on_progress is not None and entry.seq % CHUNK == 0:
            on_progress(entry.seq, newest)
    if newest != expected_seq - 1:
        problems.append(Problem(newest, f"The head names entry {newest}, the last one stored is {expected_seq - 1}."))
    elif head_hash != prev_hash:
        problems.append(Problem(newest, "The head's hash is not the last entry's."))
    if noted is not None and noted[0] >= expected_seq:
        gone = f"entries {expected_seq} to {noted[0]}"
        problems.append(Problem(noted[0], f"It was noted as the newest entry; {gone} are not there any more."))
    if on_progress is not None:
        on_progress(newest, newest)
    return problems


def field_digest(secret: bytes, entity: str, entity_uid: str | None, name: str, value: object) -> str:
    """HMAC-SHA256 of a field's value; bound to the field and the entity, so that equal values do not look equal."""
    text = canonical([entity, entity_uid, name, value])
    return hmac.new(secret, text, hashlib.sha256).hexdigest()


def readings(text: str) -> list[object]:
    """The values that a person may mean by a text: itself, and what it says as JSON (a number, a list, null)."""
    try:
        return [text, json.loads(text)]
    except ValueError:
        return [text]


def chained_hash(
    prev_hash: bytes,
    *,
    seq: int,
    at: dt.datetime,
    actor: str,
    action: str,
    entity: str,
    entity_uid: str | None,
    digests: Mapping[str, str],
    algorithm: str = ALGORITHM,
) -> bytes:
    """SHA-256 over the hash before and the canonical form of the entry."""
    content = {
        "seq": seq,
        "at": at,
        "actor": actor,
        "action": action,
        "entity": entity,
        "entity_uid": entity_uid,
        "digests": dict(digests),
        "algorithm": algorithm,
    }
    return hashlib.sha256(prev_hash + canonical(content)).digest()


def canonical(value: object) -> bytes:
    """One text for one value: JSON with sorted names, no blanks, UTF-8; instants in UTC with microseconds."""
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False, default=_plain
    ).encode()


def _plain(value: object) -> Any:
    match value:
        case dt.datetime():
            return value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        case dt.date() | dt.time():
            return value.isoformat()
        case bytes():
            return value.hex()
        case uuid.UUID() | decimal.Decimal():
            return str(value)
        case enum.Enum():
            return value.value
        case np.generic():
            return value.item()
        case np.ndarray():
            return value.tolist()
        case shapely.Geometry():
            return shapely.to_wkb(value, hex=True, byte_order=1)
        case set() | frozenset():
            return sorted(value)
    raise TypeError(f"A {type(value).__name__} has no canonical form for the audit.")


def _walk(session: Session) -> Iterator[Entry]:
    seq = 0
    while chunk := since(session, seq, CHUNK):
        yield from chunk
        seq = chunk[-1].seq


def _entry(row: Any) -> Entry:
    return Entry(
        seq=row.seq,
        at=row.at,
        actor=row.actor,
        action=row.action,
        entity=row.entity,
        entity_uid=row.entity_uid,
        digests=row.digests,
        algorithm=row.algorithm,
        prev_hash=bytes(row.prev_hash),
        hash=bytes(row.hash),
    )


def _hash_of(entry: Entry) -> bytes:
    return chained_hash(
        entry.prev_hash,
        seq=entry.seq,
        at=entry.at,
        actor=entry.actor,
        action=entry.action,
        entity=entry.entity,
        entity_uid=entry.entity_uid,
        digests=entry.digests,
        algorithm=entry.algorithm,
    )
