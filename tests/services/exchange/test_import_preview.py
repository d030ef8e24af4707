"""A preview tells what an import would do, and does nothing."""

from __future__ import annotations

from typing import Any

import pytest

from gridmap.errors import BadFile, BadInput, NotFound
from gridmap.services.exchange.preview import Preview, preview
from tests.services.exchange.conftest import NOW

HEAD = "案件编号,案由,日期,经度,纬度,地址\n"
GOOD = HEAD + "".join(f"s{i},盗窃,2024-03-05,114.97,30.1{i},某路{i}号\n" for i in range(1, 5))


def look(bench: Any, text: str, **options: Any) -> Preview:
    return preview(bench.store, bench.settings, "incidents", bench.csv(text), now=NOW, **options)


def state(bench: Any) -> list[Any]:
    tables = ("incident", "import_batch", "import_source", "audit", "counter", "configuration")
    return [bench.one(f"SELECT count(*) FROM {table}") for table in tables] + bench.rows("SELECT min_lon FROM project")


def test_a_preview_counts_as_the_import_would_and_stores_nothing(bench: Any) -> None:
    bench.run("incidents", bench.csv(GOOD, "before.csv"))
    before = state(bench)
    text = GOOD.replace("s1,", "new,").replace("s2,盗窃", "s2,纵火") + "bad,盗窃,2024-03-05,114.97,95,x\nbad2,,,,,\n"
    seen = look(bench, text)
    assert state(bench) == before
    assert seen.error is None
    assert seen.report is not None
    assert (seen.report.read, seen.report.stored, seen.report.known, seen.report.rejected) == (6, 1, 2, 3)
    assert seen.report.batch_uid is None
    assert seen.headings == ["案件编号", "案由", "日期", "经度", "纬度", "地址"]
    assert seen.mapping["source_id"] == "案件编号"
    assert {guess.field for guess in seen.guesses} == {"source_id", "kind", "occurred_on", "lon", "lat", "address"}
    assert seen.sample[0] == ["new", "盗窃", "2024-03-05", "114.97", "30.11", "某路1号"]
    assert [row.row for row in seen.bad] == [2, 5, 6]
    assert seen.bad[0][2:] == (114.97, 30.12)
    assert (seen.bad[1].lon, "degrees" in seen.bad[1].reason) == (None, True)
    lon, lat = seen.good
    assert (lon.tolist(), lat.tolist()) == ([114.97], [30.11])
    assert {"kind", "lon", "wkt"} <= {field.name for field in seen.fields}


def test_bad_rows_and_points_are_bounded(bench: Any) -> None:
    rows = "".join(f"{i},盗窃,2024-03-05,114.97,{30.19 if i % 2 else 'x'},a\n" for i in range(12_500))
    seen = look(bench, HEAD + rows)
    assert (len(seen.good[0]), len(seen.bad), len(seen.sample)) == (5_000, 1_000, 20)
    assert seen.report is not None
    assert (seen.report.stored, seen.report.rejected) == (6_250, 6_250)


def test_missing_columns_leave_what_was_recognised(bench: Any) -> None:
    seen = look(bench, "案由,甲,乙\n盗窃,114.97,30.19\n")
    assert seen.report is None
    assert isinstance(seen.error, BadFile)
    assert "occurred_at" in str(seen.error)
    assert seen.mapping == {"kind": "案由"}
    assert seen.sample == [["盗窃", "114.97", "30.19"]]
    told = {"lon": "甲", "lat": "乙", "occurred_on": "=2024-03-05"}
    again = look(bench, "案由,甲,乙\n盗窃,114.97,30.19\n", mapping=told)
    assert again.error is None
    assert again.mapping == {"kind": "案由", **told}
    wrong = look(bench, "案由,甲,乙\n盗窃,114.97,30.19\n", mapping={"lon": "丙"})
    assert isinstance(wrong.error, BadInput)
    assert wrong.mapping == {"kind": "案由"}


def test_what_cannot_be_read_at_all_is_refused(bench: Any) -> None:
    with pytest.raises(BadFile, match="0 bytes"):
        look(bench, "")
    with pytest.raises(NotFound, match="no saved source"):
        look(bench, GOOD, source_name="nobody")
    with pytest.raises(BadInput, match="no layer"):
        preview(bench.store, bench.settings, "nothing", bench.csv(GOOD))
