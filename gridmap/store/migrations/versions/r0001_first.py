"""The first schema: project, areas, blocks, grids, plans, places, events, record."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from gridmap.store.migrations.geometry import add_geometry, drop_geometry_table

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Geometry columns in the order their tables are made: table, kind, whether it may be empty.
SHAPES = [
    ("area", "MULTIPOLYGON", True),
    ("block", "MULTIPOLYGON", False),
    ("grid_outline", "MULTIPOLYGON", False),
    ("building", "MULTIPOLYGON", False),
    ("household", "POINT", False),
    ("unit", "POINT", False),
    ("site", "GEOMETRY", False),
    ("ground", "GEOMETRY", False),
    ("street", "MULTILINESTRING", False),
    ("camera", "POINT", False),
    ("incident", "POINT", False),
    ("route", "MULTILINESTRING", False),
    ("track", "MULTILINESTRING", True),
]
# Children before the tables they point at.
DROP_ORDER = [
    "fix", "track", "route", "incident", "camera", "street", "ground", "site", "unit", "household", "post",
    "building_alias", "building", "grid_outline", "assignment", "grid", "block_lineage", "block", "area_alias", "area",
    "grid_plan", "job", "worker", "import_batch", "configuration", "project", "audit", "audit_head", "counter",
]  # fmt: skip


def upgrade() -> None:
    _extensions()
    _record()
    _areas()
    _plans()
    _posts()
    _places()
    _events()
    for table, kind, nullable in SHAPES:
        add_geometry(table, kind, nullable=nullable)


def downgrade() -> None:
    spatial = {table for table, _, _ in SHAPES}
    for table in DROP_ORDER:
        if table in spatial:
            drop_geometry_table(table)
        else:
            op.drop_table(table)


def _extensions() -> None:
    bind = op.get_bind()
    if bind.dialect.name == "postgresql":
        op.execute("CREATE EXTENSION IF NOT EXISTS postgis")
        return
    if bind.scalar(sa.text("SELECT CheckSpatialMetaData()")) == 0:
        if bind.scalar(sa.text("SELECT InitSpatialMetaData(0, 'WGS84')")) != 1:
            raise RuntimeError("SpatiaLite could not make its own tables.")
        if bind.scalar(sa.text("SELECT InsertEpsgSrid(4490)")) != 1:  # CGCS2000, which WGS84 mode leaves out
            raise RuntimeError("SpatiaLite does not know EPSG:4490.")


def _big() -> Any:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _json() -> Any:
    return sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def _instant(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _points_at(
    name: str, target: str, *, nullable: bool = True, index: bool = True, cascade: bool = False
) -> sa.Column[Any]:
    key = sa.ForeignKey(f"{target}.id", ondelete="CASCADE" if cascade else None)
    return sa.Column(name, _big(), key, nullable=nullable, index=index)


def _text(
    name: str, length: int, *, nullable: bool = True, index: bool = False, unique: bool = False
) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length), nullable=nullable, index=index, unique=unique)


def _identified() -> list[Any]:
    return [sa.Column("id", _big(), primary_key=True), _text("uid", 36, nullable=False, unique=True)]


def _sourced() -> list[Any]:
    return [
        *_identified(),
        _text("source_id", 120, unique=True),
        sa.Column("row_number", sa.Integer()),
        sa.Column("content_digest", sa.LargeBinary(16)),
        sa.Column("attributes", _json()),
        _points_at("batch_id", "import_batch", index=False),
        sa.Index(None, "batch_id", "row_number", unique=True),
    ]


def _record() -> None:
    op.create_table(
        "project",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        _text("uid", 36, nullable=False, unique=True),
        _text("name", 120, nullable=False),
        _text("projection", 400),
        *[sa.Column(name, sa.Double()) for name in ("min_lon", "min_lat", "max_lon", "max_lat")],
        _text("time_zone", 60, nullable=False),
        _text("attribution", 400),
        _text("demo_version", 40),
        sa.Column("demo_now_on", sa.Date()),
        _instant("created_at"),
        sa.CheckConstraint("id = 1", name="one_row"),
    )
    op.create_table(
        "configuration",
        sa.Column("version", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("content", _json(), nullable=False),
        _instant("valid_from"),
    )
    op.create_table(
        "import_batch",
        *_identified(),
        _text("layer", 20, nullable=False, index=True),
        _text("file_name", 255, nullable=False),
        _text("file_sha256", 64, nullable=False, index=True),
        _text("source_crs", 60, nullable=False),
        sa.Column("mapping", _json(), nullable=False),
        sa.Column("counts", _json(), nullable=False),
        _text("rejects_file", 400),
        _instant("imported_at"),
        _text("actor", 60, nullable=False),
    )
    _audit()
    op.create_table("counter", _text_key("name", 40), sa.Column("value", _big(), nullable=False))
    op.create_table(
        "job",
        *_identified(),
        _text("kind", 40, nullable=False),
        _text("state", 20, nullable=False, index=True),
        sa.Column("progress", sa.Double(), nullable=False),
        sa.Column("cancel_requested", sa.Boolean(), nullable=False),
        sa.Column("seed", _big()),
        sa.Column("parameters", _json(), nullable=False),
        sa.Column("result", _json()),
        _text("error", 2000),
        sa.Column("configuration_version", sa.Integer(), sa.ForeignKey("configuration.version")),
        _instant("created_at"),
        _instant("started_at", nullable=True),
        _instant("finished_at", nullable=True),
    )


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("seq", _big(), primary_key=True, autoincrement=False),
        _instant("at"),
        _text("actor", 60, nullable=False),
        _text("action", 60, nullable=False, index=True),
        _text("entity", 40, nullable=False),
        _text("entity_uid", 36, index=True),
        sa.Column("digests", _json(), nullable=False),
        _text("algorithm", 40, nullable=False),
        sa.Column("prev_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
    )
    head = op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("seq", _big(), nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.CheckConstraint("id = 1", name="one_row"),
    )
    op.bulk_insert(head, [{"id": 1, "seq": 0, "hash": bytes(32)}])


def _text_key(name: str, length: int) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length), primary_key=True)


def _areas() -> None:
    op.create_table(
        "area",
        *_sourced(),
        _text("code", 40, nullable=False, index=True),
        _text("name", 120, nullable=False),
        _text("level", 20, nullable=False, index=True),
        _points_at("parent_id", "area"),
        sa.Column("valid_from", sa.Date()),
        sa.Column("valid_to", sa.Date()),
        sa.UniqueConstraint("code", "valid_from"),
    )
    no_end = sa.text("valid_to IS NULL")
    op.create_index("uq_area_open", "area", ["code"], unique=True, sqlite_where=no_end, postgresql_where=no_end)
    op.create_table("area_alias", _key("area_id", "area", cascade=True), _text_key("name", 120))
    op.create_table(
        "block",
        *_sourced(),
        _text("code", 40, nullable=False, unique=True),
        _text("name", 120),
        _points_at("community_id", "area"),
        _text("land_use", 40),
        _instant("opened_at"),
        _instant("closed_at", nullable=True),
    )
    op.create_table("block_lineage", _key("parent_id", "block"), _key("child_id", "block", index=True))


def _key(name: str, target: str, *, cascade: bool = False, index: bool = False) -> sa.Column[Any]:
    key = sa.ForeignKey(f"{target}.id", ondelete="CASCADE" if cascade else None)
    return sa.Column(name, _big(), key, primary_key=True, index=index)


def _plans() -> None:
    op.create_table(
        "grid",
        *_sourced(),
        _text("code", 40, nullable=False, unique=True),
        _text("name", 120, nullable=False),
        _points_at("community_id", "area"),
        _text("kind", 20, nullable=False),
    )
    op.create_table(
        "grid_plan",
        *_identified(),
        _text("name", 120, nullable=False),
        _text("state", 20, nullable=False, index=True),
        sa.Column("low", sa.Integer(), nullable=False),
        sa.Column("high", sa.Integer(), nullable=False),
        _text("counted", 40, nullable=False),
        _points_at("based_on_id", "grid_plan", index=False),
        _points_at("batch_id", "import_batch", index=False),
        _instant("valid_from", nullable=True),
        _instant("valid_to", nullable=True),
        _instant("created_at"),
        _instant("published_at", nullable=True),
    )
    open_end = sa.text("state = 'published' AND valid_to IS NULL")
    op.create_index(
        "uq_grid_plan_open", "grid_plan", ["state"], unique=True, sqlite_where=open_end, postgresql_where=open_end
    )
    op.create_table(
        "assignment",
        _key("plan_id", "grid_plan", cascade=True),
        _key("block_id", "block", index=True),
        _points_at("grid_id", "grid", nullable=False, index=False),
        sa.Index("ix_assignment_grid_id_plan_id", "grid_id", "plan_id"),
    )
    op.create_table(
        "grid_outline",
        sa.Column("id", _big(), primary_key=True),
        _points_at("plan_id", "grid_plan", nullable=False, index=False, cascade=True),
        _points_at("grid_id", "grid", nullable=False),
        sa.Column("blocks", sa.Integer(), nullable=False),
        sa.Column("households", sa.Integer(), nullable=False),
        sa.Column("area_km2", sa.Double(), nullable=False),
        sa.UniqueConstraint("plan_id", "grid_id"),
    )


def _posts() -> None:
    op.create_table(
        "worker",
        *_identified(),
        _text("name", 60, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "building",
        *_sourced(),
        _text("name", 120),
        _text("number", 20, index=True),
        _points_at("compound_id", "area"),
        _text("street_name", 120, index=True),
        _text("door_number", 20),
        _text("kind", 40),
        sa.Column("floors", sa.Integer()),
        sa.Column("units", sa.Integer()),
        _points_at("block_id", "block"),
    )
    op.create_table("building_alias", _key("building_id", "building", cascade=True), _text_key("name", 120))
    sqlite = op.get_bind().dialect.name == "sqlite"
    one_place = (
        "(area_id IS NOT NULL) + (grid_id IS NOT NULL) + (building_id IS NOT NULL) = 1"
        if sqlite
        else "num_nonnulls(area_id, grid_id, building_id) = 1"
    )
    op.create_table(
        "post",
        *_identified(),
        _text("role", 40, nullable=False, index=True),
        _points_at("worker_id", "worker"),
        _points_at("area_id", "area"),
        _points_at("grid_id", "grid"),
        _points_at("building_id", "building"),
        sa.Column("valid_from", sa.Date()),
        sa.Column("valid_to", sa.Date()),
        sa.CheckConstraint(one_place, name="one_place"),
    )


def _places() -> None:
    op.create_table(
        "household",
        *_sourced(),
        _points_at("building_id", "building"),
        _points_at("block_id", "block"),
        _text("unit", 20),
        _text("room", 20),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("residents", sa.Integer()),
    )
    op.create_table(
        "unit",
        *_sourced(),
        _text("name", 120, nullable=False),
        _text("kind", 40),
        _points_at("building_id", "building"),
        _points_at("block_id", "block"),
    )
    kind_and_block = [_text("kind", 40, nullable=False, index=True), _points_at("block_id", "block")]
    op.create_table("site", *_sourced(), _text("name", 120, nullable=False), *kind_and_block)
    op.create_table("ground", *_sourced(), _text("name", 120), _text("kind", 20, nullable=False, index=True))
    op.create_table(
        "street", *_sourced(), _text("name", 120, index=True), _text("street_class", 20, nullable=False)
    )
    op.create_table(
        "camera",
        *_sourced(),
        _text("name", 120),
        _text("kind", 40),
        *[sa.Column(name, sa.Double()) for name in ("bearing_deg", "fov_deg", "range_m")],
        _points_at("block_id", "block"),
    )


def _events() -> None:
    op.create_table(
        "incident",
        *_sourced(),
        _text("case_number", 40, nullable=False, unique=True),
        _text("kind", 60, nullable=False),
        _instant("occurred_at", nullable=True),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        _text("precision", 10, nullable=False),
        _instant("reported_at", nullable=True),
        _text("address", 400),
        _text("summary", 2000),
        sa.Column("uncertainty_m", sa.Double()),
        _points_at("block_id", "block"),
        _points_at("grid_id", "grid"),
        _points_at("plan_id", "grid_plan", index=False),
        sa.Column("configuration_version", sa.Integer(), sa.ForeignKey("configuration.version")),
        sa.CheckConstraint("precision IN ('minute', 'day', 'month')", name="precision_known"),
        sa.CheckConstraint("(occurred_at IS NOT NULL) = (precision = 'minute')", name="minute_has_instant"),
        sa.CheckConstraint("(grid_id IS NULL) = (plan_id IS NULL)", name="grid_with_plan"),
        sa.Index("ix_incident_kind_occurred_on", "kind", "occurred_on"),
        sa.Index("ix_incident_occurred_on_id", "occurred_on", "id"),
    )
    op.create_table("route", *_sourced(), _text("name", 120, nullable=False))
    op.create_table(
        "track",
        *_sourced(),
        _text("name", 120),
        _instant("started_at", nullable=True),
        _instant("ended_at", nullable=True),
    )
    op.create_table(
        "fix",
        _key("track_id", "track", cascade=True),
        sa.Column("seq", sa.Integer(), primary_key=True),
        _instant("at", nullable=True),
        *[sa.Column(name, sa.Double(), nullable=False) for name in ("lon", "lat")],
        sa.Column("accuracy_m", sa.Double()),
    )
