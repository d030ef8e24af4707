"""Who opened which record in which hour, so that the audit tells it once."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from gridmap.store.tables import Account, RecordOpening


def account_id(session: Session, name: str) -> int | None:
    """The key of the account with that name."""
    return session.scalar(sa.select(Account.id).where(Account.name == name))


def is_known(session: Session, account: int, entity_uid: str, hour_at: dt.datetime) -> bool:
    """Whether the opening of that hour is noted already."""
    return session.get(RecordOpening, (account, entity_uid, hour_at)) is not None


def add(session: Session, account: int, entity_uid: str, hour_at: dt.datetime) -> bool:
    """Note an opening; False when it was noted. Of the hours before, only the audit knows from now on."""
    insert: Any = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}[session.get_bind().dialect.name]
    values = {"account_id": account, "entity_uid": entity_uid, "hour_at": hour_at}
    added = insert(RecordOpening.__table__).values(**values).on_conflict_do_nothing()
    is_new = session.execute(added.returning(RecordOpening.__table__.c.account_id)).first() is not None
    of_record = (RecordOpening.account_id == account, RecordOpening.entity_uid == entity_uid)
    session.execute(sa.delete(RecordOpening).where(*of_record, RecordOpening.hour_at < hour_at))
    return is_new
