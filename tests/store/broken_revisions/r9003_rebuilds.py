"""A revision for tests only: it rebuilds a geometry table, which costs SpatiaLite's triggers."""

from alembic import op

revision = "9003"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP INDEX idx_camera_geom")
        return
    op.execute("CREATE TABLE camera_new AS SELECT * FROM camera")
    op.execute("DROP TABLE camera")
    op.execute("ALTER TABLE camera_new RENAME TO camera")


def downgrade() -> None:
    """Nothing comes back from it: the upgrade is never kept."""
