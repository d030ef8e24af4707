"""The audit only grows, and the database holds to it: triggers refuse what would change or take away an entry.

The head tells two numbers apart: the newest entry, and the newest one that changed data; caches follow the second, and
so an entry about reading makes nobody read again. Whoever owns the tables can still take the triggers away: the chain
shows what was done then (`gridmap audit verify`).
"""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ONLY_GROWS = "the audit only grows, no entry is changed or removed"
HEAD_MOVES = "the head of the audit only moves on to a stored entry"
# The head may be touched without a change (that locks it), or move on to a stored entry.
MOVES_ON = """
    NEW.id = OLD.id AND (
        (NEW.seq = OLD.seq AND NEW.hash = OLD.hash
            AND NEW.change_seq = OLD.change_seq AND NEW.change_hash = OLD.change_hash)
        OR (NEW.seq > OLD.seq AND NEW.change_seq >= OLD.change_seq AND NEW.change_seq <= NEW.seq
            AND EXISTS (SELECT 1 FROM audit WHERE audit.seq = NEW.seq AND audit.hash = NEW.hash)))
"""
FUNCTIONS = ("audit_only_grows", "audit_head_moves_on")


def upgrade() -> None:
    kind, blob, zeros = ("INTEGER", "BLOB", f"X'{'00' * 32}'") if _is_sqlite() else (
        "BIGINT", "BYTEA", f"'\\x{'00' * 32}'"
    )  # fmt: skip
    op.execute(f"ALTER TABLE audit_head ADD COLUMN change_seq {kind} NOT NULL DEFAULT 0")
    op.execute(f"ALTER TABLE audit_head ADD COLUMN change_hash {blob} NOT NULL DEFAULT {zeros}")
    op.execute("UPDATE audit_head SET change_seq = seq, change_hash = hash")  # until now every entry was a change
    op.create_index("ix_audit_actor_at", "audit", ["actor", "at"])
    op.create_index("ix_audit_at", "audit", ["at"])
    for statement in _sqlite_guards() if _is_sqlite() else _postgresql_guards():
        op.execute(statement)


def downgrade() -> None:
    for name, table in _names():
        op.execute(f"DROP TRIGGER {name}" + ("" if _is_sqlite() else f" ON {table}"))
    if not _is_sqlite():
        for function in FUNCTIONS:
            op.execute(f"DROP FUNCTION {function}()")
    op.drop_index("ix_audit_at", "audit")
    op.drop_index("ix_audit_actor_at", "audit")
    op.drop_column("audit_head", "change_hash")
    op.drop_column("audit_head", "change_seq")


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _names() -> list[tuple[str, str]]:
    """Every trigger with its table."""
    both = ("no_delete", "no_second" if _is_sqlite() else "no_truncate")
    kinds = {"audit": ("no_update", *both), "audit_head": ("forward", *both)}
    return [(f"{table}_{what}", table) for table, found in kinds.items() for what in found]


def _sqlite_guards() -> list[str]:
    """INSERT OR REPLACE removes a row without asking the triggers of DELETE, so a second row is refused itself."""
    refused = {
        "audit_no_update": ("UPDATE ON audit", ONLY_GROWS),
        "audit_no_delete": ("DELETE ON audit", ONLY_GROWS),
        "audit_no_second": ("INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE seq = NEW.seq)", ONLY_GROWS),
        "audit_head_forward": (f"UPDATE ON audit_head WHEN NOT ({MOVES_ON})", HEAD_MOVES),
        "audit_head_no_delete": ("DELETE ON audit_head", HEAD_MOVES),
        "audit_head_no_second": ("INSERT ON audit_head WHEN EXISTS (SELECT 1 FROM audit_head)", HEAD_MOVES),
    }
    return [
        f"CREATE TRIGGER {name} BEFORE {when} BEGIN SELECT RAISE(ABORT, '{words}'); END"
        for name, (when, words) in refused.items()
    ]


def _postgresql_guards() -> list[str]:
    refuse = "RAISE EXCEPTION '{}' USING ERRCODE = 'restrict_violation';"
    body = "CREATE FUNCTION {}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {} END $$"
    moves = f"IF NOT ({MOVES_ON}) THEN {refuse.format(HEAD_MOVES)} END IF; RETURN NEW;"
    return [
        body.format("audit_only_grows", refuse.format(ONLY_GROWS)),
        body.format("audit_head_moves_on", moves),
        *(
            f"CREATE TRIGGER {name} BEFORE {what} ON {table} FOR EACH {'ROW' if row else 'STATEMENT'}"
            f" EXECUTE FUNCTION {'audit_head_moves_on' if name == 'audit_head_forward' else 'audit_only_grows'}()"
            for name, table, what, row in (
                ("audit_no_update", "audit", "UPDATE", True),
                ("audit_no_delete", "audit", "DELETE", True),
                ("audit_no_truncate", "audit", "TRUNCATE", False),
                ("audit_head_forward", "audit_head", "UPDATE", True),
                ("audit_head_no_delete", "audit_head", "DELETE", True),
                ("audit_head_no_truncate", "audit_head", "TRUNCATE", False),
            )
        ),
    ]
