"""Posts from a list: all rows or none, every bad row with its number, the same list twice adds nothing.

The world is that of tests/services/small_world.py, with the building 一号楼 beside it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import shapely
import sqlalchemy as sa

from gridmap.config import Settings
from gridmap.domain.access import LOCAL
from gridmap.errors import BadFile
from gridmap.services import accounts, posts
from gridmap.services.accounts import NewAccount
from gridmap.services.posts import ImportedPosts, PostsRefused
from gridmap.store import audit, bulk
from gridmap.store.engine import Store
from gridmap.store.tables import Area, Building
from tests.services import small_world
from tests.services.accounts.people import ADMINS, CHEAP
from tests.services.small_world import NOW

HEAD = ["姓名", "岗位", "地点", "社区", "单元", "代理人", "开始日期", "结束日期"]
TODAY = dt.date(2024, 5, 31)


@dataclass(frozen=True)
class District:
    store: Store
    settings: Settings
    folder: Path

    def sheet(self, *rows: list[Any], head: list[str] = HEAD) -> Path:
        path = self.folder / "posts.xlsx"
        book = openpyxl.Workbook()
        for row in (head, *rows):
            book.active.append(row)
        book.save(path)
        return path

    def take(self, path: Path, **options: Any) -> ImportedPosts:
        return posts.import_table(self.store, self.settings, path, actor="security.chief", now=NOW, **options)

    def refused(self, path: Path, **options: Any) -> dict[int, str]:
        with pytest.raises(PostsRefused) as refusal:
            self.take(path, **options)
        assert refusal.value.details["rows"] == [{"row": e.row, "reason": e.reason} for e in refusal.value.errors]
        return {error.row: error.reason for error in refusal.value.errors}

    def held(self) -> set[tuple[Any, ...]]:
        return {
            (row.holder_name, row.title, row.area_code or row.grid_code, row.deputy_name, row.valid_from, row.valid_to)
            for row in posts.list_posts(self.store)
        }


@pytest.fixture
def district(settings: Settings, tmp_path: Path) -> District:
    return District(small_world.build(settings), settings, tmp_path)


WORLD = ("网格员 001", "full_time_worker", "G1", None, None, None)


def test_a_list_staffs_grids_communities_and_streets(district: District) -> None:
    path = district.sheet(
        ["李娜", "专职网格员", "车站", "青龙社区", None, "王强", dt.date(2024, 6, 1), None],
        ["王强", "协管员", "车站", None, None, None, "2024/6/1", "2024-12-31"],
        ["赵敏", "社区民警", "青龙社区居委会", None, None, None, None, None],
        ["赵敏", "street_handler", "新下陆街道", None, None, None, None, None],
        [None, "门卫", "车站", None, None, None, None, None],
        [None] * 8,
    )
    done = district.take(path)
    assert (done.read, done.stored, done.known, done.empty, done.ended, done.new_people) == (5, 4, 0, 1, 0, 3)
    june = dt.date(2024, 6, 1)
    assert district.held() == {
        WORLD,
        ("李娜", "full_time_worker", "G2", "王强", june, None),
        ("王强", "backing_worker", "G2", None, june, dt.date(2024, 12, 31)),
        ("赵敏", "community_officer", "0101", None, None, None),
        ("赵敏", "street_handler", "01", None, None, None),
    }
    with district.store.read() as session:
        newest = audit.since(session, 0)[-1]
        assert (newest.action, newest.actor) == ("import.posts", "security.chief")
        assert not audit.verify(session)
        head = audit.head(session)
    again = district.take(path)
    assert (again.stored, again.known, again.new_people) == (0, 4, 0)
    with district.store.read() as session:
        assert audit.head(session) == head  # nothing was changed, nothing is told


def test_stairwells_have_heads_by_the_buildings_code_or_name(district: District) -> None:
    with district.store.write() as session:
        compound = bulk.insert(
            session, Area, {"code": ["0101C1"], "name": ["桂花苑小区"], "level": ["compound"]}
        )
        parent = session.execute(sa.text("SELECT id FROM area WHERE code = '0101'")).scalar_one()
        bulk.update(session, Area, compound, {"parent_id": [parent]})
        shapes = [shapely.Point(small_world.in_block(n, 0)).buffer(0.0005) for n in (0, 1)]
        bulk.insert(
            session,
            Building,
            {"source_id": ["LD-1", "LD-3"], "number": ["1", "3"], "compound_id": [compound[0]] * 2, "geom": shapes},
        )
        audit.append(
            session, actor="local", action="import.buildings", entity="import_batch", entity_uid=None, fields={},
            secret=small_world.SECRET, at=NOW,
        )  # fmt: skip
    head = ["姓名", "岗位", "楼栋编码", "地点", "单元"]
    rows = [["李娜", "单元长", "LD-1", None, "1单元"], ["李娜", "单元长", "LD-1", None, "2单元"]]
    rows += [["王强", "楼栋长", None, "桂花苑3栋", 2]]
    assert district.take(district.sheet(*rows, head=head)).stored == 3
    heads = [row for row in posts.list_posts(district.store) if row.title == "stairwell_head"]
    assert {(row.holder_name, row.compound_name, row.building_name, row.stairwell) for row in heads} == {
        ("李娜", "桂花苑小区", "1", "1单元"), ("李娜", "桂花苑小区", "1", "2单元"), ("王强", "桂花苑小区", "3", "2"),
    }  # fmt: skip
    assert "not matched" in district.refused(district.sheet(["赵敏", "楼栋长", None, "桂花苑9栋", 1], head=head))[1]


def test_one_bad_row_refuses_all_and_every_bad_row_is_named(district: District) -> None:
    path = district.sheet(
        ["李娜", "专职网格员", "车站", None, None, None, None, None],
        ["王强", "市长", "车站", None, None, None, None, None],
        ["赵敏", "社区民警", "没有的社区", None, None, None, None, None],
        ["钱一", "门卫", "车站", None, None, "钱一", None, None],
        ["孙二", "门卫", "车站", None, None, None, "2024-02-30", None],
        ["周三", "门卫", "车站", None, None, None, "2024-02-03", "2024-02-01"],
        ["吴四", "专职网格员", "青龙一网格", None, None, None, None, None],
        ["郑五", "专职网格员", "车站", None, None, None, None, None],
        ["郑五", "门卫", "车站", "没有", "1单元", None, None, None],
    )
    told = district.refused(path)
    assert sorted(told) == [2, 3, 4, 5, 6, 7, 8, 9]
    assert "市长" in told[2] and "没有的社区" in told[3] and "one person" in told[4]
    assert "开始日期" in told[5] and "before it begins" in told[6] and "has a holder" in told[7]
    assert "in row 1" in told[8] and "no area" in told[9]
    assert district.held() == {WORLD}
    assert [each.name for each in posts.list_people(district.store)] == ["网格员 001"]


def test_a_list_may_replace_the_workers_of_grids_from_a_day_on(district: District) -> None:
    path = district.sheet(["李娜", "专职网格员", "青龙一网格", None, None, None, None, None])
    assert 1 in district.refused(path)
    done = district.take(path, replacing=True)
    assert (done.stored, done.ended) == (1, 1)
    yesterday = TODAY - dt.timedelta(days=1)
    assert district.held() == {
        ("网格员 001", "full_time_worker", "G1", None, None, yesterday),
        ("李娜", "full_time_worker", "G1", None, TODAY, None),
    }
    again = district.take(path, replacing=True)
    assert (again.stored, again.known, again.ended) == (0, 1, 0)
    backwards = district.sheet(["王强", "专职网格员", "青龙一网格", None, None, None, "2024-05-31", None])
    assert 1 in district.refused(backwards, replacing=True)  # 李娜 would not have had a day


def test_a_vacant_post_is_filled_and_not_doubled(district: District) -> None:
    guard = posts.NewPost("guard", posts.PostPlace(posts.PlaceKind.GRID, "G2"))
    empty = posts.assign(district.store, district.settings, guard, actor="security.chief", now=NOW)
    district.take(district.sheet(["李娜", "保安", "车站", None, None, None, None, None]))
    filled = [row for row in posts.list_posts(district.store) if row.title == "guard"]
    assert [(row.uid, row.holder_name) for row in filled] == [(empty.uid, "李娜")]


def test_who_shares_a_name_is_told_apart_by_an_account(district: District) -> None:
    accounts.create_admins(district.store, district.settings, ADMINS, now=NOW, hashing=CHEAP)
    for name in ("wang.a", "wang.b"):
        new = NewAccount(name, "王强", f"the words of {name}")
        accounts.create(district.store, district.settings, new, actor=LOCAL.name, now=NOW, hashing=CHEAP)
    head = ["姓名", "账号", "岗位", "网格编码"]
    rows = [["王强", None, "门卫", "G1"], ["审计", "audit.chief", "门卫", "G1"], ["王", "x", "门卫", "G"]]
    told = district.refused(district.sheet(*rows, head=head))
    assert "2 people are called" in told[1]
    assert "audit.chief" in told[2]  # an administrator holds no post
    assert "'x'" in told[3] and "'G'" in told[3]
    district.take(district.sheet(["王强", "WANG.B", "门卫", "G1"], head=head))
    (row,) = [row for row in posts.list_posts(district.store) if row.title == "guard"]
    assert row.holder_uid == accounts.account_named(district.store, "wang.b", now=NOW).worker_uid


def test_a_dry_run_stores_nothing(district: District) -> None:
    done = district.take(district.sheet(["李娜", "门卫", "车站", *[None] * 5]), dry_run=True)
    assert (done.stored, done.new_people) == (1, 1)
    assert district.held() == {WORLD}


def test_a_list_without_titles_or_places_says_what_is_missing(district: District) -> None:
    with pytest.raises(BadFile) as refused:
        district.take(district.sheet(["李娜", "x"], head=["姓名", "备注"]))
    assert "title" in refused.value.message and "place" in refused.value.message
    told = {"title": "甲", "place_code": "乙", "worker": "丙"}
    done = district.take(district.sheet(["门卫", "G1", "李娜"], head=["甲", "乙", "丙"]), told=told)
    assert (done.stored, done.columns) == (1, told)


def test_the_template_lists_who_is_there_and_whom_the_grids_lack(district: District) -> None:
    path = district.folder / "fill.xlsx"
    assert posts.write_template(district.store, path, "zh", now=NOW) == 3
    book = openpyxl.load_workbook(path)
    rows = [list(row) for row in book["岗位"].iter_rows(values_only=True)]
    assert rows[0][:4] == ["姓名", "账号", "岗位", "地点编码"]
    assert [row[:4] for row in rows[1:]] == [
        ["网格员 001", None, "专职网格员", "G1"],
        [None, None, "协管员", "G1"],
        [None, None, "专职网格员", "G2"],
        [None, None, "协管员", "G2"],
    ]
    book["岗位"]["A3"] = "=李娜"
    book["岗位"]["A3"].data_type = "s"
    book.save(path)
    done = district.take(path)
    assert (done.read, done.stored, done.known, done.empty) == (4, 1, 1, 2)
    assert len(posts.vacancies(district.store, now=NOW)) == 2
