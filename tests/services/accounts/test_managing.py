"""Making accounts: three administrators first, none of them twice, and who may change whom."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from gridmap.config import Settings
from gridmap.domain.access import LOCAL, Admin
from gridmap.errors import BadInput, Conflict, NotAllowed, NotFound, SignInRefused
from gridmap.services import accounts
from gridmap.services.accounts import NewAccount
from gridmap.store import audit
from gridmap.store import posts as stored_posts
from gridmap.store.engine import Store
from tests.services.accounts.people import ADMINS, CHEAP, NOW, PASSWORD, People, later, people

WORKER = NewAccount("wang", "王", "a lamp beside the door")


@pytest.fixture
def told(store: Store, settings: Settings) -> People:
    return people(store, settings)


def test_the_first_start_makes_three_people_with_their_entries_or_none(store: Store, settings: Settings) -> None:
    assert not accounts.have_accounts(store)
    two = {admin: ADMINS[admin] for admin in (Admin.SYSTEM, Admin.AUDIT)}
    same_name = ADMINS | {Admin.AUDIT: replace(ADMINS[Admin.AUDIT], name=" SYSTEM.chief ")}
    same_password = ADMINS | {Admin.AUDIT: replace(ADMINS[Admin.AUDIT], password=ADMINS[Admin.SYSTEM].password)}
    weak = ADMINS | {Admin.SECURITY: replace(ADMINS[Admin.SECURITY], password="1234567890")}
    without = ADMINS | {Admin.SECURITY: replace(ADMINS[Admin.SECURITY], password=None)}
    for bad in (two, same_name, same_password, weak, without):
        with pytest.raises(BadInput):
            accounts.create_admins(store, settings, bad, now=NOW, hashing=CHEAP)
    assert not accounts.have_accounts(store)

    uids = accounts.create_admins(store, settings, ADMINS, now=NOW, hashing=CHEAP)
    assert accounts.have_accounts(store)
    listed = {row.admin: row for row in accounts.list_accounts(store, now=NOW)}
    assert {admin: row.uid for admin, row in listed.items()} == uids
    assert all(row.must_enrol_totp and row.worker_uid is None for row in listed.values())
    with store.read() as session:
        entries = audit.since(session, 0)
        assert [(e.action, e.entity_uid) for e in entries] == [("account.create", uids[admin]) for admin in Admin]
        assert not audit.verify(session)
        assert set(entries[0].digests) == {"name", "shown_name", "admin", "worker_uid"}


def test_there_is_no_second_first_start(told: People) -> None:
    with pytest.raises(Conflict):
        accounts.create_admins(told.store, told.settings, ADMINS, now=NOW, hashing=CHEAP)
    assert len(accounts.list_accounts(told.store, now=NOW)) == 4


def test_of_two_first_starts_at_once_one_wins(store: Store, settings: Settings) -> None:
    outcomes: list[object] = []

    def begin(prefix: str) -> None:
        new = {admin: replace(one, name=f"{prefix}.{admin}") for admin, one in ADMINS.items()}
        try:
            outcomes.append(accounts.create_admins(store, settings, new, now=NOW, hashing=CHEAP))
        except Conflict as refused:
            outcomes.append(refused)

    threads = [threading.Thread(target=begin, args=(prefix,)) for prefix in ("one", "two", "three")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict", "Conflict", "dict"]
    assert len(accounts.list_accounts(store, now=NOW)) == 3


def test_nobody_else_comes_before_the_administrators(store: Store, settings: Settings) -> None:
    with pytest.raises(Conflict):
        accounts.create(store, settings, WORKER, actor=LOCAL.name, now=NOW, hashing=CHEAP)
    assert not accounts.have_accounts(store)


def test_an_account_has_a_person_who_may_hold_posts_and_an_administrator_has_none(told: People) -> None:
    made = accounts.create(told.store, told.settings, WORKER, actor="system.chief", now=NOW, hashing=CHEAP)
    assert (made.worker_name, made.must_change_password, made.admin) == ("王", True, None)
    assert told.newest() == ("account.create", "system.chief", made.uid)
    again = NewAccount("wang2", "王", "another lamp by the door", worker_uid=made.worker_uid)
    with pytest.raises(Conflict):
        accounts.create(told.store, told.settings, again, actor="system.chief", now=NOW, hashing=CHEAP)
    with pytest.raises(BadInput):
        accounts.create(
            told.store, told.settings, replace(again, admin=Admin.AUDIT), actor=LOCAL.name, now=NOW, hashing=CHEAP
        )
    with pytest.raises(NotFound):
        accounts.create(
            told.store, told.settings, replace(again, worker_uid="nobody"), actor="system.chief", now=NOW, hashing=CHEAP
        )
    with told.store.write() as session:
        (worker_id,) = stored_posts.add_workers(session, ["赵"])
        zhao = next(each for each in stored_posts.workers(session) if each.id == worker_id)
    linked = NewAccount("zhao", "赵", "seven quiet mornings", worker_uid=zhao.uid)
    made = accounts.create(told.store, told.settings, linked, actor="system.chief", now=NOW, hashing=CHEAP)
    assert made.worker_uid == zhao.uid


@pytest.mark.parametrize("name", ["LI.NA", "ｌｉ.ｎａ", " li.na "])
def test_one_name_is_one_account_however_it_is_written(told: People, name: str) -> None:
    with pytest.raises(Conflict):
        accounts.create(
            told.store, told.settings, replace(WORKER, name=name), actor="system.chief", now=NOW, hashing=CHEAP
        )


@pytest.mark.parametrize("name", ["", "x", "a b", "local", "Anonymous", "a" * 61, "a/b", "-rf", "li\u200bna"])
def test_what_cannot_be_a_name_is_refused(told: People, name: str) -> None:
    with pytest.raises(BadInput):
        accounts.create(
            told.store, told.settings, replace(WORKER, name=name), actor="system.chief", now=NOW, hashing=CHEAP
        )


def test_an_administrators_account_is_changed_at_the_machine_alone(told: People) -> None:
    auditor = told.uids[Admin.AUDIT]
    second = NewAccount("audit.two", "审计二", "an umbrella for two people", admin=Admin.AUDIT)
    for actor in ("system.chief", "security.chief"):
        with pytest.raises(NotAllowed):
            accounts.disable(told.store, told.settings, auditor, actor=actor, now=NOW)
        with pytest.raises(NotAllowed):
            accounts.enable(told.store, told.settings, auditor, actor=actor, now=NOW)
        with pytest.raises(NotAllowed):
            accounts.reset_password(
                told.store, told.settings, auditor, PASSWORD + "s", actor=actor, now=NOW, hashing=CHEAP
            )
        with pytest.raises(NotAllowed):
            accounts.create(told.store, told.settings, second, actor=actor, now=NOW, hashing=CHEAP)
    assert not accounts.account_named(told.store, "audit.chief", now=NOW).is_disabled
    made = accounts.create(told.store, told.settings, second, actor=LOCAL.name, now=NOW, hashing=CHEAP)
    assert (made.admin, made.must_enrol_totp) == (Admin.AUDIT, True)
    assert accounts.disable(told.store, told.settings, auditor, actor=LOCAL.name, now=NOW).is_disabled


def test_disabling_ends_sessions_and_enabling_lets_in_again(told: People) -> None:
    signed_in = told.sign_in()
    assert accounts.actor(told.store, told.li, signed_in.epoch, now=NOW) is not None
    accounts.disable(told.store, told.settings, told.li, actor="system.chief", now=NOW)
    assert told.newest() == ("account.disable", "system.chief", told.li)
    assert accounts.actor(told.store, told.li, signed_in.epoch, now=NOW) is None
    with pytest.raises(SignInRefused):
        told.sign_in()
    accounts.enable(told.store, told.settings, told.li, actor="system.chief", now=NOW)
    assert accounts.actor(told.store, told.li, signed_in.epoch, now=NOW) is None  # what was ended stays ended
    assert accounts.actor(told.store, told.li, told.sign_in().epoch, now=NOW) is not None


def test_a_reset_password_must_be_changed_and_ends_sessions(told: People) -> None:
    _, codes = told.enrol(told.li)
    before = told.sign_in(code=codes[0])
    accounts.reset_password(
        told.store, told.settings, told.li, "a ladder in the garden", actor="system.chief", now=NOW, hashing=CHEAP
    )
    assert accounts.actor(told.store, told.li, before.epoch, now=NOW) is None
    with pytest.raises(SignInRefused):
        told.sign_in(code=codes[1])
    signed_in = told.sign_in(password="a ladder in the garden", code=codes[1])
    assert signed_in.must_change_password
    accounts.reset_password(
        told.store, told.settings, told.li, "a ladder in the house", actor="system.chief", now=NOW,
        without_second_factor=True, hashing=CHEAP,
    )  # fmt: skip
    assert told.newest() == ("account.reset_password", "system.chief", told.li)
    assert told.sign_in(password="a ladder in the house").account_uid == told.li
    assert accounts.recovery_codes_left(told.store, told.li) == 0


def test_a_change_and_its_entry_stand_or_fall_together(told: People, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: object, **__: object) -> None:
        raise RuntimeError("the chain cannot be written")

    monkeypatch.setattr(audit, "append", breaks)
    with pytest.raises(RuntimeError):
        accounts.disable(told.store, told.settings, told.li, actor="system.chief", now=NOW)
    with pytest.raises(RuntimeError):
        accounts.create(told.store, told.settings, WORKER, actor="system.chief", now=NOW, hashing=CHEAP)
    with pytest.raises(RuntimeError):
        told.sign_in()
    monkeypatch.undo()
    listed = {row.name: row for row in accounts.list_accounts(told.store, now=later())}
    assert "wang" not in listed
    assert (listed["li.na"].is_disabled, listed["li.na"].signed_in_at) == (False, None)
