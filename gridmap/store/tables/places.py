"""What stands in the district: buildings, households, units, key sites, ground, streets, cameras."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from gridmap.store.tables.base import Base, Sourced, shape


class Building(Sourced, Base):
    """实有房屋. `number` is the building's number inside its compound, `door_number` the one on its street."""

    __tablename__ = "building"
    name: Mapped[str | None] = mapped_column(String(120))
    number: Mapped[str | None] = mapped_column(String(20), index=True)
    compound_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"), index=True)
    street_name: Mapped[str | None] = mapped_column(String(120), index=True)
    door_number: Mapped[str | None] = mapped_column(String(20))
    kind: Mapped[str | None] = mapped_column(String(40))
    floors: Mapped[int | None]
    units: Mapped[int | None]  # stairwells (单元)
    block_id: Mapped[int | None] = mapped_column(ForeignKey("block.id"), index=True)
    geom: Mapped[Any] = mapped_column(shape("MULTIPOLYGON"))


class BuildingAlias(Base):
    """Another name people use for a building."""

    __tablename__ = "building_alias"
    building_id: Mapped[int] = mapped_column(ForeignKey("building.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(120), primary_key=True)


class Household(Sourced, Base):
    """住户: a place to serve. `count` households stand at this point (1, or more in summed data); no dossiers."""

    __tablename__ = "household"
    building_id: Mapped[int | None] = mapped_column(ForeignKey("building.id"), index=True)
    block_id: Mapped[int | None] = mapped_column(ForeignKey("block.id"), index=True)
    unit: Mapped[str | None] = mapped_column(String(20))
    room: Mapped[str | None] = mapped_column(String(20))
    count: Mapped[int] = mapped_column(default=1)
    residents: Mapped[int | None]
    geom: Mapped[Any] = mapped_column(shape("POINT"))


class Unit(Sourced, Base):
    """实有单位: a shop, a firm, an institution in a building."""

    __tablename__ = "unit"
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str | None] = mapped_column(String(40))
    building_id: Mapped[int | None] = mapped_column(ForeignKey("building.id"), index=True)
    block_id: Mapped[int | None] = mapped_column(ForeignKey("block.id"), index=True)
    geom: Mapped[Any] = mapped_column(shape("POINT"))


class Site(Sourced, Base):
    """重点部位: school, hospital, market, station, enterprise, water, greenhouse area; a point or a polygon."""

    __tablename__ = "site"
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(40), index=True)
    block_id: Mapped[int | None] = mapped_column(ForeignKey("block.id"), index=True)
    geom: Mapped[Any] = mapped_column(shape("GEOMETRY"))


class Ground(Sourced, Base):
    """What the base map lies on: water, green, railway, wall and the like; lines or polygons."""

    __tablename__ = "ground"
    name: Mapped[str | None] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(20), index=True)
    geom: Mapped[Any] = mapped_column(shape("GEOMETRY"))


class Street(Sourced, Base):
    """A stretch of street; `street_class` is trunk, street, lane or path."""

    __tablename__ = "street"
    name: Mapped[str | None] = mapped_column(String(120), index=True)
    street_class: Mapped[str] = mapped_column(String(20))
    geom: Mapped[Any] = mapped_column(shape("MULTILINESTRING"))


class Camera(Sourced, Base):
    """A camera post; bearing clockwise from north, `fov_deg` 360 for a dome."""

    __tablename__ = "camera"
    name: Mapped[str | None] = mapped_column(String(120))
    kind: Mapped[str | None] = mapped_column(String(40))
    bearing_deg: Mapped[float | None]
    fov_deg: Mapped[float | None]
    range_m: Mapped[float | None]
    block_id: Mapped[int | None] = mapped_column(ForeignKey("block.id"), index=True)
    geom: Mapped[Any] = mapped_column(shape("POINT"))
