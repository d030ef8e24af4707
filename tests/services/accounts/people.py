"""Accounts for tests: three administrators and 李娜, a grid worker, with hashes that cost nothing."""

from __future__ import annotations

import base64
import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from gridmap.config import Settings
from gridmap.domain import totp
from gridmap.domain.access import Admin
from gridmap.services import accounts
from gridmap.services.accounts import Hashing, NewAccount, SignedIn
from gridmap.services.project import prepare
from gridmap.store.engine import Store
from gridmap.store.tables import Audit

NOW = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
CHEAP = Hashing(passes=1, memory_kib=8, lanes=1)
PASSWORD = "three boats on a pond"
ADMINS = {admin: NewAccount(f"{admin}.chief", f"{admin} 管理员", f"words that {admin} keeps") for admin in Admin}


def later(seconds: float = 0, *, days: float = 0) -> dt.datetime:
    return NOW + dt.timedelta(days=days, seconds=seconds)


@dataclass(frozen=True)
class People:
    """A project with accounts. `uids`: of the administrators; `li`: of li.na."""

    store: Store
    settings: Settings
    uids: dict[Admin, str]
    li: str

    def sign_in(
        self, name: str = "li.na", password: str = PASSWORD, code: str | None = None, *, now: dt.datetime = NOW
    ) -> SignedIn:
        return accounts.sign_in(self.store, self.settings, name, password, code, now=now, hashing=CHEAP)

    def enrol(self, uid: str, *, now: dt.datetime = NOW) -> tuple[bytes, list[str]]:
        """The secret and the recovery codes of a second factor set up now."""
        enrolment = accounts.enrol_totp(self.store, self.settings, uid, now=now)
        secret = base64.b32decode(enrolment.secret)
        code = totp.code_at(secret, totp.step_of(now))
        return secret, accounts.confirm_totp(self.store, self.settings, uid, enrolment.sealed, code, now=now)

    def entries(self, after: int = 0) -> list[tuple[str, str, str | None]]:
        """(action, actor, uid) of the audit, oldest first."""
        with self.store.read() as session:
            rows = session.execute(
                sa.select(Audit.action, Audit.actor, Audit.entity_uid).where(Audit.seq > after).order_by(Audit.seq)
            )
            return [(action, actor, uid) for action, actor, uid in rows]

    def newest(self) -> tuple[str, str, str | None]:
        return self.entries()[-1]


def people(store: Store, settings: Settings) -> People:
    prepare(store, now=NOW)
    uids = accounts.create_admins(store, settings, ADMINS, now=NOW, hashing=CHEAP)
    li = accounts.create(
        store, settings, NewAccount("li.na", "李娜", PASSWORD), actor="system.chief", now=NOW, hashing=CHEAP
    )
    return People(store, settings, uids, li.uid)
