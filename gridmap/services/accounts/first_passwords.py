"""Passwords of our making, for the first sign-in alone: their owner has to change them there."""

from __future__ import annotations

import secrets

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without what is taken for something else when it is written down
GROUPS, GROUP = 4, 4  # 79 bits


def first_password() -> str:
    """Four groups of four: it is read from a slip and typed once."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(GROUP)) for _ in range(GROUPS))
