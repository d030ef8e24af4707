"""People: who may sign in, by what, what an account's programs may use; who is party to an incident."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, false, text
from sqlalchemy.orm import Mapped, mapped_column

from gridmap.store.tables.base import Base, BigId, Identified, Sealed


class Account(Identified, Base):
    """Who may sign in. `name` is kept in lower case; `admin` is one of `domain.access.Admin`, and then `worker_id` is
    empty. A session bears the `epoch` it began under: raising it ends all sessions of the account.
    """

    __tablename__ = "account"
    name: Mapped[str] = mapped_column(String(60), unique=True)
    shown_name: Mapped[str] = mapped_column(String(60))
    admin: Mapped[str | None] = mapped_column(String(20), index=True)
    worker_id: Mapped[int | None] = mapped_column(ForeignKey("worker.id"), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))  # empty: nobody signs in by a password
    must_change_password: Mapped[bool] = mapped_column(default=False, server_default=false())
    totp_secret: Mapped[bytes | None] = mapped_column(Sealed)
    totp_step: Mapped[int | None] = mapped_column(BigId)  # the last one used: no code is taken twice
    epoch: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    failures: Mapped[int] = mapped_column(server_default=text("0"), default=0)  # since the last sign-in
    failed_at: Mapped[dt.datetime | None]
    locked_until: Mapped[dt.datetime | None]
    disabled_at: Mapped[dt.datetime | None]
    signed_in_at: Mapped[dt.datetime | None]
    created_at: Mapped[dt.datetime]


class RecoveryCode(Base):
    """A code that stands in for the second factor, once."""

    __tablename__ = "recovery_code"
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    used_at: Mapped[dt.datetime | None]


class ApiToken(Identified, Base):
    """A key for an account's programs: at most what the account may do itself, less what `scope` leaves out."""

    __tablename__ = "api_token"
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    scope: Mapped[dict[str, Any]]
    created_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]
    revoked_at: Mapped[dt.datetime | None]


class RecordOpening(Base):
    """Who opened which record in which hour (UTC): one entry of the audit for each."""

    __tablename__ = "record_opening"
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    entity_uid: Mapped[str] = mapped_column(String(36), primary_key=True)
    hour_at: Mapped[dt.datetime] = mapped_column(primary_key=True)


class Party(Identified, Base):
    """Who reported an incident or is a party to it. Name, phone and identity number are encrypted; the digests, keyed,
    find the equal ones. What is past `purge_after` is removed by `gridmap purge`. `replaced_by_id` is the import whose
    file says something else of the reporter: the row then shows no more, and does again if that import is taken back.
    """

    __tablename__ = "party"
    __table_args__ = (CheckConstraint("role IN ('reporter', 'party')", name="role_known"),)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    name_enc: Mapped[bytes | None] = mapped_column(Sealed)
    phone_enc: Mapped[bytes | None] = mapped_column(Sealed)
    number_enc: Mapped[bytes | None] = mapped_column(Sealed)
    phone_digest: Mapped[bytes | None] = mapped_column(LargeBinary(16), index=True)
    number_digest: Mapped[bytes | None] = mapped_column(LargeBinary(16), index=True)
    created_at: Mapped[dt.datetime]
    purge_after: Mapped[dt.date] = mapped_column(index=True)
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"), index=True)
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"), index=True)
