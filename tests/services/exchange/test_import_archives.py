"""ZIP files: one data file or the one named, whatever its letters; traps are refused."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

import pytest

from gridmap.errors import BadFile, TooLarge
from gridmap.services.exchange import unpacking
from gridmap.services.exchange.files import open_source
from gridmap.services.exchange.reading import ReadOptions, read_stream
from gridmap.services.exchange.table import Table

CSV = "编码,名称\n1,甲\n".encode()


def archive_of(folder: Path, files: dict[str, bytes], name: str = "in.zip") -> Path:
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in files.items():
            archive.writestr(member, content)
    return path


def whole(path: Path, layer: str | None = None) -> Table:
    return read_stream(open_source(path), ReadOptions(layer=layer)).first


def test_the_one_data_file_needs_no_name(tmp_path: Path) -> None:
    clutter = {"readme.txt": b"a, b", "__MACOSX/._a.csv": b"x", "d/.DS_Store": b"x", "~$a.csv": b"x"}
    table = whole(archive_of(tmp_path, {"数据/a.csv": CSV, **clutter}))
    assert table.columns["名称"].tolist() == ["甲"]
    assert "Read from the archive: 数据/a.csv." in table.notes


def test_of_several_one_is_named(tmp_path: Path) -> None:
    path = archive_of(tmp_path, {"x/a.csv": CSV, "b.csv": "编码\n2\n".encode("gbk")})
    with pytest.raises(BadFile, match=r"holds 2 data files: x/a\.csv, b\.csv") as caught:
        whole(path)
    assert "--layer" in caught.value.hint
    assert [whole(path, name).columns["编码"][0] for name in ("a", "x/a.csv", "b.csv")] == ["1", "1", "2"]
    with pytest.raises(BadFile, match="holds no file 'c'") as caught:
        whole(path, "c")
    assert "x/a.csv, b.csv" in caught.value.hint


def test_a_name_in_gbk_is_read_as_it_was_meant(tmp_path: Path) -> None:
    path = archive_of(tmp_path, {"wangge.csv": CSV})
    gbk = "网格表a".encode("gbk")[:6] + b".csv"
    assert len(gbk) == len(b"wangge.csv")
    path.write_bytes(path.read_bytes().replace(b"wangge.csv", gbk))  # as Windows writes it: no mark for UTF-8
    assert "Read from the archive: 网格表.csv." in whole(path).notes


@pytest.mark.parametrize("name", ["../a.csv", "/etc/a.csv", "x/../../a.csv", "C:\\a.csv", "..\\a.csv"])
def test_names_that_lead_outside_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadFile, match="leads outside the archive"):
        whole(archive_of(tmp_path, {name: CSV}))
    assert list(tmp_path.parent.glob("a.csv")) == []


def test_encrypted_truncated_empty_and_nested(tmp_path: Path) -> None:
    path = archive_of(tmp_path, {"a.csv": CSV * 100})
    sound = path.read_bytes()
    path.write_bytes(sound[: len(sound) // 2])
    with pytest.raises(BadFile, match="damaged or cut short: the list of its files, which ends it, cannot be read"):
        whole(path)
    place = sound.index(b"PK\x01\x02") + 8
    locked = sound[:place] + struct.pack("<H", 1) + sound[place + 2 :]
    path.write_bytes(locked)
    with pytest.raises(BadFile, match="encrypted"):
        whole(path)
    spoilt = bytearray(sound)
    spoilt[45] ^= 0xFF  # within the packed content
    path.write_bytes(spoilt)
    with pytest.raises(BadFile, match="damaged"):
        whole(path)
    with pytest.raises(BadFile, match="has no files in it"):
        whole(archive_of(tmp_path, {}))
    with pytest.raises(BadFile, match="another archive"):
        whole(archive_of(tmp_path, {"b.zip": sound}))
    with pytest.raises(BadFile, match="no data file"):
        whole(archive_of(tmp_path, {"b.pdf": b"%PDF"}))
    with pytest.raises(BadFile, match="is empty"):
        whole(archive_of(tmp_path, {"b.csv": b""}))


def test_a_bomb_is_stopped_while_unpacking(tmp_path: Path) -> None:
    bomb = b"a,b\n" + b"1,1\n" * (unpacking.RATIO_FROM_BYTES // 3)
    with pytest.raises(TooLarge, match="more than 200 times its size"):
        whole(archive_of(tmp_path, {"a.csv": bomb}))


def test_a_bomb_that_says_its_size_is_not_even_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = archive_of(tmp_path, {"a.csv": bytes(unpacking.RATIO_FROM_BYTES + 1)})
    monkeypatch.setattr(zipfile.ZipExtFile, "read", lambda *_: pytest.fail("was unpacked"))
    (member,) = [unpacking.Member(info.filename, info) for info in zipfile.ZipFile(path).infolist()]
    with (
        pytest.raises(TooLarge, match="more than 200 times its size") as caught,
        unpacking.opened(path, member, 1 << 20),
    ):
        pass
    assert "Split" not in caught.value.hint


def test_sizes_that_lie_are_found_out(tmp_path: Path) -> None:
    """A member that says it is small, and is not, is not read to its true end."""
    path = archive_of(tmp_path, {"a.csv": b"a,b\n" + b"1,1\n" * 100_000})
    content = path.read_bytes()
    place = content.index(b"PK\x01\x02") + 24
    path.write_bytes(content[:place] + struct.pack("<I", 20) + content[place + 4 :])
    with pytest.raises(BadFile, match="damaged"):
        whole(path)


def test_all_of_an_archive_is_limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "MEMBERS_LIMIT", 2)
    with pytest.raises(TooLarge, match="more than 2 files"):
        whole(archive_of(tmp_path, {f"{i}.csv": CSV for i in range(3)}))
