"""What happens in the district: incidents, routes, tracks."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, false, text
from sqlalchemy.orm import Mapped, mapped_column

from gridmap.store.tables.base import Base, Identified, Sourced, one_row_of_a_file, shape


class Incident(Sourced, Base):
    """事件. `occurred_at` (UTC) is empty unless `precision` is minute; `occurred_on` is the local day, or the first of
    the month when `precision` is month. Stored with the block, and the grid and plan it was placed by; both empty when
    it lies outside. `is_doubtful`: its uncertainty reaches another grid and nobody has said which one it is.
    `placed_by` says where the place comes from: coordinates, address, map (a person pointed at it) or person (a person
    answered for it).
    """

    __tablename__ = "incident"
    __table_args__ = (
        CheckConstraint("precision IN ('minute', 'day', 'month')", name="precision_known"),
        CheckConstraint("(occurred_at IS NOT NULL) = (precision = 'minute')", name="minute_has_instant"),
        CheckConstraint("(grid_id IS NULL) = (plan_id IS NULL)", name="grid_with_plan"),
        CheckConstraint("placed_by IN ('coordinates', 'address', 'map', 'person')", name="placed_by_known"),
        Index("ix_incident_kind_occurred_on", "kind", "occurred_on"),
        Index("ix_incident_occurred_on_id", "occurred_on", "id"),
        Index(  # `where(Incident.is_doubtful)` is answered by it, newest day first
            "ix_incident_doubtful",
            "occurred_on",
            "id",
            sqlite_where=text("is_doubtful = 1"),
            postgresql_where=text("is_doubtful"),
        ),
        one_row_of_a_file(),
    )
    case_number: Mapped[str] = mapped_column(String(40), unique=True)
    kind: Mapped[str] = mapped_column(String(60))
    occurred_at: Mapped[dt.datetime | None]
    occurred_on: Mapped[dt.date]
    precision: Mapped[str] = mapped_column(String(10))
    reported_at: Mapped[dt.datetime | None]
    address: Mapped[str | None] = mapped_column(String(400))
    summary: Mapped[str | None] = mapped_column(String(2000))
    uncertainty_m: Mapped[float | None]
    block_id: Mapped[int | None] = mapped_column(ForeignKey("block.id"), index=True)
    grid_id: Mapped[int | None] = mapped_column(ForeignKey("grid.id"), index=True)
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("grid_plan.id"))
    configuration_version: Mapped[int | None] = mapped_column(ForeignKey("configuration.version"))
    is_doubtful: Mapped[bool] = mapped_column(default=False, server_default=false())
    placed_by: Mapped[str] = mapped_column(String(20), default="coordinates", server_default="coordinates")
    geom: Mapped[Any] = mapped_column(shape("POINT"))


class IncidentEvent(Identified, Base):
    """A line of an incident's story, in the order of `id`: received, moved, confirmed, ...

    `content` holds what changed, old and new: lon, lat, block and grid codes, a note.
    """

    __tablename__ = "incident_event"
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), index=True)
    at: Mapped[dt.datetime]
    actor: Mapped[str] = mapped_column(String(60))
    action: Mapped[str] = mapped_column(String(40))
    content: Mapped[dict[str, Any]]


class Route(Sourced, Base):
    """An assigned path; checkpoints and rounds come with patrols."""

    __tablename__ = "route"
    name: Mapped[str] = mapped_column(String(120))
    geom: Mapped[Any] = mapped_column(shape("MULTILINESTRING"))


class Track(Sourced, Base):
    """A path really walked, one part a stretch without gaps; its fixes keep the times."""

    __tablename__ = "track"
    name: Mapped[str | None] = mapped_column(String(120))
    started_at: Mapped[dt.datetime | None]
    ended_at: Mapped[dt.datetime | None]
    geom: Mapped[Any | None] = mapped_column(shape("MULTILINESTRING"))


class Fix(Base):
    """One position of a track. Plain numbers: fixes are read by track and in bulk, never searched by place."""

    __tablename__ = "fix"
    track_id: Mapped[int] = mapped_column(ForeignKey("track.id", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime | None]
    lon: Mapped[float]
    lat: Mapped[float]
    accuracy_m: Mapped[float | None]
