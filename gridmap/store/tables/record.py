"""The project itself, and the record of what was done: batches, audit, jobs, configuration."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from gridmap.store.tables.base import Base, BigId, Identified


class Project(Base):
    """One row: one database is one project. Extent in degrees; `projection` is a PROJ string in metres."""

    __tablename__ = "project"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    uid: Mapped[str] = mapped_column(String(36), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    projection: Mapped[str | None] = mapped_column(String(400))
    min_lon: Mapped[float | None]
    min_lat: Mapped[float | None]
    max_lon: Mapped[float | None]
    max_lat: Mapped[float | None]
    time_zone: Mapped[str] = mapped_column(String(60), default="Asia/Shanghai")
    attribution: Mapped[str | None] = mapped_column(String(400))
    demo_version: Mapped[str | None] = mapped_column(String(40))
    demo_now_on: Mapped[dt.date | None]  # in the demo, now is the end of this day
    created_at: Mapped[dt.datetime]


class Configuration(Base):
    """Kinds, grades, deadlines, weights, calendar: versioned; a case keeps the version it began under."""

    __tablename__ = "configuration"
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[dict[str, Any]]
    valid_from: Mapped[dt.datetime]


class ImportSource(Identified, Base):
    """How the files of one source are read: `mapping` is field -> column ("=text" for one text in all rows)."""

    __tablename__ = "import_source"
    name: Mapped[str] = mapped_column(String(120), unique=True)
    layer: Mapped[str] = mapped_column(String(20))
    crs: Mapped[str | None] = mapped_column(String(60))
    mapping: Mapped[dict[str, Any]]
    created_at: Mapped[dt.datetime]
    updated_at: Mapped[dt.datetime]


class ImportBatch(Identified, Base):
    """One file brought in. `source_crs` is what its coordinates were given in; `mapping` is field -> column.

    An import that was taken back keeps its row, with `undone_at`.
    """

    __tablename__ = "import_batch"
    layer: Mapped[str] = mapped_column(String(20), index=True)
    file_name: Mapped[str] = mapped_column(String(255))
    file_sha256: Mapped[str] = mapped_column(String(64), index=True)
    source_crs: Mapped[str] = mapped_column(String(60))
    mapping: Mapped[dict[str, Any]]
    counts: Mapped[dict[str, Any]]
    rejects_file: Mapped[str | None] = mapped_column(String(400))
    imported_at: Mapped[dt.datetime]
    actor: Mapped[str] = mapped_column(String(60))
    source_id: Mapped[int | None] = mapped_column(ForeignKey("import_source.id"))
    undone_at: Mapped[dt.datetime | None]
    undone_by: Mapped[str | None] = mapped_column(String(60))


class ImportBefore(Base):
    """A row as it was before an import replaced it, so that the import can be taken back. `geom` is WKB."""

    __tablename__ = "import_before"
    __table_args__ = (UniqueConstraint("batch_id", "table_name", "row_id"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id"))
    table_name: Mapped[str] = mapped_column(String(40))
    row_id: Mapped[int] = mapped_column(BigId)
    content: Mapped[dict[str, Any]]
    geom: Mapped[bytes | None] = mapped_column(LargeBinary)


class Audit(Base):
    """One change, or one reading that is told. `hash` = SHA-256 over the entry and `prev_hash`; `digests` maps field
    names to keyed digests. `seq` is dense and is the change feed's cursor. Triggers refuse to change or remove a row.
    """

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_actor_at", "actor", "at"),)
    seq: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(String(60))
    action: Mapped[str] = mapped_column(String(60), index=True)
    entity: Mapped[str] = mapped_column(String(40))
    entity_uid: Mapped[str | None] = mapped_column(String(36), index=True)
    digests: Mapped[dict[str, Any]]
    algorithm: Mapped[str] = mapped_column(String(40))
    prev_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class AuditHead(Base):
    """The one row every writer locks last: the newest entry, and the newest that changed data. It only moves on."""

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigId)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    change_seq: Mapped[int] = mapped_column(BigId, server_default=text("0"))
    change_hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class Counter(Base):
    """The last number given out under a name, such as the case numbers of a year. Numbers are never used twice."""

    __tablename__ = "counter"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[int] = mapped_column(BigId)


class Job(Identified, Base):
    """Long work, done by a process of its own: it polls `cancel_requested` and shows by `heartbeat_at` that it lives.

    `result` is small, files go by digest; `seq` is the newest change of the data that the work saw. Of one kind at most
    one job waits or runs. A job is the record of itself: it changes nothing of the district, and has no audit entry.
    """

    __tablename__ = "job"
    __table_args__ = (
        Index(
            "uq_job_open", "kind", unique=True,
            sqlite_where=text("state IN ('queued', 'running')"),
            postgresql_where=text("state IN ('queued', 'running')"),
        ),
        Index("ix_job_newest", "kind", "id"),
    )  # fmt: skip
    kind: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(20), index=True)
    progress: Mapped[float] = mapped_column(default=0.0)
    cancel_requested: Mapped[bool] = mapped_column(default=False)
    seed: Mapped[int | None] = mapped_column(BigId)
    parameters: Mapped[dict[str, Any]]
    result: Mapped[dict[str, Any] | None]
    error: Mapped[str | None] = mapped_column(String(2000))
    configuration_version: Mapped[int | None] = mapped_column(ForeignKey("configuration.version"))
    created_at: Mapped[dt.datetime]
    started_at: Mapped[dt.datetime | None]
    finished_at: Mapped[dt.datetime | None]
    heartbeat_at: Mapped[dt.datetime | None]
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    seq: Mapped[int | None] = mapped_column(BigId)
