"""Accounts with their second factors and tokens, who opened which record, deputies of posts and posts of stairwells."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _account()
    _recovery_code()
    _api_token()
    _record_opening()
    op.add_column("post", sa.Column("stairwell", sa.String(20)))
    # With its key inside the column: SQLite can add none to a table that exists.
    kind = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    op.execute(
        f"ALTER TABLE post ADD COLUMN deputy_id {kind} CONSTRAINT fk_post_deputy_id_worker REFERENCES worker (id)"
    )
    op.create_index("ix_post_deputy_id", "post", ["deputy_id"])


def downgrade() -> None:
    op.drop_index("ix_post_deputy_id", "post")
    op.drop_column("post", "deputy_id")
    op.drop_column("post", "stairwell")
    for table in ("record_opening", "api_token", "recovery_code", "account"):
        op.drop_table(table)


def _big() -> Any:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _instant(name: str, *, may_be_empty: bool = True) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=may_be_empty)


def _identified() -> list[Any]:
    return [sa.Column("id", _big(), primary_key=True), sa.Column("uid", sa.String(36), nullable=False, unique=True)]


def _of_account(*, primary_key: bool = False) -> sa.Column[Any]:
    key = sa.ForeignKey("account.id", ondelete="CASCADE")
    return sa.Column("account_id", _big(), key, primary_key=primary_key, nullable=False)


def _account() -> None:
    op.create_table(
        "account",
        *_identified(),
        sa.Column("name", sa.String(60), nullable=False, unique=True),
        sa.Column("shown_name", sa.String(60), nullable=False),
        sa.Column("admin", sa.String(20)),
        sa.Column("worker_id", _big(), sa.ForeignKey("worker.id"), unique=True),
        sa.Column("password_hash", sa.String(200)),
        sa.Column("must_change_password", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("totp_secret", sa.LargeBinary()),
        sa.Column("totp_step", _big()),
        sa.Column("epoch", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("failures", sa.Integer(), nullable=False, server_default=sa.text("0")),
        _instant("failed_at"),
        _instant("locked_until"),
        _instant("disabled_at"),
        _instant("signed_in_at"),
        _instant("created_at", may_be_empty=False),
    )
    op.create_index("ix_account_admin", "account", ["admin"])


def _recovery_code() -> None:
    op.create_table(
        "recovery_code",
        _of_account(primary_key=True),
        sa.Column("digest", sa.LargeBinary(32), primary_key=True),
        _instant("used_at"),
    )


def _api_token() -> None:
    op.create_table(
        "api_token",
        *_identified(),
        _of_account(),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("digest", sa.LargeBinary(32), nullable=False, unique=True),
        sa.Column(
            "scope", sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql"), nullable=False
        ),
        _instant("created_at", may_be_empty=False),
        _instant("expires_at", may_be_empty=False),
        _instant("used_at"),
        _instant("revoked_at"),
    )
    op.create_index("ix_api_token_account_id", "api_token", ["account_id"])


def _record_opening() -> None:
    op.create_table(
        "record_opening",
        _of_account(primary_key=True),
        sa.Column("entity_uid", sa.String(36), primary_key=True),
        sa.Column("hour_at", sa.DateTime(timezone=True), primary_key=True),
    )
