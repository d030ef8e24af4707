"""Areas, blocks, grids, and the plans that tie blocks to grids."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from gridmap.store.tables.base import Base, BigId, Identified, Sealed, Sourced, one_row_of_a_file, shape


class Area(Sourced, Base):
    """A node of the tree district > street/town > community/village > compound.

    Codes may recur with other dates; of one code only one area has no end.
    """

    __tablename__ = "area"
    __table_args__ = (
        UniqueConstraint("code", "valid_from"),
        Index(
            "uq_area_open",
            "code",
            unique=True,
            sqlite_where=text("valid_to IS NULL"),
            postgresql_where=text("valid_to IS NULL"),
        ),
        one_row_of_a_file(),
    )
    code: Mapped[str] = mapped_column(String(40), index=True)
    name: Mapped[str] = mapped_column(String(120))
    level: Mapped[str] = mapped_column(String(20), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"), index=True)
    valid_from: Mapped[dt.date | None]
    valid_to: Mapped[dt.date | None]
    geom: Mapped[Any | None] = mapped_column(shape("MULTIPOLYGON"))


class AreaAlias(Base):
    """Another name people use for an area."""

    __tablename__ = "area_alias"
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(120), primary_key=True)


class Block(Sourced, Base):
    """The indivisible piece of ground that grids are made of. A cut closes it and opens children (BlockLineage)."""

    __tablename__ = "block"
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str | None] = mapped_column(String(120))
    community_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"), index=True)
    land_use: Mapped[str | None] = mapped_column(String(40))
    opened_at: Mapped[dt.datetime]
    closed_at: Mapped[dt.datetime | None]
    geom: Mapped[Any] = mapped_column(shape("MULTIPOLYGON"))


class BlockLineage(Base):
    """Which block came out of which."""

    __tablename__ = "block_lineage"
    parent_id: Mapped[int] = mapped_column(ForeignKey("block.id"), primary_key=True)
    child_id: Mapped[int] = mapped_column(ForeignKey("block.id"), primary_key=True, index=True)


class Grid(Sourced, Base):
    """A grid's identity: its code outlives every redraw and is never used twice. Its shape belongs to a plan."""

    __tablename__ = "grid"
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    community_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))  # residential, or what a dedicated grid is dedicated to


class GridPlan(Identified, Base):
    """An assignment of every block to a grid. `valid_from` empty: since ever; `valid_to` empty: still."""

    __tablename__ = "grid_plan"
    __table_args__ = (
        Index(  # one plan at a time has no end
            "uq_grid_plan_open",
            "state",
            unique=True,
            sqlite_where=text("state = 'published' AND valid_to IS NULL"),
            postgresql_where=text("state = 'published' AND valid_to IS NULL"),
        ),
    )
    name: Mapped[str] = mapped_column(String(120))
    state: Mapped[str] = mapped_column(String(20), index=True)
    low: Mapped[int]
    high: Mapped[int]
    counted: Mapped[str] = mapped_column(String(40))  # what the band counts: households, occupied homes, residents
    based_on_id: Mapped[int | None] = mapped_column(ForeignKey("grid_plan.id"))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"))
    valid_from: Mapped[dt.datetime | None]
    valid_to: Mapped[dt.datetime | None]
    created_at: Mapped[dt.datetime]
    published_at: Mapped[dt.datetime | None]


class Assignment(Base):
    """Under this plan, this block belongs to this grid."""

    __tablename__ = "assignment"
    __table_args__ = (Index("ix_assignment_grid_id_plan_id", "grid_id", "plan_id"),)
    plan_id: Mapped[int] = mapped_column(ForeignKey("grid_plan.id", ondelete="CASCADE"), primary_key=True)
    block_id: Mapped[int] = mapped_column(ForeignKey("block.id"), primary_key=True, index=True)
    grid_id: Mapped[int] = mapped_column(ForeignKey("grid.id"))


class GridOutline(Base):
    """Derived: what a grid looks like and holds under a plan (union of its blocks); remade with the plan."""

    __tablename__ = "grid_outline"
    __table_args__ = (UniqueConstraint("plan_id", "grid_id"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("grid_plan.id", ondelete="CASCADE"))
    grid_id: Mapped[int] = mapped_column(ForeignKey("grid.id"), index=True)
    blocks: Mapped[int]
    households: Mapped[int]
    area_km2: Mapped[float]
    geom: Mapped[Any] = mapped_column(shape("MULTIPOLYGON"))


class Worker(Identified, Base):
    """Somebody who does the work. Only a display name here; the phone is encrypted, found by its keyed digest."""

    __tablename__ = "worker"
    name: Mapped[str] = mapped_column(String(60))
    active: Mapped[bool] = mapped_column(default=True)
    phone_enc: Mapped[bytes | None] = mapped_column(Sealed)
    phone_digest: Mapped[bytes | None] = mapped_column(LargeBinary(16), index=True)


class Post(Identified, Base):
    """A role held for exactly one of: an area (a compound is one), a grid, a building or one stairwell (`stairwell`)
    of it. `worker_id` empty: vacant. The deputy may do what the holder may.
    """

    __tablename__ = "post"
    __table_args__ = (
        CheckConstraint(
            "(area_id IS NOT NULL) + (grid_id IS NOT NULL) + (building_id IS NOT NULL) = 1", name="one_place"
        ).ddl_if(dialect="sqlite"),
        CheckConstraint("num_nonnulls(area_id, grid_id, building_id) = 1", name="one_place").ddl_if(
            dialect="postgresql"
        ),
    )
    role: Mapped[str] = mapped_column(String(40), index=True)  # full_time_worker, backing_worker, officer, ...
    worker_id: Mapped[int | None] = mapped_column(ForeignKey("worker.id"), index=True)
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"), index=True)
    grid_id: Mapped[int | None] = mapped_column(ForeignKey("grid.id"), index=True)
    building_id: Mapped[int | None] = mapped_column(ForeignKey("building.id"), index=True)
    stairwell: Mapped[str | None] = mapped_column(String(20))
    deputy_id: Mapped[int | None] = mapped_column(ForeignKey("worker.id"), index=True)
    valid_from: Mapped[dt.date | None]
    valid_to: Mapped[dt.date | None]
