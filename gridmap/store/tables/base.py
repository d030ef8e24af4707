"""What all tables share: the metadata, naming, id, source columns, geometry columns."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from geoalchemy2 import Geometry
from sqlalchemy import JSON, BigInteger, DateTime, Dialect, ForeignKey, Index, Integer, LargeBinary, MetaData, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column
from sqlalchemy.types import TypeDecorator

STORAGE_SRID = 4326

# SQLite only numbers an INTEGER primary key by itself; PostgreSQL gets eight bytes.
BigId = BigInteger().with_variant(Integer, "sqlite")
# None is stored as SQL NULL, not as the JSON word null.
Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


class Utc(TypeDecorator[dt.datetime]):
    """An instant: aware in Python, UTC in the database (SQLite keeps no zone). Naive values are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone: instants are stored in UTC.")
        return value.astimezone(dt.UTC)

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


class Sealed(TypeDecorator[bytes]):
    """What is stored encrypted: only the text that `services.sealing` makes of a value goes in, never the value."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:  # noqa: ARG002
        return sealed_only(value)


def sealed_only(value: bytes | None) -> bytes | None:
    """The value; raises ValueError, without it, for one that is not encrypted (Fernet's version, its least length)."""
    if value is not None and not (isinstance(value, bytes) and value.startswith(b"gAAAAA") and len(value) >= 100):
        raise ValueError("A value that is not encrypted does not belong into an encrypted column.")
    return value


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {dict[str, Any]: Json, list[str]: Json, dt.datetime: Utc}


def shape(kind: str) -> Geometry:
    """A geometry column type in EPSG:4326. Index and triggers are made by the migrations alone (measured.md, Stack)."""
    return Geometry(kind, srid=STORAGE_SRID, spatial_index=False)


def one_row_of_a_file() -> Index:
    """No row of a file is ever stored twice, also not by two imports at once; it finds a batch's rows, too."""
    return Index(None, "batch_id", "row_number", unique=True)


class Identified:
    """An integer key inside, a UUIDv7 for clients."""

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True)


class Sourced(Identified):
    """A row that came from a file: known by its source id, else by (file digest, row number).

    `content_digest` is the first 16 bytes of SHA-256 over the row's canonical content: a known source id with another
    digest is a contradiction. Columns of the file that gridmap has no name for are kept in `attributes`.
    """

    source_id: Mapped[str | None] = mapped_column(String(120), unique=True)
    row_number: Mapped[int | None]
    content_digest: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    attributes: Mapped[dict[str, Any] | None]

    @declared_attr
    def batch_id(cls) -> Mapped[int | None]:
        return mapped_column(ForeignKey("import_batch.id"))

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:
        return (one_row_of_a_file(),)
