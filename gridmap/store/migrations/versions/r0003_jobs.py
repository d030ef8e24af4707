"""What a job needs to outlive the process that does it: a sign of life, how often it was begun, which data it saw."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

OPEN = sa.text("state IN ('queued', 'running')")


def upgrade() -> None:
    op.add_column("job", sa.Column("heartbeat_at", sa.DateTime(timezone=True)))
    op.add_column("job", sa.Column("attempts", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.add_column("job", sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite")))
    # nothing did jobs before: what waits or runs would wait for ever, and two of a kind would break the rule below
    op.execute(
        "UPDATE job SET state = 'failed', error = 'It was begun by an older gridmap. Start it anew.' "
        "WHERE state IN ('queued', 'running')"
    )
    op.create_index("uq_job_open", "job", ["kind"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_index("ix_job_newest", "job", ["kind", "id"])


def downgrade() -> None:
    op.drop_index("ix_job_newest", "job")
    op.drop_index("uq_job_open", "job")
    for column in ("seq", "attempts", "heartbeat_at"):
        op.drop_column("job", column)
