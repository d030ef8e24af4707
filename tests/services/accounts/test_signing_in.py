"""Signing in: the same refusal for every cause, waiting that grows, a lock, and sessions that end."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
import sqlalchemy as sa

from gridmap.config import Settings
from gridmap.domain.access import LOCAL, Admin
from gridmap.errors import BadInput, NotAllowed, SignInRefused
from gridmap.services import accounts
from gridmap.services.accounts import Hashing, NewAccount
from gridmap.store import audit, configuration
from gridmap.store.engine import Store
from gridmap.store.tables import Account
from tests.services.accounts.people import ADMINS, CHEAP, NOW, PASSWORD, People, later, people


@pytest.fixture
def told(store: Store, settings: Settings) -> People:
    return people(store, settings)


def refused(told: People, name: str, password: str = "not this one at all", *, now: dt.datetime = NOW) -> SignInRefused:
    with pytest.raises(SignInRefused) as refusal:
        told.sign_in(name, password, now=now)
    return refusal.value


def test_name_and_password_let_in_and_are_an_entry(told: People) -> None:
    signed_in = told.sign_in(" Li.NA ")
    assert (signed_in.account_uid, signed_in.name, signed_in.epoch) == (told.li, "li.na", 0)
    assert (signed_in.must_change_password, signed_in.must_enrol_totp) == (True, False)
    assert told.newest() == ("account.sign_in", "li.na", told.li)
    assert accounts.account_named(told.store, "li.na", now=NOW).signed_in_at == NOW
    assert told.sign_in("system.chief", "words that system keeps").must_enrol_totp


def test_no_answer_tells_whether_a_name_exists(told: People) -> None:
    """Ten tries on a name with an account, on one without, and on a disabled one: word for word the same."""
    accounts.disable(told.store, told.settings, told.li, actor=LOCAL.name, now=NOW)
    accounts.create(
        told.store, told.settings, NewAccount("wang", "王", PASSWORD), actor=LOCAL.name, now=NOW, hashing=CHEAP
    )
    answers: dict[str, list[tuple[str, object]]] = {"wang": [], "nobody": [], "li.na": []}
    for name, told_of in answers.items():
        now = NOW
        for _ in range(14):
            password = PASSWORD if name == "li.na" else "not this one at all"
            refusal = refused(told, name, password, now=now)
            told_of.append((str(refusal), refusal.details["wait_s"]))
            now += dt.timedelta(seconds=int(str(refusal.details["wait_s"])))
    assert answers["wang"] == answers["nobody"] == answers["li.na"]
    assert [wait for _, wait in answers["wang"]] == [0, 0, 1, 2, 4, 8, 16, 32, 60, 900, 0, 0, 1, 2]


def test_tries_at_once_are_counted_one_by_one_for_every_name(told: People) -> None:
    for name in ("li.na", "nobody"):
        waits: list[object] = []
        tries = [
            threading.Thread(target=lambda n=name, w=waits: w.append(refused(told, n).details["wait_s"]))
            for _ in range(6)
        ]
        for each in tries:
            each.start()
        for each in tries:
            each.join()
        assert sorted(map(int, map(str, waits))) == [0, 0, 1, 1, 1, 1]


class Counting(Hashing):
    """Hashes that cost nothing, and how many were checked."""

    def __init__(self) -> None:
        super().__init__(passes=1, memory_kib=8, lanes=1)
        self.checked = 0

    def is_right(self, stored: str | None, password: str) -> bool:
        self.checked += 1
        return super().is_right(stored, password)


def test_the_same_work_is_done_for_every_name(told: People) -> None:
    """Nobody, an account, one that is disabled, one with a second factor, one asleep: one hash, one entry, one time."""
    told.enrol(told.uids[Admin.AUDIT])
    for name in ("off", "asleep"):
        new = NewAccount(name, name, PASSWORD)
        made = accounts.create(told.store, told.settings, new, actor=LOCAL.name, now=NOW, hashing=CHEAP)
    with told.store.write() as session:
        session.execute(sa.update(Account).where(Account.uid == made.uid).values(created_at=later(days=-400)))
    accounts.disable(told.store, told.settings, _uid(told, "off"), actor=LOCAL.name, now=NOW)
    work = {
        name: [_work(told, name, password, now=later(number)) for number in range(5)]
        for name, password in (
            ("nobody", "not this one"), ("li.na", "not this one"), ("off", PASSWORD), ("asleep", PASSWORD),
            ("audit.chief", "not this one"),
        )
    }  # fmt: skip
    assert work["nobody"] == [(1, 1), (1, 1), (1, 1), (1, 1), (0, 1)]  # the fifth comes too soon: it is not looked at
    assert len(set(map(tuple, work.values()))) == 1, work


def _work(told: People, name: str, password: str, *, now: dt.datetime) -> tuple[int, int]:
    """How many hashes and entries a refused sign-in takes."""
    hashing, before = Counting(), len(told.entries())
    with pytest.raises(SignInRefused):
        accounts.sign_in(told.store, told.settings, name, password, None, now=now, hashing=hashing)
    return hashing.checked, len(told.entries()) - before


def _uid(told: People, name: str) -> str:
    return accounts.account_named(told.store, name, now=NOW).uid


def test_a_hash_is_checked_against_a_decoy_where_there_is_none() -> None:
    assert not CHEAP.is_right(None, "nobody's password")
    assert not CHEAP.is_right("no hash at all", "nobody's password")
    assert CHEAP.is_right(CHEAP.hash("ﬁve white horses"), "five white horses")  # a ligature is its letters


def test_while_one_must_wait_the_right_password_is_refused_too(told: People) -> None:
    for _ in range(4):
        waiting = refused(told, "li.na", now=later(100)) if _ == 3 else refused(told, "li.na", now=later(_ * 10))
    assert waiting.details == {"wait_s": 2}
    assert refused(told, "li.na", PASSWORD, now=later(101)).details == {"wait_s": 1}
    assert told.newest() == ("account.sign_in_too_soon", "anonymous", told.li)
    assert told.sign_in(now=later(102)).account_uid == told.li
    assert refused(told, "li.na", now=later(103)).details == {"wait_s": 0}  # a sign-in begins the count anew


def test_a_program_that_tries_on_does_not_fill_the_chain(told: People) -> None:
    for name in ("li.na", "nobody"):
        before = len(told.entries())
        for _ in range(3 + 25):
            refused(told, name)
        told_of = [action for action, _, _ in told.entries()[before:]]
        assert told_of == ["account.sign_in_failed"] * 3 + ["account.sign_in_too_soon"] * 20
        refused(told, name, now=later(2))
        assert refused(told, name, now=later(2)).details == {"wait_s": 2}
        assert told.newest()[0] == "account.sign_in_too_soon"


def test_ten_failures_lock_for_a_quarter_of_an_hour_and_spare_who_is_inside(told: People) -> None:
    inside = told.sign_in()
    for number in range(10):
        refusal = refused(told, "li.na", now=later(100 * number))
    assert refusal.details == {"wait_s": 900}
    assert told.newest() == ("account.lock_out", "anonymous", told.li)
    locked_at = later(900)
    assert accounts.account_named(told.store, "li.na", now=locked_at).locked_until == later(1800)
    assert refused(told, "li.na", PASSWORD, now=later(1799)).details == {"wait_s": 1}
    assert accounts.actor(told.store, told.li, inside.epoch, now=locked_at) is not None
    assert told.sign_in(now=later(1800)).account_uid == told.li


def test_the_system_administrator_ends_a_lock(told: People) -> None:
    for number in range(10):
        refused(told, "li.na", now=later(100 * number))
    accounts.enable(told.store, told.settings, told.li, actor="system.chief", now=later(1000))
    assert told.sign_in(now=later(1001)).account_uid == told.li


def test_who_has_not_come_for_half_a_year_is_locked_until_enabled(told: People) -> None:
    told.sign_in(now=later(days=10))
    assert told.sign_in(now=later(days=190)).account_uid == told.li
    assert not accounts.account_named(told.store, "li.na", now=later(days=370)).is_dormant
    assert accounts.account_named(told.store, "li.na", now=later(days=371)).is_dormant
    with pytest.raises(SignInRefused):
        told.sign_in(now=later(days=371))
    accounts.enable(told.store, told.settings, told.li, actor="system.chief", now=later(days=372))
    assert told.sign_in(now=later(days=373)).account_uid == told.li


def test_how_long_is_a_setting(told: People) -> None:
    with told.store.write() as session:
        configuration.put(session, {"accounts": {"dormant_days": 45}}, NOW)
    days = (45, 46)
    dormant = [accounts.account_named(told.store, "li.na", now=later(days=d)).is_dormant for d in days]
    assert dormant == [False, True]


def test_a_changed_password_ends_the_other_sessions(told: People) -> None:
    here, there = told.sign_in(), told.sign_in()
    changed = accounts.change_password(
        told.store, told.settings, told.li, PASSWORD, "a kettle on the stove", now=NOW, hashing=CHEAP
    )
    assert not changed.must_change_password
    assert told.newest() == ("account.change_password", "li.na", told.li)
    epochs = [signed_in.epoch for signed_in in (here, there, changed)]
    assert [accounts.actor(told.store, told.li, epoch, now=NOW) is not None for epoch in epochs] == [False, False, True]
    assert refused(told, "li.na", PASSWORD)
    assert told.sign_in(password="a kettle on the stove").account_uid == told.li


def test_a_password_is_changed_by_who_knows_it_for_a_good_one(told: People) -> None:
    def change(old: str, new: str) -> None:
        accounts.change_password(told.store, told.settings, told.li, old, new, now=NOW, hashing=CHEAP)

    for new in ("short", "1q2w3e4r5t6y", "li.na123", PASSWORD):
        with pytest.raises(BadInput):
            change(PASSWORD, new)
    for _ in range(3):
        with pytest.raises(SignInRefused):
            change("not the old password", "a kettle on the stove")
    with pytest.raises(SignInRefused) as waiting:  # guessing at an open session is guessing
        change(PASSWORD, "a kettle on the stove")
    assert waiting.value.details == {"wait_s": 1}
    assert told.sign_in(now=later(2)).epoch == 0


def test_all_sessions_can_be_ended(told: People) -> None:
    signed_in = told.sign_in()
    epoch = accounts.end_sessions(told.store, told.settings, told.li, actor="li.na", now=NOW)
    assert accounts.actor(told.store, told.li, signed_in.epoch, now=NOW) is None
    assert accounts.actor(told.store, told.li, epoch, now=NOW) is not None
    assert accounts.actor(told.store, "no such uid", 0, now=NOW) is None


def test_a_hash_of_another_cost_is_renewed_at_the_next_sign_in(told: People) -> None:
    dearer = Hashing(passes=2, memory_kib=8, lanes=1)
    accounts.sign_in(told.store, told.settings, "li.na", PASSWORD, None, now=NOW, hashing=dearer)
    with told.store.read() as session:
        stored = session.execute(sa.text("SELECT password_hash FROM account WHERE name = 'li.na'")).scalar_one()
    assert stored.startswith("$argon2id$") and "t=2" in stored
    assert told.sign_in().account_uid == told.li


def test_no_secret_is_in_the_chain_nor_in_a_refusal(told: People) -> None:
    refusal = refused(told, "li.na", "three boats on a lake")
    assert "boats" not in str(refusal) + repr(refusal.details)
    with told.store.read() as session:
        entries = audit.since(session, 0)
        assert not audit.verify(session)
    assert {field for entry in entries for field in entry.digests} == {"name", "shown_name", "admin", "worker_uid"}
    assert not any(entry.is_change for entry in entries)


def test_without_a_password_one_enters_the_demo_alone(told: People) -> None:
    demo = Settings(told.settings.db, told.settings.var, True, secret_from_env=told.settings.secret_from_env)
    new = NewAccount("visitor", "访客")
    made = accounts.create(told.store, told.settings, new, actor=LOCAL.name, now=NOW, hashing=CHEAP)
    assert not made.has_password
    with pytest.raises(SignInRefused):
        told.sign_in("visitor", "")
    with pytest.raises(NotAllowed):
        accounts.sign_in_to_demo(told.store, told.settings, made.uid, now=NOW)
    with pytest.raises(NotAllowed):
        accounts.sign_in_to_demo(told.store, demo, told.uids[Admin.SYSTEM], now=NOW)
    assert accounts.sign_in_to_demo(told.store, demo, made.uid, now=NOW).name == "visitor"
    assert ADMINS[Admin.SYSTEM].password is not None
