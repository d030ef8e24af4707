"""Whether a database's schema is whole: tables, columns, spatial indexes, triggers, foreign keys.

SpatiaLite loses triggers without a word when a table is rebuilt, and a spatial index without them goes stale; so this
looks after every migration instead of trusting it.
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from geoalchemy2 import Geometry
from sqlalchemy.engine import Connection

from gridmap.store.spatial import SLACK

# What SpatiaLite 5 hangs on a geometry column with an R*Tree: constraints on insert and update, index on insert,
# update and delete, and the time of the last change.
TRIGGERS = ("ggi", "ggu", "gii", "giu", "gid", "tmi", "tmu", "tmd")
# What keeps the audit append-only; the last one of each database beside those of both.
GUARDS = ("audit_no_update", "audit_no_delete", "audit_head_forward", "audit_head_no_delete")
MORE_GUARDS = {
    "sqlite": ("audit_no_second", "audit_head_no_second"),
    "postgresql": ("audit_no_truncate", "audit_head_no_truncate"),
}
KINDS = {0: "GEOMETRY", 1: "POINT", 5: "MULTILINESTRING", 6: "MULTIPOLYGON"}


def problems(connection: Connection, metadata: sa.MetaData) -> list[str]:
    """What is wrong, a sentence each, with the schema of `metadata` in this database; empty when it is whole."""
    found = list(_missing(connection, metadata))
    if found:
        return found
    guards = unguarded(connection, metadata)
    if connection.dialect.name == "sqlite":
        return [*_spatialite(connection, metadata), *_orphans(connection), *guards]
    return [*_postgis(connection, metadata), *guards]


def damage(connection: Connection) -> list[str]:
    """Damage of a SQLite file itself, as its own quick check tells; PostgreSQL looks after its pages."""
    if connection.dialect.name != "sqlite":
        return []
    rows = connection.exec_driver_sql("PRAGMA quick_check(5)").scalars().all()
    return [] if rows == ["ok"] else [f"The file is damaged: {row}." for row in rows]


def geometry_columns(metadata: sa.MetaData) -> list[tuple[str, str, str]]:
    """(table, column, kind) of every shape."""
    return [
        (table.name, column.name, str(column.type.geometry_type))
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, Geometry)
    ]


def _missing(connection: Connection, metadata: sa.MetaData) -> Iterator[str]:
    inspector = sa.inspect(connection)
    tables = set(inspector.get_table_names())
    for table in metadata.sorted_tables:
        if table.name not in tables:
            yield f"Table {table.name} is missing."
            continue
        lost = {c.name for c in table.columns} - {c["name"] for c in inspector.get_columns(table.name)}
        if lost:
            yield f"Table {table.name} lacks {', '.join(sorted(lost))}."


def _spatialite(connection: Connection, metadata: sa.MetaData) -> Iterator[str]:
    registered = {
        (row.f_table_name, row.f_geometry_column): row
        for row in connection.execute(sa.text("SELECT * FROM geometry_columns"))
    }
    triggers = set(connection.execute(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars())
    for table, column, kind in geometry_columns(metadata):
        row = registered.get((table, column))
        if row is None or row.srid != 4326 or KINDS.get(row.geometry_type) != kind:
            yield f"{table}.{column} is not registered as {kind} in EPSG:4326."
            continue
        lost = [name for name in TRIGGERS if f"{name}_{table}_{column}" not in triggers]
        if lost:
            yield f"{table}.{column} has lost its triggers {', '.join(lost)}."
        if row.spatial_index_enabled != 1:
            yield f"{table}.{column} has no spatial index."
        elif _stale(connection, table, column):
            yield f"The spatial index of {table}.{column} does not agree with the table."


def unguarded(connection: Connection, metadata: sa.MetaData) -> Iterator[str]:
    """Triggers of the audit that are gone or switched off; the first revisions had none."""
    head = metadata.tables.get("audit_head")
    if head is None or "change_seq" not in head.columns:
        return
    name = connection.dialect.name
    query = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D' AND pg_table_is_visible(tgrelid)",
    }[name]
    lost = set(GUARDS + MORE_GUARDS[name]) - set(connection.exec_driver_sql(query).scalars())
    if lost:
        yield f"The audit has lost its triggers {', '.join(sorted(lost))}: entries could be changed."


def _stale(connection: Connection, table: str, column: str) -> bool:
    """Whether a row is missing in the index, lies beyond its box, or is indexed but gone. (SpatiaLite's own
    CheckSpatialIndex writes, which a reader may not.)
    """
    index = f"idx_{table}_{column}"
    beyond = (
        f"i.xmin > MbrMinX(t.{column}) + {SLACK} OR i.xmax < MbrMaxX(t.{column}) - {SLACK}"
        f" OR i.ymin > MbrMinY(t.{column}) + {SLACK} OR i.ymax < MbrMaxY(t.{column}) - {SLACK}"
    )
    lost = connection.exec_driver_sql(
        f'SELECT 1 FROM "{table}" t LEFT JOIN "{index}" i ON i.pkid = t.rowid'  # noqa: S608 - names of our own tables
        f" WHERE t.{column} IS NOT NULL AND (i.pkid IS NULL OR {beyond}) LIMIT 1"
    ).first()
    left_over = connection.exec_driver_sql(
        f'SELECT (SELECT count(*) FROM "{index}") > (SELECT count({column}) FROM "{table}")'  # noqa: S608
    ).scalar()
    return lost is not None or bool(left_over)


def _orphans(connection: Connection) -> Iterator[str]:
    for row in connection.exec_driver_sql("SELECT DISTINCT \"table\", parent FROM pragma_foreign_key_check"):
        yield f"Rows of {row[0]} point at rows of {row[1]} that do not exist."


def _postgis(connection: Connection, metadata: sa.MetaData) -> Iterator[str]:
    registered = {
        (row.f_table_name, row.f_geometry_column): (row.type, row.srid)
        for row in connection.execute(
            sa.text("SELECT f_table_name, f_geometry_column, type, srid FROM geometry_columns")
        )
    }
    indexed = {
        (row.table_name, row.column_name)
        for row in connection.execute(
            sa.text(
                "SELECT t.relname AS table_name, a.attname AS column_name FROM pg_index i"
                " JOIN pg_class t ON t.oid = i.indrelid JOIN pg_class x ON x.oid = i.indexrelid"
                " JOIN pg_am m ON m.oid = x.relam"
                " JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = i.indkey[0]"
                " WHERE m.amname = 'gist' AND i.indisvalid AND pg_table_is_visible(t.oid)"
            )
        )
    }
    for table, column, kind in geometry_columns(metadata):
        if registered.get((table, column)) != (kind, 4326):
            yield f"{table}.{column} is not a {kind} in EPSG:4326."
        if (table, column) not in indexed:
            yield f"{table}.{column} has no spatial index."
    broken = connection.execute(
        sa.text(
            "SELECT conrelid::regclass::text FROM pg_constraint"
            " WHERE contype = 'f' AND NOT convalidated AND pg_table_is_visible(conrelid)"
        )
    ).scalars()
    for table in broken:
        yield f"A foreign key of {table} was never validated."
