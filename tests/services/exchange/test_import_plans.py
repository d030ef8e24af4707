"""Hand-drawn plans: cleaned, mapped to blocks by majority, and asked about before anything doubtful is stored."""

from __future__ import annotations

import csv
from typing import Any

import pytest
import shapely

from gridmap.commands.importing import report_lines
from gridmap.services.exchange.report import NotAccepted, RowsRefused


def drawn(bench: Any, name: str = "plan.geojson", **shapes: Any) -> Any:
    return bench.geojson([({"code": code}, shape) for code, shape in shapes.items()], name)


def boxes(square: Any, overlap_deg: float) -> dict[str, Any]:
    """A and B side by side, a cell each; A reaches into B by so much."""
    west, south, east, north = square(0, 0).bounds
    return {"A": shapely.box(west, south, east + overlap_deg, north), "B": square(1, 0)}


def test_a_little_is_cleaned_without_asking(bench: Any, square: Any) -> None:
    # 1e-7 degrees are a centimetre, over 1,109 m of border: 10.7 m2
    report = bench.run("grids", drawn(bench, **boxes(square, 1e-7)))
    assert report.stored == 2 and report.questions == []
    (finding,) = report.findings
    assert (finding.kind, finding.codes) == ("overlap", ("A", "B"))
    assert finding.area_m2 == pytest.approx(10.7, rel=0.01)
    assert bench.one("SELECT ST_Area(ST_Intersection(a.geom, b.geom)) FROM block a, block b WHERE a.id < b.id") == 0


def test_more_than_34_m2_need_a_yes_and_without_it_nothing_is_stored(bench: Any, square: Any) -> None:
    path = drawn(bench, **boxes(square, 4e-7))
    with pytest.raises(NotAccepted) as caught:
        bench.run("grids", path)
    report = caught.value.report
    assert report.questions == ["Ground moved by cleaning the borders: 42.7 m2, 34 are allowed"]
    assert "--accept" in caught.value.hint and "42.7 m2" in caught.value.message
    assert [f.text()[:25] for f in report.findings] == ["A and B overlap by 42.70 "]
    assert (report.stored, report.rejected, report.batch_uid) == (0, 2, None)
    assert bench.one("SELECT count(*) FROM grid") == bench.one("SELECT count(*) FROM import_batch") == 0

    report = bench.run("grids", path, accept=True)
    assert report.stored == 2
    assert "Accepted: Ground moved by cleaning the borders: 42.7 m2, 34 are allowed." in report.notes
    area = dict(bench.rows("SELECT code, ST_Area(geom) FROM block"))
    assert area["A"] - area["B"] == pytest.approx(2 * 4e-7 * 0.01, rel=0.01)  # the lower code keeps doubtful ground


def test_what_is_refused_for_want_of_a_yes_claims_nothing_and_writes_its_bad_rows(bench: Any, square: Any) -> None:
    rejects = bench.folder / "rejects.csv"
    shapes = {**boxes(square, 4e-7), "C": square(0, 0).buffer(-0.002)}
    for more in ({}, {"dry_run": True}):
        rejects.unlink(missing_ok=True)
        with pytest.raises(NotAccepted) as caught:
            bench.run("grids", drawn(bench, **shapes), rejects=rejects, **more)
        report = caught.value.report
        assert not [note for note in report.notes if "publish" in note or "became one" in note]
        (row,) = csv.DictReader(rejects.open(encoding="utf-8-sig", newline=""))
        assert (row["row"], row["reason"]) == ("3", "its polygon lies wholly in those of lower codes")
        (line,) = [line for line in report_lines(report, rejects) if "rejected rows" in line]
        assert line == f"  The 1 rejected rows are in {rejects}"
    assert any("publish" in note for note in bench.run("grids", drawn(bench, **boxes(square, 0))).notes)


def test_a_block_that_a_border_splits_needs_a_yes(bench: Any, square: Any) -> None:
    # blocks: P Q, a cell each; the border runs through Q
    bench.run("blocks", bench.drawing("PQ"))
    west, south, _, north = square(0, 0).bounds
    _, _, east, _ = square(1, 0).bounds
    a, b = shapely.box(west, south, east - 0.004, north), shapely.box(east - 0.004, south, east, north)
    path = drawn(bench, A=a, B=b)
    with pytest.raises(NotAccepted) as caught:
        bench.run("grids", path)
    (question,) = caught.value.report.questions
    assert question.startswith("Parts of blocks in another grid than their block: 1 (")
    (finding,) = caught.value.report.findings
    assert (finding.kind, finding.codes) == ("split_block", ("Q", "B"))
    assert east - 0.004 < finding.lon < east
    assert bench.one("SELECT count(*) FROM grid") == 0
    assert bench.run("grids", path, accept=True).stored == 2


def test_a_block_in_no_grid_needs_a_yes(bench: Any, square: Any) -> None:
    bench.run("blocks", bench.drawing("PQ"))
    with pytest.raises(NotAccepted) as caught:
        bench.run("grids", bench.drawing("A", name="plan.geojson"))
    (question,) = caught.value.report.questions
    assert question.startswith("Blocks wholly or partly in no grid: 1 (1,067,")
    report = bench.run("grids", bench.drawing("A", name="plan.geojson"), accept=True)
    assert "1 blocks lie in no grid." in report.warnings


def test_borders_along_those_of_the_blocks_need_no_yes(bench: Any) -> None:
    bench.run("blocks", bench.drawing("PQR", "STU"))
    report = bench.run("grids", bench.drawing("AAB", "ABB", name="plan.geojson"))
    assert report.stored == 2 and report.findings == [] and report.questions == []


def test_a_grid_of_which_nothing_is_left_is_a_bad_row_even_if_accepted(bench: Any, square: Any) -> None:
    inner = square(0, 0).buffer(-0.002)
    path = drawn(bench, A=square(0, 0), B=inner)
    with pytest.raises(RowsRefused) as caught:
        bench.run("grids", path, accept=True)
    (cause,) = caught.value.report.causes
    assert (cause.text, cause.examples[0][0]) == ("its polygon lies wholly in those of lower codes", 2)
    rejects = bench.folder / "rejects.csv"
    assert bench.run("grids", path, accept=True, rejects=rejects).counts()["stored"] == 1


def test_wide_open_ground_inside_is_told_and_not_filled(bench: Any) -> None:
    report = bench.run("grids", bench.drawing("AAA", "A.A", "ABB"))
    assert [(finding.kind, finding.codes) for finding in report.findings] == [("hole", ("A", "B"))]
    assert report.stored == 2
