"""The audit as an auditor asks it: entries of somebody, of a record, of a time, newest first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from gridmap.store.audit import Entry, entries_of
from gridmap.store.membership import one_of
from gridmap.store.tables import Account, Audit, GridPlan, ImportBatch, Incident

CHUNK = 2_000
# What an entity's rows are called by people: a case, an account, a file, a plan.
NAMES: dict[str, tuple[InstrumentedAttribute[str], InstrumentedAttribute[str]]] = {
    "incident": (Incident.uid, Incident.case_number),
    "account": (Account.uid, Account.name),
    "import_batch": (ImportBatch.uid, ImportBatch.file_name),
    "grid_plan": (GridPlan.uid, GridPlan.name),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries; all conditions hold together. `actions`: one of these; `until` itself is not in."""

    actor: str | None = None
    actions: tuple[str, ...] | None = None
    entity: str | None = None
    entity_uid: str | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None


def page(session: Session, wanted: Wanted, *, before: int | None, limit: int) -> list[Entry]:
    """Up to `limit` entries with a lower `seq` than `before`, the newest first."""
    query = sa.select(Audit.__table__).where(*_conditions(wanted)).order_by(Audit.seq.desc()).limit(limit)
    return entries_of(session, query if before is None else query.where(Audit.seq < before))


def count(session: Session, wanted: Wanted) -> int:
    """How many entries there are."""
    return session.scalar(sa.select(sa.func.count()).select_from(Audit).where(*_conditions(wanted))) or 0


def every(session: Session, wanted: Wanted) -> Iterator[Entry]:
    """All entries, the newest first; memory does not grow with them."""
    before: int | None = None
    while chunk := page(session, wanted, before=before, limit=CHUNK):
        yield from chunk
        before = chunk[-1].seq


def actors(session: Session) -> list[str]:
    """Everybody who is named in the audit."""
    return _distinct(session, "actor")


def actions(session: Session) -> list[str]:
    """Everything that was done."""
    return _distinct(session, "action")


def names(session: Session, entries: Collection[Entry]) -> dict[str, str]:
    """What people call the records that entries are about, by uid; those that are gone have no name any more."""
    found: dict[str, str] = {}
    for entity, (uid, name) in NAMES.items():
        wanted = {entry.entity_uid for entry in entries if entry.entity == entity and entry.entity_uid}
        for condition in one_of(session, uid, sorted(wanted)):
            found |= {row[0]: row[1] for row in session.execute(sa.select(uid, name).where(condition))}
    return found


def shown_names(session: Session) -> dict[str, str]:
    """The name that each account shows, by the name that the audit has."""
    return {row.name: row.shown_name for row in session.execute(sa.select(Account.name, Account.shown_name))}


def uid_of(session: Session, text: str) -> str:
    """The uid of the record that a person means by its name (a case number, an account's); else the text itself."""
    for uid, name in NAMES.values():
        found = session.scalar(sa.select(uid).where(name == text).limit(1))
        if found is not None:
            return found
    return text


def _conditions(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    plain = {
        Audit.actor: wanted.actor, Audit.entity: wanted.entity, Audit.entity_uid: wanted.entity_uid,
    }  # fmt: skip
    conditions = [column == value for column, value in plain.items() if value is not None]
    if wanted.actions is not None:
        conditions.append(Audit.action.in_(wanted.actions))
    if wanted.since is not None:
        conditions.append(Audit.at >= wanted.since)
    if wanted.until is not None:
        conditions.append(Audit.at < wanted.until)
    return conditions


def _distinct(session: Session, column: str) -> list[str]:
    """The values of an indexed column, each looked up after the one before: however many rows there are."""
    query = (
        "WITH RECURSIVE found (value) AS ("  # noqa: S608 - a column of ours
        f" SELECT min({column}) FROM audit UNION ALL"
        f" SELECT (SELECT min({column}) FROM audit WHERE {column} > found.value) FROM found"
        " WHERE found.value IS NOT NULL) SELECT value FROM found WHERE value IS NOT NULL"
    )
    return list(session.scalars(sa.text(query)))
