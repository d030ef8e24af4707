"""Databases for tests on a PostgreSQL server: made from a template once, emptied after each test, used again.

Making one costs ten times what emptying one does. A database whose schema a test changed is dropped instead.
"""

from __future__ import annotations

import itertools
import os
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg import sql

_numbers = itertools.count(1)

# All that a test could change of a schema, as one digest.
SCHEMA = """
SELECT md5(string_agg(line, '|' ORDER BY line)) FROM (
    SELECT format('%s.%s %s %s %s', attrelid::regclass, attname, atttypid, atttypmod, attnotnull) AS line
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    WHERE relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped
    UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT format('%s %s', conrelid::regclass, pg_get_constraintdef(oid)) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT format('%s %s', tgname, tgenabled) FROM pg_trigger WHERE NOT tgisinternal
) AS found
"""
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'spatial_ref_sys'"
SEQUENCES = "SELECT setval(format('public.%I', sequencename), 1, false) FROM pg_sequences WHERE schemaname = 'public'"
# To truncate a table makes all its files anew, which costs more than to delete a few rows.
EMPTY = """
DO $$
DECLARE name text; pages bigint;
BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'spatial_ref_sys' LOOP
        pages := pg_relation_size(format('public.%I', name)) / 8192;
        IF pages > 100 THEN
            EXECUTE format('TRUNCATE public.%I CASCADE', name);
        ELSIF pages > 0 THEN
            EXECUTE format('DELETE FROM public.%I', name);
        END IF;
    END LOOP;
END $$
"""


class Databases:
    """The databases of one test run on one server; `take` gives a clean one, `give_back` cleans it for the next."""

    def __init__(self, server: str) -> None:
        self.server = sa.make_url(server)
        self.template: str | None = None
        self._free: list[str] = []
        self._made: set[str] = set()
        self._seeds: dict[str, str] = {}
        self._schema = ""

    def create(self, template: str = "template0") -> str:
        """A new database -> its address."""
        name = f"gridmap_test_{os.getpid()}_{next(_numbers)}"
        self._on_server(sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy"), name, template)
        self._made.add(name)
        return self._address(name)

    def use_as_template(self, address: str) -> None:
        """From now on `take` gives copies of this migrated database; nobody may be connected to it."""
        self.template = sa.make_url(address).database
        with self._inside(str(self.template)) as connection:
            self._schema = _one(connection, SCHEMA)
            for (table,) in connection.execute(TABLES).fetchall():
                rows = _one(connection, sql.SQL("SELECT json_agg(t)::text FROM {} AS t").format(sql.Identifier(table)))
                if rows is not None:
                    self._seeds[table] = rows

    def take(self) -> str:
        """The address of a database as the template is."""
        if self._free:
            return self._address(self._free.pop())
        assert self.template is not None
        return self.create(self.template)

    def give_back(self, address: str) -> None:
        """Cut whoever is still connected, and empty the database; drop it when its schema is another now."""
        name = str(sa.make_url(address).database)
        self._cut(name)
        with self._inside(name) as connection:
            clean = _one(connection, SCHEMA) == self._schema
            if clean:
                self._empty(connection)
        if clean:
            self._free.append(name)
        else:
            self.drop(address)

    def drop(self, address: str) -> None:
        name = str(sa.make_url(address).database)
        self._on_server(sql.SQL("DROP DATABASE {} WITH (FORCE)"), name)
        self._made.discard(name)

    def close(self) -> None:
        """Drop everything this run made."""
        for name in sorted(self._made):
            self.drop(self._address(name))

    def _empty(self, connection: psycopg.Connection[Any]) -> None:
        connection.execute("SET session_replication_role = replica")  # no foreign key asks for an order
        connection.execute(EMPTY)
        connection.execute(SEQUENCES)
        for table, rows in self._seeds.items():
            insert = "INSERT INTO {0} SELECT * FROM json_populate_recordset(NULL::{0}, %s)"
            connection.execute(sql.SQL(insert).format(sql.Identifier(table)), [rows])

    def _cut(self, name: str) -> None:
        with psycopg.connect(self._plain(), autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname = %s AND pid <> pg_backend_pid()",
                [name],
            )

    def _on_server(self, statement: sql.SQL, *names: str) -> None:
        with psycopg.connect(self._plain(), autocommit=True) as connection:
            connection.execute(statement.format(*map(sql.Identifier, names)))

    def _inside(self, name: str) -> psycopg.Connection[Any]:
        return psycopg.connect(self._plain(name))

    def _plain(self, name: str | None = None) -> str:
        url = self.server if name is None else self.server.set(database=name)
        return url.set(drivername="postgresql").render_as_string(hide_password=False)

    def _address(self, name: str) -> str:
        return self.server.set(database=name).render_as_string(hide_password=False)


def _one(connection: psycopg.Connection[Any], query: Any) -> Any:
    row = connection.execute(query).fetchone()
    return None if row is None else row[0]
