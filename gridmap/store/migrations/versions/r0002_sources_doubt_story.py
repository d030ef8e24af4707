"""Saved mappings of sources, what an import replaced, doubt about an incident's place, and the incident's story."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

PLACED_BY = "'coordinates', 'address', 'map', 'person'"


def upgrade() -> None:
    _import_source()
    _import_before()
    _incident()
    _incident_event()


def downgrade() -> None:
    op.drop_table("incident_event")
    op.drop_index("ix_incident_doubtful", "incident")
    op.drop_column("incident", "placed_by")
    op.drop_column("incident", "is_doubtful")
    op.drop_table("import_before")
    for column in ("undone_by", "undone_at", "source_id"):
        op.drop_column("import_batch", column)
    op.drop_table("import_source")


def _big() -> Any:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _json() -> Any:
    return sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def _instant(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def _identified() -> list[Any]:
    return [sa.Column("id", _big(), primary_key=True), sa.Column("uid", sa.String(36), nullable=False, unique=True)]


def _import_source() -> None:
    op.create_table(
        "import_source",
        *_identified(),
        sa.Column("name", sa.String(120), nullable=False, unique=True),
        sa.Column("layer", sa.String(20), nullable=False),
        sa.Column("crs", sa.String(60)),
        sa.Column("mapping", _json(), nullable=False),
        _instant("created_at"),
        _instant("updated_at"),
    )
    # With its key inside the column: SQLite can add none to a table that exists.
    kind = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    key = "CONSTRAINT fk_import_batch_source_id_import_source REFERENCES import_source (id)"
    op.execute(f"ALTER TABLE import_batch ADD COLUMN source_id {kind} {key}")
    op.add_column("import_batch", sa.Column("undone_at", sa.DateTime(timezone=True)))
    op.add_column("import_batch", sa.Column("undone_by", sa.String(60)))


def _import_before() -> None:
    op.create_table(
        "import_before",
        sa.Column("id", _big(), primary_key=True),
        sa.Column("batch_id", _big(), sa.ForeignKey("import_batch.id"), nullable=False),
        sa.Column("table_name", sa.String(40), nullable=False),
        sa.Column("row_id", _big(), nullable=False),
        sa.Column("content", _json(), nullable=False),
        sa.Column("geom", sa.LargeBinary()),
        sa.UniqueConstraint("batch_id", "table_name", "row_id"),
    )


def _incident() -> None:
    op.add_column("incident", sa.Column("is_doubtful", sa.Boolean(), nullable=False, server_default=sa.false()))
    known = f"CONSTRAINT ck_incident_placed_by_known CHECK (placed_by IN ({PLACED_BY}))"
    op.execute(f"ALTER TABLE incident ADD COLUMN placed_by VARCHAR(20) DEFAULT 'coordinates' NOT NULL {known}")
    op.create_index(
        "ix_incident_doubtful", "incident", ["occurred_on", "id"],
        sqlite_where=sa.text("is_doubtful = 1"), postgresql_where=sa.text("is_doubtful"),
    )  # fmt: skip


def _incident_event() -> None:
    op.create_table(
        "incident_event",
        *_identified(),
        sa.Column("incident_id", _big(), sa.ForeignKey("incident.id", ondelete="CASCADE"), nullable=False, index=True),
        _instant("at"),
        sa.Column("actor", sa.String(60), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("content", _json(), nullable=False),
    )
