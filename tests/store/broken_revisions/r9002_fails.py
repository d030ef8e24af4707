"""A revision for tests only: it fails in its middle."""

import sqlalchemy as sa
from alembic import op

from gridmap.store.migrations.geometry import add_geometry

revision = "9002"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("household", sa.Column("meters", sa.Integer()))
    op.create_table("entrance", sa.Column("id", sa.Integer(), primary_key=True))
    add_geometry("entrance", "POINT")
    op.execute("DELETE FROM incident")
    raise RuntimeError("the disk of this revision is full")


def downgrade() -> None:
    op.drop_column("household", "meters")
