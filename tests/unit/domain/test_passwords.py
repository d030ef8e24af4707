"""Which passwords are taken."""

from __future__ import annotations

import pytest

from gridmap.domain.common_passwords import COMMON
from gridmap.domain.passwords import LONGEST, SHORTEST, normalised, require_good
from gridmap.errors import BadInput

NAMES = ["zhang.wei", "张伟"]


def refusal(password: str) -> BadInput | None:
    """What is said against a password; None when it is taken."""
    try:
        require_good(password, NAMES)
    except BadInput as error:
        return error
    return None


@pytest.mark.parametrize(
    "password",
    ["correct horse battery", "四条腿的桌子站在河边上", "zhang.wei likes 7 oranges", "aB3$xK9!qz", " ten blanks "],
)
def test_long_and_unlikely_is_enough(password: str) -> None:
    assert refusal(password) is None


@pytest.mark.parametrize(
    ("password", "told"),
    [
        ("nine char", "shorter"),
        ("x y z " * 30, "longer"),
        ("1q2w3e4r5t", "tried first"),
        ("PASSWORD123", "tried first"),
        ("ｑｗｅｒｔｙｕｉｏｐ", "tried first"),  # full width is the same password
        ("woaini1314520", "tried first"),
        ("aaaaaaaaaaaa", "row of equal"),
        ("abababababab", "row of equal"),
        ("cdefghijklmnop", "row of equal"),
        ("zhang.wei2026", "the name"),
        ("张伟张伟张伟张伟张伟!?7", "the name"),
    ],
)
def test_what_is_guessed_first_is_refused_and_never_repeated(password: str, told: str) -> None:
    refused = refusal(password)
    assert refused is not None and told in refused.message
    assert password not in str(refused)
    assert refused.hint


def test_the_list_has_only_what_would_be_long_enough() -> None:
    assert len(COMMON) > 1000
    assert all(SHORTEST <= len(word) <= LONGEST and word == normalised(word).casefold() for word in COMMON)
