"""Codes: the default scheme is 6 + 3 + 3 + 3 digits; another place may have another."""

from __future__ import annotations

import pytest

from gridmap.domain.codes import CodeScheme, scheme_of
from gridmap.errors import BadInput

DEFAULT = CodeScheme()


@pytest.mark.parametrize(
    ("code", "level"),
    [
        ("420204", "district"),
        ("420204004", "street"),
        ("420204004001", "community"),
        ("420204004001002", "grid"),
        ("4202040", None),
        ("E05001067", None),
        ("４２０２０４", None),
        ("", None),
    ],
)
def test_length_tells_the_level(code: str, level: str | None) -> None:
    assert DEFAULT.level_of(code) == level


def test_the_order_of_a_stored_scheme_does_not_matter() -> None:
    # PostgreSQL's JSONB keeps no order of keys
    stored = {"grid": 3, "street": 3, "district": 6, "community": 3}
    assert scheme_of({"codes": stored}) == CodeScheme()


def test_parent_is_one_level_up() -> None:
    assert DEFAULT.parent_of("420204004001002") == "420204004001"
    assert DEFAULT.parent_of("420204004") == "420204"
    assert DEFAULT.parent_of("420204") is None
    assert DEFAULT.parent_of("E05001067") is None


def test_child_codes_run_and_end() -> None:
    assert DEFAULT.child("420204004001", "grid", 7) == "420204004001007"
    with pytest.raises(BadInput, match="1000 does not fit"):
        DEFAULT.child("420204004001", "grid", 1000)
    with pytest.raises(BadInput):
        DEFAULT.child("420204004001", "grid", 0)


def test_a_number_is_never_used_twice() -> None:
    # 001 and 005 were given; 002 to 004 are gaps of grids that are gone
    taken = ["420204004001001", "420204004001005", "420204004002009"]
    assert DEFAULT.free_numbers("420204004001", "grid", taken, 2) == ["420204004001006", "420204004001007"]
    assert DEFAULT.free_numbers("420204004003", "grid", taken, 1) == ["420204004003001"]


def test_scheme_from_the_configuration() -> None:
    scheme = scheme_of({"codes": {"town": 4, "village": 2}})
    assert scheme.level_of("123456") == "village"
    assert scheme.parent_of("123456") == "1234"
    assert scheme_of({}) == DEFAULT
    with pytest.raises(BadInput):
        scheme_of({"codes": {"town": 0}})
