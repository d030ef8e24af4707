"""What a PostgreSQL role may do that serves people and does not own the tables: all that gridmap does every day, and
with the audit nothing but to continue it. And whether the role that a database is open as keeps to that.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from gridmap.errors import BadInput
from gridmap.store.tables import Base

READ_ONLY = ("alembic_version", "spatial_ref_sys")  # the second is PostGIS's own, which lets everybody read it
LONGEST = 63  # bytes of a name in PostgreSQL
DAILY = ("SELECT", "INSERT", "UPDATE", "DELETE")
# What continues the audit; whatever else PostgreSQL grants on a table could bend it.
ON_AUDIT = {"audit": ("SELECT", "INSERT"), "audit_head": ("SELECT", "UPDATE")}
BENDING = (*DAILY, "TRUNCATE", "TRIGGER")


@dataclass(frozen=True, slots=True)
class RoleRights:
    """`too_much` and `lacking`: rights such as "DELETE on audit", against those that `grants` gives."""

    name: str
    is_superuser: bool
    owns_audit: bool
    too_much: tuple[str, ...]
    lacking: tuple[str, ...]


def rights(session: Session) -> RoleRights | None:
    """Those of the role that this session is open as, on the tables that are there; None where there is no audit, and
    for a file, which knows no roles.
    """
    if session.get_bind().dialect.name == "sqlite":
        return None
    who = session.execute(
        sa.text(
            "SELECT rolname, rolsuper, pg_has_role(pg_roles.oid, relowner, 'MEMBER') AS owns FROM pg_roles, pg_class"
            " WHERE rolname = current_user AND pg_class.oid = to_regclass('audit')"
        )
    ).one_or_none()
    if who is None:
        return None
    wanted = dict.fromkeys(Base.metadata.tables, DAILY) | dict.fromkeys(READ_ONLY, ("SELECT",)) | ON_AUDIT
    held = _held(session, [(table, right) for table in sorted(wanted) for right in BENDING])
    return RoleRights(
        who.rolname,
        who.rolsuper,
        who.owns,
        tuple(f"{right} on {table}" for (table, right), has in held.items() if has and _bends(table, right)),
        tuple(f"{right} on {table}" for (table, right), has in held.items() if not has and right in wanted[table]),
    )


def _bends(table: str, right: str) -> bool:
    return table in ON_AUDIT and right not in ON_AUDIT[table]


def _held(session: Session, asked: list[tuple[str, str]]) -> dict[tuple[str, str], bool]:
    """Whether the role has each right, in the order asked; of tables that are not there, nothing."""
    found = session.execute(
        sa.text(
            "SELECT name, wanted, has_table_privilege(to_regclass(name), wanted) AS has"
            " FROM unnest(CAST(:names AS text[]), CAST(:rights AS text[])) WITH ORDINALITY AS asked(name, wanted, n)"
            " WHERE to_regclass(name) IS NOT NULL ORDER BY n"
        ),
        {"names": [table for table, _ in asked], "rights": [right for _, right in asked]},
    )
    return {(row.name, row.wanted): row.has for row in found}


def grants(role: str) -> str:
    """The statements, for the tables' owner to run; again after each upgrade. Raises BadInput for what is no name."""
    if not role or "\0" in role or len(role.encode()) > LONGEST:
        raise BadInput(f"'{role}' is no name of a role.", f"Give a name of 1 to {LONGEST} bytes.")
    to = '"' + role.replace('"', '""') + '"'
    tables = sorted(set(Base.metadata.tables) - set(ON_AUDIT))
    own = ", ".join(["alembic_version", *tables, *ON_AUDIT])
    return "\n".join(
        [
            "BEGIN;",
            f"REVOKE ALL ON {own} FROM {to};",
            f"GRANT USAGE ON SCHEMA public TO {to};",
            f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {to};",
            f"GRANT SELECT ON alembic_version TO {to};",
            f"GRANT {', '.join(DAILY)} ON {', '.join(tables)} TO {to};",
            *(f"GRANT {', '.join(given)} ON {table} TO {to};" for table, given in ON_AUDIT.items()),
            "COMMIT;",
        ]
    )
