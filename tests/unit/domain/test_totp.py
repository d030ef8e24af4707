"""Codes of the second factor, against the vectors of the standards."""

from __future__ import annotations

import datetime as dt

import pytest

from gridmap.domain import totp

SECRET = b"12345678901234567890"  # RFC 6238, appendix B; RFC 4226, appendix D

# RFC 6238, appendix B: seconds since 1970 -> the code of eight digits under SHA-1
VECTORS = {
    59: "94287082",
    1111111109: "07081804",
    1111111111: "14050471",
    1234567890: "89005924",
    2000000000: "69279037",
    20000000000: "65353130",
}
# RFC 4226, appendix D: counter -> six digits
COUNTED = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"]


def at(seconds: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, dt.UTC)


@pytest.mark.parametrize(("seconds", "code"), VECTORS.items())
def test_the_codes_of_rfc_6238(seconds: int, code: str) -> None:
    assert totp.code_at(SECRET, totp.step_of(at(seconds)), digits=8) == code
    assert totp.code_at(SECRET, totp.step_of(at(seconds))) == code[-6:]


def test_the_codes_of_rfc_4226() -> None:
    assert [totp.code_at(SECRET, counter) for counter in range(10)] == COUNTED


def test_one_step_early_or_late_is_accepted_and_no_more() -> None:
    now = at(5 * totp.STEP_S)
    accepted = {step: totp.accepted_step(SECRET, COUNTED[step], now) for step in range(10)}
    assert accepted == {step: step if step in (4, 5, 6) else None for step in range(10)}


def test_a_code_is_accepted_once_and_none_before_it_either() -> None:
    now = at(5 * totp.STEP_S)
    assert totp.accepted_step(SECRET, COUNTED[5], now, last_step=5) is None
    assert totp.accepted_step(SECRET, COUNTED[4], now, last_step=5) is None
    assert totp.accepted_step(SECRET, COUNTED[6], now, last_step=5) == 6


@pytest.mark.parametrize("typed", ["254 676", " 254676\n", "２５４６７６"])
def test_spaces_and_width_do_not_count(typed: str) -> None:
    assert totp.accepted_step(SECRET, typed, at(5 * totp.STEP_S)) == 5


@pytest.mark.parametrize("typed", ["", "25467", "2546760", "abcdef", "-54676", "٢٥٤٦٧٦"])
def test_what_is_no_code_is_refused(typed: str) -> None:
    assert totp.accepted_step(SECRET, typed, at(5 * totp.STEP_S)) is None


def test_the_address_for_the_app_names_account_and_issuer() -> None:
    assert totp.as_text(SECRET) == "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert totp.address(SECRET, account="li.na", issuer="gridmap 下陆区") == (
        "otpauth://totp/gridmap%20%E4%B8%8B%E9%99%86%E5%8C%BA%3Ali.na"
        "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=gridmap%20%E4%B8%8B%E9%99%86%E5%8C%BA"
    )
