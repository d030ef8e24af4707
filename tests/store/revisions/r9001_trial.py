"""A revision for tests only: what later ones will do to filled geometry tables and to plain ones."""

import sqlalchemy as sa
from alembic import op

from gridmap.store.migrations.geometry import add_geometry, drop_geometry_table

revision = "9001"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("household", sa.Column("meters", sa.Integer(), nullable=False, server_default="1"))
    op.create_table(
        "entrance",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("household_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.ForeignKey("household.id")),
    )
    add_geometry("entrance", "POINT")
    op.execute("INSERT INTO entrance (id, household_id, geom) SELECT id, id, geom FROM household")
    with op.batch_alter_table("worker") as worker:  # a plain table may be rebuilt; posts point at it
        worker.alter_column("name", existing_type=sa.String(60), type_=sa.String(80), existing_nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("worker") as worker:
        worker.alter_column("name", existing_type=sa.String(80), type_=sa.String(60), existing_nullable=False)
    drop_geometry_table("entrance")
    op.drop_column("household", "meters")
