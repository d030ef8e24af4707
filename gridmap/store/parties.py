"""Who reported incidents and is a party to them: encrypted values in, encrypted values out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from gridmap.store import bulk, ids
from gridmap.store.membership import one_of
from gridmap.store.tables import Audit, Incident, Party


@dataclass(frozen=True, slots=True)
class PartyRow:
    """One person of one incident, as stored."""

    id: int
    uid: str
    role: str
    name_enc: bytes | None
    phone_enc: bytes | None
    number_enc: bytes | None


SEALED = ("name_enc", "phone_enc", "number_enc", "phone_digest", "number_digest")
_COLUMNS = [getattr(Party, field.name) for field in fields(PartyRow)]


def of_incident(session: Session, incident_uid: str) -> list[PartyRow]:
    """The people of an incident, in the order they came; reporters that a later import replaced are not among them."""
    query = (
        sa.select(*_COLUMNS)
        .join(Incident, Incident.id == Party.incident_id)
        .where(Incident.uid == incident_uid, Party.replaced_by_id.is_(None))
        .order_by(Party.id)
    )
    return [PartyRow(*row) for row in session.execute(query)]


def add(
    session: Session,
    incident_ids: Sequence[int],
    *,
    role: str,
    sealed: Sequence[dict[str, bytes | None]],
    purge_after: Sequence[dt.date],
    at: dt.datetime,
    batch_id: int | None = None,
) -> None:
    """One person for each of the incidents: `sealed` has the columns of SEALED."""
    n = len(incident_ids)
    columns: dict[str, list[Any]] = {name: [one.get(name) for one in sealed] for name in SEALED}
    columns |= {
        "uid": [ids.new_uid() for _ in range(n)],
        "incident_id": list(incident_ids),
        "role": [role] * n,
        "created_at": [at] * n,
        "purge_after": list(purge_after),
        "batch_id": [batch_id] * n,
    }
    bulk.insert(session, Party, columns)


def replace_reporters(session: Session, incident_ids: Sequence[int], batch_id: int) -> None:
    """The reporters of these incidents show no more: an import says something else of them."""
    for among in one_of(session, Party.incident_id, list(incident_ids)):
        stands = (among, Party.role == "reporter", Party.replaced_by_id.is_(None))
        session.execute(sa.update(Party).where(*stands).values(replaced_by_id=batch_id))


def take_back(session: Session, batch_id: int) -> None:
    """The people that an import brought go, those it replaced show again."""
    session.execute(sa.delete(Party).where(Party.batch_id == batch_id))
    session.execute(sa.update(Party).where(Party.replaced_by_id == batch_id).values(replaced_by_id=None))


def incidents_with_phone(session: Session, digests: Collection[bytes]) -> list[str]:
    """The uids of the incidents where somebody has a phone of one of these digests, newest day first."""
    query = (
        sa.select(Incident.uid)
        .where(
            Incident.id.in_(
                sa.select(Party.incident_id).where(Party.phone_digest.in_(digests), Party.replaced_by_id.is_(None))
            )
        )
        .order_by(Incident.occurred_on.desc(), Incident.id.desc())
    )
    return list(session.scalars(query))


def revealed_since(session: Session, actor: str, since: dt.datetime) -> tuple[int, dt.datetime | None]:
    """How many masked values somebody was shown since then, and when the first of them was."""
    shown = (Audit.actor == actor, Audit.at >= since, Audit.action.like("incident%.revealed"))
    count, first = session.execute(sa.select(sa.func.count(), sa.func.min(Audit.at)).where(*shown)).one()
    return int(count), first
