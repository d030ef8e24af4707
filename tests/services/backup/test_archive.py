"""Archives that are damaged, cut off, foreign or made by somebody else: each is told, and nothing is touched."""

from __future__ import annotations

import datetime as dt
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gridmap.config import Settings
from gridmap.errors import BadFile, GridmapError, StoreBroken
from gridmap.services.backup import Backup, back_up, check, restore
from gridmap.store import bulk, migrations, project, snapshot
from gridmap.store.engine import Store, open_store
from gridmap.store.snapshot import RowsDigest, TableShape, kind_of
from gridmap.store.tables import Base, ImportBefore, ImportSource
from tests.store.district import NOW, add_batch, fill

Members = dict[str, bytes]


@pytest.fixture
def made(store: Store, settings: Settings, tmp_path: Path) -> Backup:
    fill(store)
    return back_up(settings, tmp_path / "b.zip", now=NOW)


def rewritten(path: Path, change: Callable[[Members], None]) -> Path:
    """A copy of the archive, its members changed, as a ZIP file that is whole in itself."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    copy = path.with_name("changed.zip")
    with zipfile.ZipFile(copy, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return copy


def in_manifest(change: Callable[[dict[str, Any]], object]) -> Callable[[Members], None]:
    def work(members: Members) -> None:
        content = json.loads(members["manifest.json"])
        change(content)
        members["manifest.json"] = json.dumps(content).encode()

    return work


def changed_row(members: Members) -> None:
    members["tables/incident.jsonl"] = members["tables/incident.jsonl"].replace(b"order.theft", b"order.fraud", 1)


def renamed(members: Members) -> None:
    """A member that would be unpacked beside the folder for files."""
    content = json.loads(members["manifest.json"])
    content["members"]["files/../../evil"] = content["members"].pop("settings.json")
    members["files/../../evil"] = members.pop("settings.json")
    members["manifest.json"] = json.dumps(content).encode()


def _of(content: dict[str, Any], name: str) -> dict[str, Any]:
    return next(table for table in content["tables"] if table["name"] == name)


WRONG: list[tuple[str, Callable[[Members], object]]] = [
    ("tables/incident.jsonl is not what was written", changed_row),
    ("tables/camera.jsonl is missing", lambda members: members.pop("tables/camera.jsonl")),
    ("more.txt is missing or does not belong", lambda members: members.update({"more.txt": b""})),
    ("holds no manifest", lambda members: members.pop("manifest.json")),
    ("holds no manifest", in_manifest(lambda content: content.update(kind="other"))),
    ("holds no manifest", in_manifest(lambda content: content.pop("tables"))),
    ("newer gridmap", in_manifest(lambda content: content.update(format=99))),
    ("does not know the schema 9999", in_manifest(lambda content: content.update(revision="9999"))),
    ("came back otherwise", in_manifest(lambda content: content["tables"][-1].update(digest="00"))),
    ("not those of its schema: project", in_manifest(lambda content: _of(content, "project")["columns"].pop())),
    ("does not end with the entry", in_manifest(lambda content: content["audit"].update(seq=7))),
    ("no name for a file of a backup", renamed),
]  # fmt: skip


def test_a_changed_archive_is_refused_and_leaves_the_place_empty(
    made: Backup, settings: Settings, empty_db: str, tmp_path: Path
) -> None:
    there = replace(settings, db=empty_db, var=tmp_path / "there")
    for words, change in WRONG:
        with pytest.raises((BadFile, StoreBroken)) as told:
            restore(rewritten(made.path, change), there, now=NOW)
        assert words in str(told.value)
        assert told.value.hint
    if "sqlite" in empty_db:
        assert not (tmp_path / "empty.db").exists()
    else:
        with open_store(empty_db).read() as session:
            assert migrations.is_empty(session.connection())
    assert not (tmp_path / "evil").exists()


def test_what_is_cut_off_flipped_or_no_archive_is_told(made: Backup, tmp_path: Path) -> None:
    whole = made.path.read_bytes()
    wrong = tmp_path / "wrong.zip"
    for content in (b"", b"PK", whole[: len(whole) // 2], whole[:-30], b"%PDF-1.7" + b"x" * 500):
        wrong.write_bytes(content)
        with pytest.raises(BadFile, match=r"is no backup, or its end is missing"):
            check(wrong)
    with zipfile.ZipFile(made.path) as archive:  # a byte in the middle of what is packed
        packed = [(info.header_offset + 30 + len(info.filename) + 20, info) for info in archive.infolist()]
    for at in [start + info.compress_size // 2 for start, info in packed if info.compress_size > 10]:
        wrong.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        with pytest.raises(BadFile):
            check(wrong)
    with pytest.raises(BadFile, match="There is no file"):
        check(tmp_path / "none.zip")
    with pytest.raises(BadFile):
        check(tmp_path)


def test_a_database_without_a_project_has_no_backup(store: Store, settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(GridmapError, match="no project"):
        back_up(settings, tmp_path / "backups", now=NOW)
    assert not (tmp_path / "backups").exists()


def test_every_type_of_a_column_has_a_form_in_a_backup() -> None:
    kinds = {kind_of(column.type) for table in Base.metadata.sorted_tables for column in table.columns}
    assert kinds == {"int", "float", "text", "bool", "bytes", "instant", "day", "json", "shape"}


ODD = {
    "zero": -0.0, "small": 1e-7, "large": 1.5e22, "whole": 3.0, "third": 1 / 3, "名": "下陆区 👮", "": "",
    "deep": [{"b": 1, "a": [None, True, "\"\\\n"]}],
}  # fmt: skip


def test_odd_values_come_back(store: Store, settings: Settings, empty_db: str, tmp_path: Path) -> None:
    with store.write() as session:
        project.create(session, name="", at=NOW)
        batch = add_batch(session)
        values = {"batch_id": [batch.id] * 2, "table_name": ["a"] * 2, "row_id": [2**40, 2], "content": [ODD, {}]}
        bulk.insert(session, ImportBefore, values | {"geom": [bytes(range(256)), None]})
        moment = NOW.replace(microsecond=1, tzinfo=dt.timezone(dt.timedelta(hours=8)))
        bulk.insert(
            session,
            ImportSource,
            {"name": ["表'一'\t\\N"], "layer": [""], "mapping": [{}], "created_at": [moment], "updated_at": [NOW]},
        )
    made = back_up(settings, tmp_path / "b.zip", now=NOW)
    restore(made.path, replace(settings, db=empty_db, var=tmp_path / "there"), now=NOW)
    back = open_store(empty_db)
    with store.read() as old, back.read() as new:
        for table in (ImportBefore, ImportSource):
            query = table.__table__.select().order_by(table.id)
            assert old.execute(query).all() == new.execute(query).all()
    back.close()


def test_the_digest_is_of_rows_in_any_order_and_of_nothing_less() -> None:
    table = TableShape("t", (("id", "int"), ("content", "json")))

    def of(*rows: list[Any]) -> str:
        digest = RowsDigest(table)
        for row in rows:
            digest.add(row)
        return digest.hexdigest()

    one, other = [1, {"a": 1, "b": 2.0}], [2, None]
    assert of(one, other) == of(other, one) == of(other, [1, {"b": 2.0, "a": 1}])
    assert len({of(), of(one), of(one, one), of(one, one, one), of(other), of([1, {"a": 1, "b": 2.5}])}) == 6
    assert of([1, [-0.0]]) == of([1, [0.0]])
    assert snapshot.line(one) == b'[1,{"a":1,"b":2.0}]'
