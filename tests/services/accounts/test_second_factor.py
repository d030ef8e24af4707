"""The second factor: enrolled by a code, asked at each sign-in, no code twice, a recovery code once."""

from __future__ import annotations

import base64
import datetime as dt
import threading
from contextlib import suppress

import pytest
import sqlalchemy as sa

from gridmap.config import Settings
from gridmap.domain import totp
from gridmap.domain.access import Admin
from gridmap.errors import BadInput, BadSettings, NeedsCode, NotAllowed, SignInRefused
from gridmap.services import accounts
from gridmap.store.engine import Store
from tests.services.accounts.people import CHEAP, NOW, PASSWORD, People, later, people


@pytest.fixture
def told(store: Store, settings: Settings) -> People:
    return people(store, settings)


def code(secret: bytes, seconds: float) -> str:
    return totp.code_at(secret, totp.step_of(later(seconds)))


def test_once_enrolled_the_code_is_asked_for_and_no_code_is_taken_twice(told: People) -> None:
    secret, _ = told.enrol(told.li)
    assert told.newest() == ("account.enrol_totp", "li.na", told.li)
    with pytest.raises(NeedsCode):
        told.sign_in(now=later(60))
    with pytest.raises(SignInRefused):
        told.sign_in(code=code(secret, 0), now=later(1))  # the one that confirmed the enrolment
    assert told.sign_in(code=code(secret, 60), now=later(60)).account_uid == told.li
    with pytest.raises(SignInRefused):
        told.sign_in(code=code(secret, 60), now=later(70))
    with pytest.raises(SignInRefused):
        told.sign_in(code=code(secret, 30), now=later(75))  # an older one neither
    assert told.sign_in(code=code(secret, 120), now=later(95)).account_uid == told.li  # a clock that runs ahead


def test_a_missing_code_is_no_failure_and_a_wrong_one_is(told: People) -> None:
    secret, _ = told.enrol(told.li)
    for _ in range(5):
        with pytest.raises(NeedsCode):
            told.sign_in(now=later(60))
    for _ in range(3):
        with pytest.raises(SignInRefused) as refused:
            told.sign_in(code="000000", now=later(60))
    assert refused.value.details == {"wait_s": 1}
    with pytest.raises(SignInRefused) as unasked:
        told.sign_in(password="not this one at all", now=later(61))
    assert unasked.value.details == {"wait_s": 2}  # who has no password is not told of a second factor
    assert told.sign_in(code=code(secret, 90), now=later(90)).account_uid == told.li


def test_who_has_the_password_does_not_get_in_by_guessing_codes(told: People) -> None:
    """Ten wrong ones of either kind lock, and then the right one opens nothing; guesses at once count one by one."""
    secret, codes = told.enrol(told.li)
    now = later(60)
    for number in range(10):
        guess = f"{number:06}" if number % 2 else f"aaaa-bbbb-cccc-ddd{number}"
        with pytest.raises(SignInRefused) as refused:
            told.sign_in(code=guess, now=now)
        now += dt.timedelta(seconds=int(str(refused.value.details["wait_s"])))
    assert refused.value.details == {"wait_s": 900}
    locked_at = now - dt.timedelta(seconds=1)
    for right in (codes[0], totp.code_at(secret, totp.step_of(locked_at))):
        with pytest.raises(SignInRefused):
            told.sign_in(code=right, now=locked_at)
    outcomes: list[object] = []

    def guess_at_once() -> None:
        with pytest.raises(SignInRefused) as told_no:
            told.sign_in(code="000000", now=now)
        outcomes.append(told_no.value.details["wait_s"])

    tries = [threading.Thread(target=guess_at_once) for _ in range(6)]
    for one in tries:
        one.start()
    for one in tries:
        one.join()
    assert sorted(map(int, map(str, outcomes))) == [0, 0, 1, 1, 1, 1]
    assert told.sign_in(code=codes[0], now=now + dt.timedelta(seconds=1)).account_uid == told.li


def test_of_one_code_sent_at_once_by_several_one_gets_in(told: People) -> None:
    secret, codes = told.enrol(told.li)
    for right, now in ((code(secret, 60), later(60)), (codes[1], later(61))):
        got_in: list[str] = []

        def enter(right: str = right, now: dt.datetime = now, got_in: list[str] = got_in) -> None:
            with suppress(SignInRefused):
                got_in.append(told.sign_in(code=right, now=now).account_uid)

        tries = [threading.Thread(target=enter) for _ in range(4)]
        for one in tries:
            one.start()
        for one in tries:
            one.join()
        assert got_in == [told.li]


def test_a_recovery_code_serves_once(told: People) -> None:
    _, codes = told.enrol(told.li)
    assert len(set(codes)) == 10
    assert all(len(one.replace("-", "")) == 16 for one in codes)
    signed_in = told.sign_in(code=f" {codes[3].upper()} ")
    assert signed_in.used_recovery_code
    assert accounts.recovery_codes_left(told.store, told.li) == 9
    with pytest.raises(SignInRefused):
        told.sign_in(code=codes[3])
    with pytest.raises(SignInRefused):  # another account's code is nothing here
        told.enrol(told.uids[Admin.AUDIT])
        told.sign_in("audit.chief", "words that audit keeps", codes[4])


def test_new_recovery_codes_replace_the_old_ones(told: People) -> None:
    _, codes = told.enrol(told.li)
    with pytest.raises(SignInRefused):
        accounts.new_recovery_codes(told.store, told.settings, told.li, "not this one", now=NOW, hashing=CHEAP)
    fresh = accounts.new_recovery_codes(told.store, told.settings, told.li, PASSWORD, now=NOW, hashing=CHEAP)
    assert not set(fresh) & set(codes)
    with pytest.raises(SignInRefused):
        told.sign_in(code=codes[0])
    assert told.sign_in(code=fresh[0]).account_uid == told.li
    with pytest.raises(NotAllowed):
        accounts.new_recovery_codes(
            told.store, told.settings, told.uids[Admin.AUDIT], "words that audit keeps", now=NOW, hashing=CHEAP
        )


def test_an_enrolment_is_confirmed_by_its_own_code_and_account_while_it_is_fresh(told: People) -> None:
    enrolment = accounts.enrol_totp(told.store, told.settings, told.li, now=NOW)
    assert "li.na" in enrolment.address and enrolment.secret in enrolment.address
    assert enrolment.secret not in repr(enrolment)
    secret, wrong = base64.b32decode(enrolment.secret), "000000"
    right, late = code(secret, 0), later(901)
    tries = [
        (told.li, enrolment.sealed, wrong, NOW),
        (told.li, "A" + enrolment.sealed[1:], right, NOW),
        (told.li, "", right, NOW),
        (told.uids[Admin.AUDIT], enrolment.sealed, right, NOW),
        (told.li, enrolment.sealed, code(secret, 901), late),
    ]
    for uid, sealed, typed, now in tries:
        with pytest.raises(BadInput):
            accounts.confirm_totp(told.store, told.settings, uid, sealed, typed, now=now)
    assert not any(row.has_totp for row in accounts.list_accounts(told.store, now=NOW))
    accounts.confirm_totp(told.store, told.settings, told.li, enrolment.sealed, code(secret, 899), now=later(899))
    assert accounts.account_named(told.store, "li.na", now=NOW).has_totp


def test_another_telephone_takes_the_password(told: People) -> None:
    told.enrol(told.li)
    for password in (None, "not this one"):
        with pytest.raises(SignInRefused):
            accounts.enrol_totp(told.store, told.settings, told.li, now=NOW, password=password, hashing=CHEAP)
    enrolment = accounts.enrol_totp(told.store, told.settings, told.li, now=NOW, password=PASSWORD, hashing=CHEAP)
    assert enrolment.sealed


def test_an_administrator_keeps_a_second_factor_and_others_may_drop_it(told: People) -> None:
    auditor = told.uids[Admin.AUDIT]
    told.enrol(auditor)
    assert not accounts.account_named(told.store, "audit.chief", now=NOW).must_enrol_totp
    with pytest.raises(NotAllowed):
        accounts.drop_totp(
            told.store, told.settings, auditor, "words that audit keeps", now=NOW, hashing=CHEAP
        )
    told.enrol(told.li)
    accounts.drop_totp(told.store, told.settings, told.li, PASSWORD, now=NOW, hashing=CHEAP)
    assert told.newest() == ("account.drop_totp", "li.na", told.li)
    assert told.sign_in().account_uid == told.li


def test_the_secret_is_stored_encrypted_by_the_key(told: People) -> None:
    secret, codes = told.enrol(told.li)
    with told.store.read() as session:
        stored = session.execute(sa.text("SELECT totp_secret FROM account WHERE name = 'li.na'")).scalar_one()
        digests = session.execute(sa.text("SELECT digest FROM recovery_code")).scalars().all()
    assert secret not in bytes(stored) and bytes(stored).startswith(b"gAAAA")
    assert not any(codes[0].encode() in bytes(digest) for digest in digests)
    (told.settings.var / "key").write_text("another key, of forty characters or more")
    with pytest.raises(BadSettings):
        told.sign_in(code=code(secret, 60), now=later(60))
    assert told.sign_in(code=codes[0], now=later(60)).used_recovery_code  # needs no key
