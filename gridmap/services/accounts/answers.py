"""What is told of accounts, and what a new one is made of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gridmap.domain.access import Action, Admin, Scope


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account to make. `password` None: nobody signs in by one. Without `worker_uid` an account that is no
    administrator's gets a person of its own, called `shown_name`.
    """

    name: str
    shown_name: str
    password: str | None = field(default=None, repr=False)
    admin: Admin | None = None
    worker_uid: str | None = None


@dataclass(frozen=True, slots=True)
class AccountInfo:
    """An account as lists and its owner see it. `is_dormant`: locked because nobody signed in for long."""

    uid: str
    name: str
    shown_name: str
    admin: Admin | None
    worker_uid: str | None
    worker_name: str | None
    has_password: bool
    has_totp: bool
    must_change_password: bool
    must_enrol_totp: bool
    is_disabled: bool
    is_dormant: bool
    locked_until: dt.datetime | None
    signed_in_at: dt.datetime | None
    created_at: dt.datetime


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who signed in. A session keeps `account_uid` and `epoch`, and ends when `epoch` is no longer the account's."""

    account_uid: str
    name: str
    epoch: int
    must_change_password: bool
    must_enrol_totp: bool
    used_recovery_code: bool = False


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A second factor not yet confirmed. `sealed` is given back with the first code; nothing is stored until then."""

    secret: str = field(repr=False)  # base32, to be typed
    address: str = field(repr=False)  # otpauth:, for a QR code
    sealed: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TokenInfo:
    """A key of an account's programs, or a screen on a wall. `scope` None: wherever the account may."""

    uid: str
    name: str
    actions: frozenset[Action]
    scope: Scope | None
    created_at: dt.datetime
    expires_at: dt.datetime
    used_at: dt.datetime | None
    revoked_at: dt.datetime | None
    is_screen: bool
    owner: str  # the shown name of its account


def scope_as_json(actions: frozenset[Action], scope: Scope | None, *, is_screen: bool = False) -> dict[str, Any]:
    """What a token may, as it is stored."""
    stored: dict[str, Any] = {"actions": sorted(actions)}
    if is_screen:
        stored["screen"] = True
    if scope is not None:
        stored |= {
            "areas": sorted(scope.areas), "grids": sorted(scope.grids), "buildings": sorted(scope.buildings)
        }  # fmt: skip
    return stored


def scope_of_json(stored: Mapping[str, Any]) -> tuple[frozenset[Action], Scope | None]:
    """The reverse of `scope_as_json`; actions that this version does not know are left out."""
    known = frozenset(Action(name) for name in stored["actions"] if name in set(Action))
    if "areas" not in stored:
        return known, None
    return known, Scope(False, *(frozenset(stored[name]) for name in ("areas", "grids", "buildings")))
