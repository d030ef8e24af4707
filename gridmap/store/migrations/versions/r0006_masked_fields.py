"""Who reported an incident or is a party to it, and workers' phones: encrypted, with keyed digests to find them by."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INDEXED = ("incident_id", "phone_digest", "number_digest", "purge_after", "batch_id", "replaced_by_id")


def upgrade() -> None:
    op.create_table(
        "party",
        sa.Column("id", _big(), primary_key=True),
        sa.Column("uid", sa.String(36), nullable=False, unique=True),
        sa.Column("incident_id", _big(), sa.ForeignKey("incident.id", ondelete="CASCADE"), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("name_enc", sa.LargeBinary()),
        sa.Column("phone_enc", sa.LargeBinary()),
        sa.Column("number_enc", sa.LargeBinary()),
        sa.Column("phone_digest", sa.LargeBinary(16)),
        sa.Column("number_digest", sa.LargeBinary(16)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("purge_after", sa.Date(), nullable=False),
        sa.Column("batch_id", _big(), sa.ForeignKey("import_batch.id")),
        sa.Column("replaced_by_id", _big(), sa.ForeignKey("import_batch.id")),
        sa.CheckConstraint("role IN ('reporter', 'party')", name="role_known"),
    )
    for column in INDEXED:
        op.create_index(f"ix_party_{column}", "party", [column])
    op.add_column("worker", sa.Column("phone_enc", sa.LargeBinary()))
    op.add_column("worker", sa.Column("phone_digest", sa.LargeBinary(16)))
    op.create_index("ix_worker_phone_digest", "worker", ["phone_digest"])


def downgrade() -> None:
    op.drop_index("ix_worker_phone_digest", "worker")
    op.drop_column("worker", "phone_digest")
    op.drop_column("worker", "phone_enc")
    op.drop_table("party")


def _big() -> Any:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")
