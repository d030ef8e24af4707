"""Numbers, names, days and times: read strictly, each fault with its row."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from gridmap.services.exchange.layers import Field, Type
from gridmap.services.exchange.problems import Causes, Problems
from gridmap.services.exchange.street_classes import street_class
from gridmap.services.exchange.table import object_array
from gridmap.services.exchange.times import (
    combine,
    count_serials,
    parse_days,
    parse_months,
    parse_numeric_times,
    parse_times,
)
from gridmap.services.exchange.values import COMMA, parse_numbers, texts

SHANGHAI = "Asia/Shanghai"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("12", None),
        ("-1.5e3", None),
        (" 7 ", None),
        (".5", None),
        ("", None),
        ("twelve", "is no number"),
        ("12,5", COMMA),  # neither a decimal comma nor thousands are guessed at
        ("1,234,567", COMMA),
        ("１２，５", COMMA),
        ("1_000", "is no number"),
        ("nan", "is no number"),
        ("inf", "is no number"),
        ("0x10", "is no number"),
        ("1e999", "is too large"),
        ("#VALUE!", "is no number"),
    ],
)
def test_numbers(text: str, fault: str | None) -> None:
    problems = Problems(1)
    value = parse_numbers(Field("n", Type.NUMBER), object_array([text]), problems)[0]
    assert (problems.reason(0) if fault else fault) == (f"n {fault}: {text}" if fault else None)
    assert bool(problems) == bool(fault)
    assert np.isnan(value) == (bool(fault) or not text)


@pytest.mark.parametrize(("text", "number"), [("１１４．９６", 114.96), ("－７", -7.0), ("　３　", 3.0), ("1２", 12.0)])
def test_full_width_digits_are_digits(text: str, number: float) -> None:
    problems = Problems(1)
    assert parse_numbers(Field("n", Type.NUMBER), object_array([text]), problems)[0] == number
    assert not problems


def test_whole_numbers_and_ranges() -> None:
    problems = Problems(5)
    field = Field("floors", Type.WHOLE, low=0, high=300)
    values = parse_numbers(field, object_array([20.0, "3.5", "-1", "301", None]), problems)
    assert values[0] == 20
    assert [problems.reason(row) for row in (1, 2, 3)] == [
        "floors is no whole number: 3.5",
        "floors is below 0: -1",
        "floors is above 300: 301",
    ]
    assert problems.mask().tolist() == [False, True, True, True, False]


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026年3月5日", None),
        ("2026年03月05日 8时30分", "2026-03-05T00:30"),
        ("2026年3月5日8时30分15秒", "2026-03-05T00:30:15"),
        ("2026年3月5日 8点30分", "2026-03-05T00:30"),
        ("2026年3月5日 18:30", "2026-03-05T10:30"),
        ("2026年3月5日 8时", "2026-03-05T00:00"),
        ("2026年3月5日 8点整", "2026-03-05T00:00"),
        ("2026年3月5号星期四 上午8：30", "2026-03-05T00:30"),
        ("2026年3月5日下午3点半", "2026-03-05T07:30"),
        ("2026/3/5 下午 3:20:15", "2026-03-05T07:20:15"),
        ("2026年3月5日 下午3时20分", "2026-03-05T07:20"),
        ("2026 年 3 月 5 日 晚上9时05分", "2026-03-05T13:05"),
        ("2026年3月5日 中午12点", "2026-03-05T04:00"),
        ("2026年3月5日 凌晨12点10分", "2026-03-04T16:10"),
        ("2026年3月5日晚7点40分", "2026-03-05T11:40"),
        ("2026年3月5日 晚7点", "2026-03-05T11:00"),
        ("2026-03-05 早8点", "2026-03-05T00:00"),
        ("2026年3月5日上午9点", "2026-03-05T01:00"),
        ("二〇二六年三月五日", None),
        ("二零二六年三月五日下午三点二十五分", "2026-03-05T07:25"),
        ("二○二六年三月五日（星期四）十点半", "2026-03-05T02:30"),
        ("20260305", None),
        ("20260305083000", "2026-03-05T00:30"),
        ("46086", None),  # as a spreadsheet counts days
        ("46086.354166666664", "2026-03-05T00:30"),
    ],
)
def test_chinese_days_and_times(text: str, utc: str | None) -> None:
    problems = Problems(1)
    times = parse_times("t", object_array([text]), SHANGHAI, problems)
    assert not len(problems)
    assert times.on[0] == np.datetime64("2026-03-05")
    assert str(times.at[0]) == str(np.datetime64(utc or "NaT", "us"))
    assert parse_days("d", object_array([text]), problems)[0] == dt.date(2026, 3, 5)
    months = parse_months("m", object_array(["2026年3月", text]), problems)
    assert months.tolist() == [dt.date(2026, 3, 1)] * 2
    assert not len(problems)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("2026年2月30日", "no day of the calendar"),
        ("2026年3月5日 25时00分", "no day of the calendar"),
        ("2026年3月5日 晚上12点", "no date"),  # midnight before or after it
        ("2026年3月5日 上午15时", "no date"),
        ("2026年3月 8时", "no date"),
        ("2026年3/5", "no date"),
        ("20260230", "no day of the calendar"),
        ("20260305250000", "no day of the calendar"),
        ("46086.5.1", "no date"),
        ("60", "no date"),  # the 29 February 1900 of spreadsheets
        ("1900-02-29", "no day of the calendar"),
        ("1900年1月1日", "not in the years 1950 to 2099"),
        ("1900-01-01", "not in the years 1950 to 2099"),
        ("2100-01-01 08:00", "not in the years 1950 to 2099"),
        ("73051", "no date"),
        ("26年3月5日", "no date"),
        ("2026年3月5", "no date"),
        ("2026年3月", "is a month, and the day is needed"),
        ("202603", "is a month, and the day is needed"),
        ("2026-13", "no date"),
        ("2026.3", "no date"),  # of a sheet's 2026.10 as well
        ("二〇二六年五十月五日", "no day of the calendar"),
    ],
)
def test_chinese_times_that_are_none(text: str, fault: str) -> None:
    problems = Problems(1)
    parse_times("t", object_array([text]), SHANGHAI, problems)
    assert fault in problems.reason(0)


def test_texts_are_trimmed_and_limited() -> None:
    problems = Problems(4)
    values = texts(Field("name", limit=3), object_array(["  甲乙 ", "四个字了", 12.0, "a\x00b"]), problems)
    assert values[0] == "甲乙"
    assert values[2] == "12"
    assert problems.mask().tolist() == [False, True, False, True]


def times(*cells: str | None, midnight_is_day: bool = False) -> tuple[list[str], list[str], Problems]:
    problems = Problems(len(cells))
    read = parse_times("t", object_array(list(cells)), SHANGHAI, problems, midnight_is_day=midnight_is_day)
    return read.on.astype(str).tolist(), read.at.astype("datetime64[s]").astype(str).tolist(), problems


def test_a_time_without_a_zone_is_local_and_one_with_a_zone_is_not() -> None:
    on, at, problems = times(
        "2024-03-05 00:30", "2024-03-05T00:30:00Z", "2024/3/5 0:30", "2024-03-05 00:30+08:00", None
    )
    assert on == ["2024-03-05", "2024-03-05", "2024-03-05", "2024-03-05", "NaT"]
    assert at[0] == at[2] == at[3] == "2024-03-04T16:30:00"
    assert at[1] == "2024-03-05T00:30:00"
    assert not problems


def test_the_local_day_of_a_time_from_elsewhere() -> None:
    on, _, _ = times("2024-03-04T20:00:00Z", "2024-03-05T08:00:00+14:00")
    assert on == ["2024-03-05", "2024-03-05"]


def test_of_an_hour_that_came_twice_the_first_is_meant() -> None:
    # China's summer time ended at 2:00 on 14 September 1986: half past one came twice, first as UTC+9
    _, at, problems = times("1986-09-14 01:30")
    assert at == ["1986-09-13T16:30:00"]
    assert not problems


def test_a_bare_day_is_a_day() -> None:
    on, at, _ = times("2024-03-05", "2024/3/6", "2024.3.7")
    assert on == ["2024-03-05", "2024-03-06", "2024-03-07"]
    assert at == ["NaT"] * 3


def test_midnights_of_a_day_column_are_days_unless_one_is_a_time() -> None:
    assert times("2024-03-05 00:00", "2024-03-06 00:00:00", midnight_is_day=True)[1] == ["NaT", "NaT"]
    assert times("2024-03-05 00:00", "2024-03-06 18:30", midnight_is_day=True)[1][0] == "2024-03-04T16:00:00"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("2024-02-30", "no day of the calendar"),
        ("2024-13-01", "no day of the calendar"),
        ("2024-03-05 24:00", "no day of the calendar"),
        ("2024-03-05 18:60", "no day of the calendar"),
        ("05/03/2024", "is no date"),  # day or month first? not guessed
        ("2024-03/05", "is no date"),
        ("20243", "is no date"),
        ("yesterday", "is no date"),
        ("1900-01-01", "not in the years"),
        ("2100-01-01", "not in the years"),
        ("1986-05-04 02:30", "clocks were set forward"),  # China had summer time
    ],
)
def test_impossible_times(text: str, fault: str) -> None:
    _, at, problems = times("2024-03-05 18:30", text)
    assert fault in problems.reason(1)
    assert at[1] == "NaT"
    assert len(problems) == 1


@pytest.mark.parametrize("text", ["2024-03", "2024/3", "202403", "2024-03-01", "2024-03-17", "2024-03-01T00:00:00"])
def test_months_in_many_dresses(text: str) -> None:
    problems = Problems(1)
    assert parse_months("month", object_array([text]), problems).astype(str).tolist() == ["2024-03-01"]
    assert not problems


@pytest.mark.parametrize("text", ["2024-13", "2024-00", "March", "20243", "3", "1850-01"])
def test_no_months(text: str) -> None:
    problems = Problems(1)
    assert np.isnat(parse_months("month", object_array([text]), problems)[0])
    assert "month" in problems.reason(0)


@pytest.mark.parametrize(
    ("numbers", "on", "bad", "meaning"),
    [
        ([1546306200.0, -5.0, None], ["2018-12-31", "NaT", "NaT"], [1], "seconds since 1970"),  # still the old year
        ([1546306200000, None], ["2018-12-31", "NaT"], [], "milliseconds since 1970"),
        ([20240305, None], ["2024-03-05", "NaT"], [], "days written as 20240305"),
        ([45356, 45357.5], ["2024-03-05", "2024-03-06"], [], "spreadsheets"),
        ([20240305, 20240231], ["NaT", "NaT"], [0, 1], "seconds"),  # no meaning fits both
        ([45356, 1546306200], ["NaT", "2018-12-31"], [0], "seconds"),
    ],
)
def test_columns_of_numbers(numbers: list[float | None], on: list[str], bad: list[int], meaning: str) -> None:
    problems = Problems(len(numbers))
    read, told = parse_numeric_times("t", object_array(numbers), "America/Chicago", problems)
    assert read.on.astype(str).tolist() == on
    assert np.flatnonzero(problems.mask()).tolist() == bad
    assert meaning in told


def test_a_workbook_that_counts_from_1904() -> None:
    cells = object_array(["43894.5", "2024-03-05", None])
    problems, from_1904 = Problems(3), dt.date(1904, 1, 1)
    assert parse_days("d", cells, problems, serials_from=from_1904)[0] == dt.date(2024, 3, 5)
    months = parse_months("m", cells, problems, serials_from=from_1904)
    assert months.astype(str).tolist() == ["2024-03-01", "2024-03-01", "NaT"]
    assert count_serials(cells) == 1
    assert not len(problems)


def test_days_of_areas() -> None:
    problems = Problems(2)
    assert parse_days("valid_from", object_array(["2020-01-01", None]), problems).tolist() == [
        dt.date(2020, 1, 1),
        None,
    ]


def test_the_finest_of_what_a_row_gives() -> None:
    n = 5
    problems = Problems(n)
    at = parse_times("a", object_array(["2024-03-05 18:30", "2024-03-05", None, None, None]), SHANGHAI, problems)
    on = parse_times("o", object_array(["2024-03-05", None, "2024-03-06", None, None]), SHANGHAI, problems)
    months = parse_months("m", object_array(["2024-03", None, None, "2024-04", None]), problems)
    read = combine(at, on, months, problems)
    assert read.precision.tolist()[:4] == ["minute", "day", "day", "month"]
    assert read.on.astype(str).tolist()[:4] == ["2024-03-05", "2024-03-05", "2024-03-06", "2024-04-01"]
    assert problems.reason(4).startswith("no date")
    assert len(problems) == 1


def test_of_some_incidents_only_the_month_is_known() -> None:
    cells = ["2024-03-05 18:30", "2024-03-06", "2024年3月", "2024-03", "202403", "二〇二四年三月", "2024/3", "2024.03"]
    problems = Problems(len(cells))
    at = parse_times("occurred_at", object_array(cells), SHANGHAI, problems)
    read = combine(at, None, None, problems)
    assert not len(problems)
    assert read.precision.tolist() == ["minute", "day", *["month"] * 6]
    assert read.on.astype(str).tolist() == ["2024-03-05", "2024-03-06", *["2024-03-01"] * 6]
    assert np.isnat(read.at).tolist() == [False, *[True] * 7]


def test_a_month_in_a_column_of_days_agrees_with_the_others_or_is_bad() -> None:
    problems = Problems(4)
    at = parse_times("occurred_at", object_array(["2024-03", "2024-03", "2024-13", "1949-10"]), SHANGHAI, problems)
    on = parse_times("occurred_on", object_array(["2024-03-05", "2024-04", None, None]), SHANGHAI, problems)
    read = combine(at, on, None, problems)
    assert str(read.on[0]) == "2024-03-05"
    assert problems.reason(1) == "two different months are given"
    assert "is no date" in problems.reason(2)
    assert "not in the years" in problems.reason(3)
    assert problems.mask().tolist() == [False, True, True, True]


def test_numbers_of_months_and_days() -> None:
    problems = Problems(3)
    read, told = parse_numeric_times("occurred_on", object_array([20240305, 202403, None]), SHANGHAI, problems)
    assert read.on.astype(str).tolist() == ["2024-03-05", "NaT", "NaT"]
    assert read.months is not None
    assert read.months.astype(str).tolist() == ["NaT", "2024-03-01", "NaT"]
    assert told == "days written as 20240305, or months as 202403"
    assert not len(problems)


def test_contradictions_are_bad_rows() -> None:
    problems = Problems(2)
    at = parse_times("a", object_array(["2024-03-05 18:30", "2024-03-05"]), SHANGHAI, problems)
    on = parse_times("o", object_array(["2024-03-06", None]), SHANGHAI, problems)
    months = parse_months("m", object_array([None, "2024-04"]), problems)
    combine(at, on, months, problems)
    assert problems.reason(0) == "occurred_at and occurred_on are different days"
    assert problems.reason(1) == "the day is not in the month given"


def test_many_bad_rows_make_a_short_report() -> None:
    problems = Problems(10_000)
    problems.add(np.ones(10_000, bool), "n is no number", object_array([f"x{i}" for i in range(10_000)]))
    problems.add([7], "has no shape")
    causes = Causes()
    causes.add(problems)
    assert [(cause.text, cause.count, len(cause.examples)) for cause in causes.ranked()] == [
        ("n is no number", 10_000, 3),
        ("has no shape", 1, 1),
    ]
    assert problems.reason(7) == "n is no number: x7; has no shape"


def test_causes_of_several_pieces_keep_the_numbers_of_the_file() -> None:
    first, second = Problems(10), Problems(10)
    first.add([4], "has no shape")
    second.add([0, 9], "has no shape", {0: "x" * 500, 9: "y"})
    causes = Causes()
    causes.add(first, 1)
    causes.add(second, 11)
    (cause,) = causes.ranked()
    assert (cause.count, [row for row, _ in cause.examples]) == (3, [5, 11, 20])
    assert len(cause.examples[1][1]) == 160


def test_a_thousand_kinds_of_faults_are_told_as_a_hundred() -> None:
    problems = Problems(1_000)
    for index in range(1_000):
        problems.add([index], f"cause {index}")
    causes = Causes()
    causes.add(problems)
    ranked = causes.ranked()
    assert (len(ranked), ranked[0].text, ranked[0].count) == (101, "other reasons", 900)


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("primary_link", "trunk"),
        ("['path', 'steps']", "path"),
        ("['service', 'residential']", "lane"),
        ("['primary', 'secondary']", "trunk"),
        ("次干路", "street"),
        ("Trunk", "trunk"),
        ("raceway", None),
    ],
)
def test_classes_of_streets(theirs: str, ours: str | None) -> None:
    assert street_class(theirs) == ours
