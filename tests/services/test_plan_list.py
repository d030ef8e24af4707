"""A plan from a list "compound or building > grid": what is matched, what is asked, what is never guessed.

North is up. Blocks P Q R S stand side by side, T below P. Compounds: 桂花苑 in P and Q, 柳岸 in R. Buildings 1 to 4 of
桂花苑 stand in P, P, Q, Q; building 5 of 柳岸 in R; building 6, of no compound, in R too. S and T hold none.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import shapely
import sqlalchemy as sa

from gridmap.config import Settings
from gridmap.errors import BadFile, NotFound
from gridmap.services import project
from gridmap.services.exchange import import_file
from gridmap.services.plan_list import ListRefused, Order, assign_list
from gridmap.services.plan_listing import plan_lines
from gridmap.store import audit
from gridmap.store.engine import Store

NOW = dt.datetime(2024, 7, 1, 4, 0, tzinfo=dt.UTC)
WEST, SOUTH, SIDE = 114.96, 30.18, 0.002
COMMUNITY = "420204001001"
CELLS = {"P": (0, 1), "Q": (1, 1), "R": (2, 1), "S": (3, 1), "T": (0, 0)}
BUILDINGS = {"1": ("P", "C1", 10), "2": ("P", "C1", 5), "3": ("Q", "C1", 20), "4": ("Q", "C1", 8), "5": ("R", "C2", 30)}


def cell(name: str) -> Any:
    column, row = CELLS[name]
    west, south = WEST + column * SIDE, SOUTH + row * SIDE
    return shapely.box(west, south, west + SIDE, south + SIDE)


@dataclass(frozen=True)
class Town:
    store: Store
    settings: Settings
    folder: Path

    def take(self, layer: str, rows: list[tuple[dict[str, Any], Any]]) -> None:
        features = [
            {"type": "Feature", "properties": told, "geometry": json.loads(shapely.to_geojson(shape))}
            for told, shape in rows
        ]
        path = self.folder / f"{layer}.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
        import_file(self.store, self.settings, layer, path, now=NOW, with_basemap=False)

    def listed(self, *rows: str, head: str = "小区或楼栋,网格") -> Path:
        path = self.folder / "list.csv"
        path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
        return path

    def assign(self, path: Path, name: str = "plan", **options: Any) -> Any:
        return assign_list(self.store, self.settings, Order(path, name, **options), now=NOW)

    def plan(self, name: str = "plan") -> dict[str, str]:
        """Block code -> name of its grid."""
        with self.store.read() as session:
            return dict(
                session.execute(
                    sa.text(
                        "SELECT b.code, g.name FROM assignment a JOIN block b ON b.id = a.block_id "
                        "JOIN grid g ON g.id = a.grid_id JOIN grid_plan p ON p.id = a.plan_id WHERE p.name = :name"
                    ),
                    {"name": name},
                ).all()
            )

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with self.store.read() as session:
            return [tuple(row) for row in session.execute(sa.text(statement))]


@pytest.fixture
def town(store: Store, settings: Settings, tmp_path: Path) -> Iterator[Town]:
    project.prepare(store, now=NOW)
    town = Town(store, settings, tmp_path)
    whole = shapely.box(WEST, SOUTH, WEST + 4 * SIDE, SOUTH + 2 * SIDE)
    compounds = {"C1": ("桂花苑小区", shapely.union_all([cell("P"), cell("Q")])), "C2": ("柳岸公馆", cell("R"))}
    inside = {code: shape.buffer(-SIDE / 10) for code, (_, shape) in compounds.items()}
    town.take(
        "areas",
        [
            ({"code": COMMUNITY, "name": "青龙社区", "level": "community"}, whole),
            *(
                ({"code": code, "name": name, "level": "compound", "parent_code": COMMUNITY}, inside[code])
                for code, (name, _) in compounds.items()
            ),
        ],
    )
    town.take("blocks", [({"code": code}, cell(code)) for code in CELLS])
    spots = {}
    for number, (block, _, _) in BUILDINGS.items():
        middle = cell(block).centroid
        spots[number] = shapely.Point(middle.x + (int(number) % 2 - 0.5) * SIDE / 3, middle.y)
    spots["6"] = shapely.Point(cell("R").centroid.x, cell("R").centroid.y + SIDE / 4)
    rows = [
        ({"code": f"B{n}", "number": n, "compound_code": compound}, spots[n].buffer(SIDE / 10))
        for n, (_, compound, _) in BUILDINGS.items()
    ]
    rows.append(({"code": "B6", "number": None, "compound_code": None, "name": "老粮站"}, spots["6"].buffer(SIDE / 10)))
    town.take("buildings", rows)
    households = {**{n: many for n, (_, _, many) in BUILDINGS.items()}, "6": 3}
    town.take(
        "households",
        [({"code": f"H{n}", "building_code": f"B{n}", "count": many}, spots[n]) for n, many in households.items()],
    )
    yield town


def test_the_first_list_is_the_plan_in_force_with_new_grids_numbered_by_the_scheme(town: Town) -> None:
    done = town.assign(town.listed("柳岸公馆,青龙社区第二网格", "桂花苑,青龙社区第一网格"))
    assert town.plan() == {"P": "青龙社区第一网格", "Q": "青龙社区第一网格", "R": "青龙社区第二网格"}
    assert (done.state, done.blocks, done.households, done.grids) == ("published", 3, 76, 2)
    # numbered west to east, whatever their order in the list
    assert town.rows("SELECT name, code FROM grid ORDER BY code") == [
        ("青龙社区第一网格", f"{COMMUNITY}001"),
        ("青龙社区第二网格", f"{COMMUNITY}002"),
    ]
    assert [sight.code for sight in done.spanning] == ["桂花苑小区 C1"]
    assert any("2 blocks without households are claimed by nobody" in note for note in done.notes)
    assert town.rows("SELECT households, blocks FROM grid_outline ORDER BY households") == [(33, 1), (43, 2)]
    with town.store.read() as session:
        assert audit.verify(session) == []
        assert audit.since(session, 0, 100)[-1].action == "plan.published"


def test_a_later_list_is_a_draft_of_the_grids_there_are(town: Town) -> None:
    town.assign(town.listed("柳岸公馆,第2网格", "桂花苑,第1网格"), "first")
    done = town.assign(town.listed("柳岸公馆,青龙社区第一网格", "桂花苑小区,第二网格"), "second")
    assert done.state == "draft"
    assert town.plan("second") == {"P": "第2网格", "Q": "第2网格", "R": "第1网格"}
    assert len(town.rows("SELECT code FROM grid")) == 2  # 第二网格 and 青龙社区第一网格 are those there were
    assert [line.split(maxsplit=1)[1] for line in plan_lines(town.store)] == [
        "published  first: 2 grids of 3 blocks, since ever",
        "draft      second: 2 grids of 3 blocks",
    ]


def test_a_building_goes_by_its_own_row_before_its_compounds(town: Town) -> None:
    rows = ("桂花苑,甲1网格", "桂花苑3栋,甲2网格", "桂花苑4栋,甲2网格", "柳岸公馆,甲3网格")
    town.assign(town.listed(*rows))
    assert town.plan() == {"P": "甲1网格", "Q": "甲2网格", "R": "甲3网格"}


def test_a_block_that_two_grids_claim_is_told_and_cut_by_majority_only_if_accepted(town: Town) -> None:
    path = town.listed("桂花苑,第1网格", "桂花苑3栋,第2网格", "柳岸公馆,第3网格")
    with pytest.raises(ListRefused) as caught:
        town.assign(path)
    (cut,) = caught.value.assigned.cuts
    assert (cut.code, cut.text) == ("Q", "claimed by 第2网格 20 households, 第1网格 8 households")
    assert shapely.intersects_xy(cell("Q"), cut.lon, cut.lat)
    assert "--accept" in caught.value.hint and town.rows("SELECT * FROM grid_plan") == []
    town.assign(path, accept=True)
    assert town.plan() == {"P": "第1网格", "Q": "第2网格", "R": "第3网格"}


def test_households_that_nobody_claims_are_asked_about(town: Town) -> None:
    with pytest.raises(ListRefused) as caught:
        town.assign(town.listed("桂花苑,第1网格"))
    (sight,) = caught.value.assigned.unclaimed
    assert (sight.code, sight.text) == ("R", "claimed by nobody, 33 households")
    assert town.assign(town.listed("桂花苑,第1网格"), accept=True).blocks == 2


def test_names_that_only_resemble_ours_are_listed_with_what_they_might_be(town: Town) -> None:
    path = town.listed("桂花苑,第1网格", "柳岸公管,第2网格", "无名小区,第2网格", "老粮站,第2网格", "桂花苑9栋,第1网格")
    with pytest.raises(ListRefused) as caught:
        town.assign(path, accept=True)
    doubts = {doubt.line.row: doubt for doubt in caught.value.assigned.doubts}
    assert set(doubts) == {2, 3, 5}
    assert [candidate.name for candidate in doubts[2].candidates] == ["柳岸公馆"]
    assert 0 < doubts[2].candidates[0].score < 1
    assert "no such number" in doubts[5].reason

    rejects = town.folder / "rejects.csv"
    town.assign(path, accept=True, rejects=rejects)
    assert town.plan() == {"P": "第1网格", "Q": "第1网格", "R": "第2网格"}  # 老粮站 alone speaks for R
    with rejects.open(encoding="utf-8-sig", newline="") as file:
        told = list(csv.DictReader(file))
    assert [row["place"] for row in told if row["row"]] == ["柳岸公管", "无名小区", "桂花苑9栋"]
    assert told[0]["candidates"].startswith("柳岸公馆 (compound, 青龙社区; 0.")


def test_what_narrows_a_place_and_is_not_known_is_not_dropped(town: Town) -> None:
    with pytest.raises(ListRefused) as caught:
        town.assign(town.listed("桂花苑,第1网格", "柳岸公馆5组,第2网格"), accept=True)
    assert [(doubt.line.row, doubt.line.place) for doubt in caught.value.assigned.doubts] == [(2, "柳岸公馆5组")]


def test_the_same_place_with_two_grids_counts_for_none(town: Town) -> None:
    with pytest.raises(ListRefused) as caught:
        town.assign(town.listed("桂花苑,第1网格", "桂花苑小区,第2网格", "柳岸公馆,第2网格"))
    doubts = caught.value.assigned.doubts
    assert [(doubt.line.row, doubt.reason) for doubt in doubts] == [
        (row, "stands with different grids in rows 1, 2") for row in (1, 2)
    ]


def test_a_grid_name_that_is_almost_another_ones_is_no_new_grid(town: Town) -> None:
    town.assign(town.listed("桂花苑,光明新村网格", "柳岸公馆,第2网格"), "first")
    with pytest.raises(ListRefused) as caught:
        town.assign(town.listed("桂花苑,光明新邨网格", "柳岸公馆,第2网格"), "second")
    (doubt,) = caught.value.assigned.doubts
    assert doubt.reason == "no grid is called '光明新邨网格', but one almost"
    assert doubt.candidates[0].name.startswith("光明新村网格")
    # another number is another grid
    assert town.assign(town.listed("桂花苑,第3网格", "柳岸公馆,第2网格"), "third").grids == 2


def test_codes_of_places_and_grids_go_before_names(town: Town) -> None:
    head = "place_code,grid_code,grid"
    town.assign(town.listed("C1,G-9,东网格", "B5,G-7,西网格", head=head), accept=True)
    assert town.rows("SELECT code, name FROM grid ORDER BY code") == [("G-7", "西网格"), ("G-9", "东网格")]
    assert town.plan() == {"P": "东网格", "Q": "东网格", "R": "西网格"}


def test_a_workbook_with_compound_and_building_apart(town: Town) -> None:
    book = openpyxl.Workbook()
    for row in (
        ("社区", "小区", "楼栋", "所属网格"),
        ("青龙社区", "桂花苑小区", None, "第1网格"),
        ("青龙社区", "柳岸公馆", "5栋", "第2网格"),
    ):
        book.active.append(row)
    path = town.folder / "list.xlsx"
    book.save(path)
    assert town.assign(path, dry_run=True).blocks == 3
    assert town.plan() == {}
    town.assign(path)
    assert town.plan() == {"P": "第1网格", "Q": "第1网格", "R": "第2网格"}


def test_a_list_without_the_columns_or_a_project_without_blocks_is_refused(
    town: Town, another_db: Any, tmp_path: Path
) -> None:
    with pytest.raises(BadFile, match="recognised as a grid"):
        town.assign(town.listed("桂花苑,x", head="小区,颜色"))
    from gridmap.store.engine import open_store

    empty = open_store(another_db())
    project.prepare(empty, now=NOW)
    with pytest.raises(NotFound, match="no blocks"):
        assign_list(empty, town.settings, Order(town.listed("桂花苑,第1网格"), "plan"), now=NOW)
    empty.close()
