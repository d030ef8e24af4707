"""What a PostgreSQL role may do that serves people and does not own the tables: all that gridmap does every day, and
with the audit nothing but to continue it.
"""

from __future__ import annotations

from gridmap.errors import BadInput
from gridmap.store.tables import Base

READ_ONLY = ("alembic_version", "spatial_ref_sys")
LONGEST = 63  # bytes of a name in PostgreSQL


def grants(role: str) -> str:
    """The statements, for the tables' owner to run; again after each upgrade. Raises BadInput for what is no name."""
    if not role or "\0" in role or len(role.encode()) > LONGEST:
        raise BadInput(f"'{role}' is no name of a role.", f"Give a name of 1 to {LONGEST} bytes.")
    to = '"' + role.replace('"', '""') + '"'
    tables = sorted(set(Base.metadata.tables) - {"audit", "audit_head"})
    return "\n".join(
        [
            "BEGIN;",
            f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {to};",
            f"GRANT USAGE ON SCHEMA public TO {to};",
            f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {to};",
            f"GRANT SELECT ON {', '.join(READ_ONLY)} TO {to};",
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON {', '.join(tables)} TO {to};",
            f"GRANT SELECT, INSERT ON audit TO {to};",
            f"GRANT SELECT, UPDATE ON audit_head TO {to};",
            "COMMIT;",
        ]
    )
