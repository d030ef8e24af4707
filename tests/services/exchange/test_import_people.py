"""Who reported, from a file: sealed, replaced by an update, back after an undo, never exported."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gridmap.domain.access import LOCAL
from gridmap.errors import BadInput
from gridmap.services.exchange.report import RowsRefused
from gridmap.services.exchange.undo import undo_batch
from gridmap.services.exporting import export_layer
from gridmap.services.privacy import key_file, showing
from gridmap.services.privacy.sealer import cells_digest, cells_key
from tests.services.exchange.conftest import NOW, at

LON, LAT = at(0.5, 0.5)
HEAD = "编号,案由,发生日期,经度,纬度,报案人,联系电话,当事人姓名\n"


def line(source_id: str, name: str, phone: str, day: str = "2024-03-05") -> str:
    return f"{source_id},盗,{day},{LON},{LAT},{name},{phone},丙戊己\n"


def shown(bench: Any, source_id: str) -> list[tuple[str | None, str | None]]:
    ((uid,),) = bench.rows(f"SELECT uid FROM incident WHERE source_id = '{source_id}'")
    return [(one.name, one.phone) for one in showing.masked(bench.store, bench.settings, uid)]


@pytest.fixture
def ground(bench: Any) -> Any:
    bench.run("grids", bench.drawing("AAB", "ABB"))
    return bench


def test_columns_of_people_are_sealed_and_what_nobody_asked_for_is_not_kept(ground: Any) -> None:
    report = ground.run("incidents", ground.csv(HEAD + line("s1", "甲乙丙", "13800001111") + line("s2", "", "")))
    assert report.mapping["reporter_name"] == "报案人"
    assert report.mapping["reporter_phone"] == "联系电话"
    assert "Not stored, because it looks personal: '当事人姓名'." in report.warnings
    assert "Who reported 1 of them is stored encrypted, and shown masked." in report.notes
    assert (shown(ground, "s1"), shown(ground, "s2")) == ([("甲*", "138****1111")], [])
    assert ground.rows("SELECT attributes FROM incident WHERE source_id = 's1'") == [(None,)]
    found = showing.with_phone(ground.store, ground.settings, "+86 138 0000 1111", actor=LOCAL, now=NOW)
    assert len(found) == 1


def test_a_row_is_known_again_also_after_the_keys_were_replaced(ground: Any) -> None:
    path = ground.csv(HEAD + line("s1", "甲乙丙", "13800001111"))
    ground.run("incidents", path)
    key_file.write(ground.settings, [key_file.new_key().encode(), *ground.settings.keys()])
    other = ground.csv(HEAD + line("s1", "甲乙丙", "13800001111") + line("s3", "甲", ""), "again.csv")
    assert ground.run("incidents", other).known == 1
    changed = ground.csv(HEAD + line("s1", "甲乙丙", "13800001112") + line("s5", "", ""), "changed.csv")
    with pytest.raises(RowsRefused, match="1 of 2 rows is bad"):
        ground.run("incidents", changed)


def test_the_digest_of_a_row_with_a_phone_needs_the_secret(ground: Any) -> None:
    """Without it somebody could try all phone numbers against the stored digest."""
    row = ("甲乙丙", "13800001111", None)
    mine, others = (cells_key(one) for one in (ground.settings, replace(ground.settings, secret_from_env="x" * 40)))
    assert cells_digest(mine, row) != cells_digest(others, row)
    ground.run("incidents", ground.csv(HEAD + line("s1", *row[:2])))
    ((digest,),) = ground.rows("SELECT content_digest FROM incident WHERE source_id = 's1'")
    other = replace(ground, settings=replace(ground.settings, secret_from_env="x" * 40))
    with pytest.raises(RowsRefused, match="1 of 2 rows is bad"):
        other.run("incidents", ground.csv(HEAD + line("s1", *row[:2]) + line("s2", "", ""), "again.csv"))
    assert len(bytes(digest)) == 16


def test_an_update_replaces_the_reporter_and_its_undo_brings_the_first_one_back(ground: Any) -> None:
    ground.run("incidents", ground.csv(HEAD + line("s1", "甲乙丙", "13800001111")))
    changed = ground.run("incidents", ground.csv(HEAD + line("s1", "丁", "13900002222"), "u.csv"), update=True)
    assert shown(ground, "s1") == [("*", "139****2222")]
    undo_batch(
        ground.store, ground.settings, changed.batch_uid, actor="local", now=NOW + dt.timedelta(hours=1),
        with_basemap=False,
    )  # fmt: skip
    assert shown(ground, "s1") == [("甲*", "138****1111")]


def test_an_update_without_the_columns_leaves_who_reported(ground: Any) -> None:
    ground.run("incidents", ground.csv(HEAD + line("s1", "甲乙丙", "13800001111")))
    head = "编号,案由,发生日期,经度,纬度\n"
    row = f"s1,骗,2024-03-05,{LON},{LAT}\n"
    ground.run("incidents", ground.csv(head + row, "u.csv"), update=True)
    assert shown(ground, "s1") == [("甲*", "138****1111")]


def test_who_is_past_the_date_already_is_not_stored(ground: Any) -> None:
    report = ground.run("incidents", ground.csv(HEAD + line("s1", "甲乙丙", "13800001111", "2021-03-05")))
    assert shown(ground, "s1") == []
    assert any("1 of them is not stored: it would be past its date" in note for note in report.notes)


def test_no_export_and_no_fault_of_a_row_holds_a_person(ground: Any, tmp_path: Path) -> None:
    long_name = "甲" * 61
    ground.run("incidents", ground.csv(HEAD + line("s1", "甲乙丙", "13800001111")))
    out = tmp_path / "out.csv"
    export_layer(ground.store, "incidents", out)
    text = out.read_text(encoding="utf-8-sig")
    assert "s1" in text and "13800001111" not in text and "甲乙丙" not in text and "reporter" not in text
    bad = ground.run(
        "incidents", ground.csv(HEAD + line("s9", long_name, "1"), "bad.csv"), rejects=tmp_path / "rejects.csv"
    )
    assert bad.rejected == 1
    assert "甲甲" not in str(bad.causes)


def test_a_person_is_no_text_for_all_rows(ground: Any) -> None:
    with pytest.raises(BadInput, match="personal"):
        ground.run("incidents", ground.csv(HEAD + line("s1", "", "")), mapping={"reporter_phone": "=13800001111"})
