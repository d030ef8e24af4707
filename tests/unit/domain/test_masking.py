"""Masks that tell no length, numbers that are equal however they are written, dates of retention."""

from __future__ import annotations

import datetime as dt

import pytest

from gridmap.domain.masking import masked_name, masked_number, masked_phone, normal_phone
from gridmap.domain.parties import Contact, Retention, months_after
from gridmap.errors import BadInput


@pytest.mark.parametrize(
    ("name", "shown"), [("张三", "张*"), ("欧阳测试", "欧*"), ("John Smith", "J*"), ("J", "*"), (" ", "*")]
)
def test_a_name_is_its_first_letter(name: str, shown: str) -> None:
    assert masked_name(name) == shown


@pytest.mark.parametrize(
    ("phone", "normal", "shown"),
    [
        ("13812341234", "13812341234", "138****1234"),
        ("+86 138-1234-1234", "13812341234", "138****1234"),
        ("００８６１３８１２３４１２３４", "13812341234", "138****1234"),
        ("(0714) 6355123", "07146355123", "****23"),
        ("+86 714 6355123", "07146355123", "****23"),
        ("0714-6355123转802", "07146355123", "****23"),
        ("+1 (415) 555-2671", "+14155552671", "****71"),
        ("0014155552671", "+14155552671", "****71"),
        ("95588", "95588", "****"),
        ("110", None, "****"),
        ("不详", None, "****"),
    ],
)
def test_a_phone_is_compared_by_its_digits_and_shown_in_part(phone: str, normal: str | None, shown: str) -> None:
    assert (normal_phone(phone), masked_phone(phone)) == (normal, shown)


def test_an_identity_number_shows_its_ends() -> None:
    assert masked_number("42020219900101123x") == "4****X"
    assert masked_number("E1234567") == "****"


def test_a_person_is_in_no_text_of_a_program() -> None:
    one = Contact("张三", "13812341234", "42020219900101123X")
    assert "张三" not in repr(one) and "1381234" not in repr(one) and "4202" not in repr(one)
    with pytest.raises(BadInput) as refused:
        Contact(name="甲" * 61)
    assert "甲" not in str(refused.value)


def test_months_end_where_the_month_ends() -> None:
    assert months_after(dt.date(2026, 11, 30), 3) == dt.date(2027, 2, 28)
    assert months_after(dt.date(2026, 1, 31), -1) == dt.date(2025, 12, 31)


@pytest.mark.parametrize("wrong", [{"parties_months": 0}, {"parties_months": "24"}, {"people": 3}])
def test_a_retention_that_is_none_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(BadInput, match="retention"):
        Retention.of({"retention": wrong})
