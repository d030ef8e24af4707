"""A revision for tests only: it waits in its middle, to be killed there."""

import sys

import sqlalchemy as sa
from alembic import op

from gridmap.store.migrations.geometry import add_geometry

revision = "9004"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("household", sa.Column("meters", sa.Integer()))
    op.create_table("entrance", sa.Column("id", sa.Integer(), primary_key=True))
    add_geometry("entrance", "POINT")
    op.execute("DELETE FROM incident")
    sys.stdout.write("inside\n")
    sys.stdout.flush()
    sys.stdin.read()


def downgrade() -> None:
    """Nothing to take back: the upgrade never ends."""
