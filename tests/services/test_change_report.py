"""Two periods by area and kind, over a real database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from gridmap.domain.week_hours import WeekHours
from gridmap.errors import BadInput, BeyondData, NotFound
from gridmap.services import change
from gridmap.services.situation import Selection
from gridmap.services.situation.period import Period
from gridmap.store.engine import Store
from tests.postgres_databases import Databases
from tests.services.many_incidents import B1, B2, B3, BEYOND, ZONE, daily, picture, standing

D = dt.date
JUNE = dt.datetime(2024, 6, 1, 4, tzinfo=dt.UTC)  # May is over
SPRING = [
    *daily(D(2024, 4, 1), D(2024, 4, 30), 1),
    *daily(D(2024, 5, 1), D(2024, 5, 31), 3),
    *daily(D(2024, 4, 1), D(2024, 5, 31), 1, "help.elder", B3),
    *(("dispute.land", B2, "day", D(2024, 5, day)) for day in (3, 4, 5)),
]


@pytest.fixture(scope="module")
def place(template_db: str, tmp_path_factory: pytest.TempPathFactory, databases: Databases | None) -> Iterator[Store]:
    with standing(template_db, tmp_path_factory.mktemp("place"), databases) as store:
        yield store


def test_grids_and_kinds_with_raw_counts(place: Store) -> None:
    report = change.report(picture(place, SPRING, now=JUNE), Selection(), basis="month", level="grid", by="leaf")
    assert (report.total_now, report.total_before, report.tests, report.alarms) == (127, 60, 3, 1)
    first, *rest = report.rows
    assert (first.area, first.kind, first.now, first.before, first.significant) == ("G1", "order.theft", 93, 30, True)
    assert first.change_pct == 200.0  # 93 in 31 days, 30 in 30
    assert {(row.area, row.kind, row.now, row.before, row.significant) for row in rest} == {
        ("G2", "help.elder", 31, 30, False),
        ("G1", "dispute.land", 3, 0, False),  # 3 events from nothing tell nothing
    }
    assert [row.change_pct for row in rest if row.kind == "dispute.land"] == [None]
    assert [row.change_pct for row in rest if row.kind == "help.elder"] == [0.0]
    assert [note.code for note in report.notes] == ["unequal_periods"]


def test_levels_and_groupings(place: Store) -> None:
    now = picture(place, [*SPRING, ("help.elder", BEYOND, "day", D(2024, 5, 9))], now=JUNE)

    def rows(level: str, by: str) -> set[tuple[str | None, str | None, int, int]]:
        report = change.report(now, Selection(), basis="month", level=level, by=by)
        return {(row.area, row.kind, row.now, row.before) for row in report.rows}

    assert rows("community", "total") == {("0101", None, 127, 60)}
    assert rows("street", "top") == {("01", "order", 93, 30), ("01", "help", 31, 30), ("01", "dispute", 3, 0)}
    # no district is known: the whole project, also what lies in no area
    assert rows("district", "total") == {(None, None, 128, 60)}
    notes = change.report(now, Selection(), basis="month", level="grid", by="total").notes
    assert {(note.code, note.count) for note in notes} == {("no_area", 1), ("unequal_periods", 0)}


def test_a_month_that_is_not_over_is_not_taken(place: Store) -> None:
    now = picture(place, [*daily(D(2024, 3, 1), D(2024, 3, 31), 1), *SPRING])
    april = change.report(now, Selection(), basis="month", level="grid", by="total")
    assert (april.periods.now.from_on, april.periods.now.to_on) == (D(2024, 4, 1), D(2024, 4, 30))
    weeks = change.report(picture(place, SPRING), Selection(), basis="weeks4", level="grid", by="total")
    assert (weeks.periods.now.from_on, weeks.periods.now.to_on) == (D(2024, 5, 3), D(2024, 5, 30))
    assert weeks.periods.before.to_on == D(2024, 5, 2)


def test_year_on_year_over_a_leap_day(place: Store) -> None:
    rows = daily(D(2023, 2, 1), D(2023, 2, 28), 10) + daily(D(2024, 2, 1), D(2024, 3, 31), 10)
    leap = Selection(D(2024, 2, 1), D(2024, 2, 29))
    report = change.report(picture(place, rows), leap, basis="year", level="district", by="total")
    assert (report.periods.before.from_on, report.periods.before.to_on) == (D(2023, 2, 1), D(2023, 2, 28))
    (row,) = report.rows
    assert (row.now, row.before, row.change_pct, row.p) == (290, 280, 0.0, pytest.approx(1.0))


def test_a_narrower_selection_is_reported_alone(place: Store) -> None:
    now = picture(place, SPRING, now=JUNE)
    only = change.report(now, Selection(kinds=("help",), grid="G2"), basis="month", level="grid", by="leaf")
    assert [(row.area, row.kind) for row in only.rows] == [("G2", "help.elder")]
    with pytest.raises(NotFound):
        change.report(now, Selection(grid="G9"), basis="month", level="grid", by="leaf")


def test_chosen_hours_are_weighed_by_how_often_they_came(place: Store) -> None:
    # one theft every Saturday at 20:00: May 2024 has 4 Saturdays, June 5
    saturdays = [dt.datetime(2024, 5, 4, 20, tzinfo=ZONE) + i * dt.timedelta(weeks=1) for i in range(9)]
    rows = [("order.theft", B1, "minute", at) for at in saturdays for _ in range(10)]
    rows += daily(D(2024, 5, 1), D(2024, 6, 30), 1)
    now = picture(place, rows, now=dt.datetime(2024, 7, 1, 4, tzinfo=dt.UTC))
    evening = Selection(hours=WeekHours.parse("6.20"))
    (row,) = change.report(now, evening, basis="month", level="district", by="total").rows
    assert (row.now, row.before, row.change_pct) == (50, 40, 0.0)


def test_ties_have_one_verdict(place: Store) -> None:
    rows = [*daily(D(2024, 4, 1), D(2024, 4, 30), 1), *daily(D(2024, 4, 1), D(2024, 4, 30), 1, at=B3)]
    rows += [*daily(D(2024, 5, 1), D(2024, 5, 31), 2), *daily(D(2024, 5, 1), D(2024, 5, 31), 2, at=B3)]
    report = change.report(picture(place, rows, now=JUNE), Selection(), basis="month", level="grid", by="total")
    assert len({(row.now, row.before, row.p, row.q, row.significant) for row in report.rows}) == 1
    assert report.alarms == 2


def test_periods_beyond_the_data_are_refused(place: Store) -> None:
    now = picture(place, SPRING, now=JUNE)
    with pytest.raises(BeyondData, match="begin on 2024-04-01") as caught:
        change.report(now, Selection(D(2024, 5, 1), D(2024, 5, 31)), basis="year", level="grid", by="total")
    assert caught.value.details["reason"] == "before"
    august = picture(place, SPRING, now=dt.datetime(2024, 8, 20, 4, tzinfo=dt.UTC))
    with pytest.raises(BeyondData, match="end on 2024-05-31") as caught:
        change.report(august, Selection(D(2024, 7, 22), D(2024, 8, 20)), basis="weeks4", level="grid", by="total")
    assert (caught.value.details["reason"], caught.value.details["last_on"]) == ("after", "2024-05-31")
    with pytest.raises(BeyondData, match="no incidents"):
        change.report(picture(place, [], now=JUNE), Selection(), basis="month", level="grid", by="total")


def test_rare_incidents_may_leave_days_empty(place: Store) -> None:
    rows = [("order.theft", B1, "day", D(2024, month, 9)) for month in range(1, 6)]
    found = change.report(picture(place, rows, now=JUNE), Selection(), basis="weeks4", level="grid", by="total")
    assert (found.total_now, found.total_before, found.alarms) == (1, 1, 0)


def test_what_makes_no_sense_is_refused(place: Store) -> None:
    now = picture(place, [*daily(D(2022, 1, 1), D(2024, 5, 31), 1)], now=JUNE)
    with pytest.raises(BadInput, match="overlaps with itself"):
        change.report(now, Selection(D(2023, 1, 1), D(2024, 3, 1)), basis="year", level="grid", by="total")
    with pytest.raises(BadInput, match="none of its days is over"):
        change.report(now, Selection(D(2024, 6, 1), D(2024, 6, 9)), basis="year", level="grid", by="total")
    for word in ({"basis": "day"}, {"level": "house"}, {"by": "colour"}):
        with pytest.raises(BadInput, match="There is no"):
            change.report(now, Selection(), **({"basis": "month", "level": "grid", "by": "total"} | word))


def test_real_data_of_which_only_months_are_known(place: Store, sample_data: Path) -> None:
    months = pd.read_csv(sample_data / "incidents" / "northumbria_asb.tab", sep="\t")["month"]
    months = months.str[:7].str.replace("2022", "2024")[::5]  # the small world begins in 2024
    rows = [("order", B1, "month", D.fromisoformat(f"{month}-01")) for month in months]
    last = max(months)
    by_month = months.value_counts()
    now = picture(place, rows, now=dt.datetime.fromisoformat(f"{last}-01T12:00+00:00") + dt.timedelta(days=31))
    report = change.report(now, Selection(), basis="month", level="grid", by="total")
    (row,) = report.rows
    assert (row.now, row.before) == tuple(by_month.sort_index().iloc[[-1, -2]])
    assert str(report.periods.now.from_on)[:7] == last
    with pytest.raises(BeyondData, match="known by month only"):  # four weeks are no whole month
        change.report(now, Selection(), basis="weeks4", level="grid", by="total")
    windows = change.expectation(now, Selection(), dt.datetime(2025, 1, 1, tzinfo=dt.UTC)).windows
    assert [(beside.verdict, beside.reason, beside.count) for beside in windows] == [("unknown", "no_days", 0)] * 2


def test_a_month_never_counts_in_one_period_and_not_in_the_other(place: Store) -> None:
    # 500 incidents of February that only the month is known of, and one a day to the day
    rows = [("order.theft", B1, "month", D(2024, 2, 1))] * 500
    rows += daily(D(2024, 1, 1), D(2024, 3, 31), 1)
    now = picture(place, rows, now=dt.datetime(2024, 4, 1, 4, tzinfo=dt.UTC))
    end = Selection(to_on=D(2024, 3, 28))
    weeks = change.report(now, end, basis="weeks4", level="grid", by="total")
    assert weeks.periods.before == Period(D(2024, 2, 2), D(2024, 2, 29))
    assert (weeks.total_now, weeks.total_before, weeks.alarms) == (28, 28, 0)
    assert [(note.code, note.count) for note in weeks.notes] == [("month_rows", 500)]
    # the 29 days before the chosen 29 are all of February
    coloured = change.choropleth(now, Selection(D(2024, 3, 1), D(2024, 3, 29)), "change")
    assert coloured.before == Period(D(2024, 2, 1), D(2024, 2, 29))
    value = coloured.values["G1"]
    assert (value.count, value.before, value.significant, coloured.left_out) == (29, 29, False, 500)
    # whole months: now they count
    months = change.report(now, Selection(to_on=D(2024, 3, 31)), basis="month", level="grid", by="total")
    assert (months.total_now, months.total_before, months.alarms) == (31, 529, 1)
    few = [*(row for row in rows if row[2] == "month"), ("help", B3, "day", D(2024, 3, 31))]
    after = picture(place, few, now=dt.datetime(2024, 4, 1, 4, tzinfo=dt.UTC))
    with pytest.raises(BeyondData) as refused:
        order = Selection(to_on=D(2024, 3, 28), kinds=("order",))
        change.report(after, order, basis="weeks4", level="grid", by="total")
    assert refused.value.details["reason"] == "months"


def test_a_february_is_set_beside_the_whole_february_before(place: Store) -> None:
    rows = [("order.theft", B1, "month", D(year, month, 1)) for year in (2024, 2025) for month in (1, 2, 3)] * 60
    now = picture(place, rows, now=dt.datetime(2025, 4, 1, 4, tzinfo=dt.UTC))
    february = Selection(D(2025, 2, 1), D(2025, 2, 28))
    report = change.report(now, february, basis="year", level="grid", by="total")
    assert report.periods.before == Period(D(2024, 2, 1), D(2024, 2, 29))
    assert (report.total_now, report.total_before, report.alarms) == (60, 60, 0)
