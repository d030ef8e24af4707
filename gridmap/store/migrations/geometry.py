"""Geometry columns for migrations: the column, its spatial index and (SpatiaLite) its triggers, made and removed.

Migrations use these two functions and never a batch rebuild: a rebuilt table loses its triggers, the index goes stale
and any shape enters any column. Every shape is two-dimensional and in EPSG:4326.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

SRID = 4326


def add_geometry(table: str, kind: str, *, nullable: bool = False, column: str = "geom") -> None:
    """Add a geometry column of a kind such as MULTIPOLYGON, with its spatial index, to an existing table.

    A column that must not be empty can only be added to a table without rows.
    """
    if op.get_bind().dialect.name == "sqlite":
        _check("AddGeometryColumn", table, column, SRID, kind, "XY", 0 if nullable else 1)
        _check("CreateSpatialIndex", table, column)
        # SpatiaLite would note the time of every row's change there, by a search of its own a row; nobody reads it
        _forget("time", table, column)
        return
    empty = "" if nullable else " NOT NULL"
    op.execute(f'ALTER TABLE "{table}" ADD COLUMN "{column}" geometry({kind}, {SRID}){empty}')
    op.execute(f'CREATE INDEX "{index_name(table, column)}" ON "{table}" USING gist ("{column}")')


def drop_geometry_table(table: str, *, column: str = "geom") -> None:
    """Drop a table with its geometry column, leaving nothing of it in SpatiaLite's own tables."""
    if op.get_bind().dialect.name == "sqlite":
        _check("DisableSpatialIndex", table, column)
        op.execute(f'DROP TABLE "{index_name(table, column)}"')
        # foreign keys rest during a migration, so that nothing of this cascades by itself
        for registry in ("auth", "field_infos", "statistics", "time"):
            _forget(registry, table, column)
        _check("DiscardGeometryColumn", table, column)
    op.drop_table(table)


def index_name(table: str, column: str = "geom") -> str:
    """The name of a spatial index: SpatiaLite prescribes it, PostgreSQL follows."""
    return f"idx_{table}_{column}"


def _forget(registry: str, table: str, column: str) -> None:
    """Remove a column's rows from one of SpatiaLite's own tables."""
    rows = sa.table(f"geometry_columns_{registry}", sa.column("f_table_name"), sa.column("f_geometry_column"))
    op.execute(sa.delete(rows).where(rows.c.f_table_name == table, rows.c.f_geometry_column == column))


def _check(function: str, *arguments: str | int) -> None:
    """Call a function of SpatiaLite that answers 1, or 0 and a silent failure."""
    call = sa.select(getattr(sa.func, function)(*arguments))
    if op.get_bind().scalar(call) != 1:
        raise RuntimeError(f"{function}{arguments} failed.")
