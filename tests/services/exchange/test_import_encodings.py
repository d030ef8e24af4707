"""Texts tell how they are written; a file in two encodings is never read as if it were in one."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pytest

from gridmap.errors import BadFile, BadInput
from gridmap.services.exchange import encodings
from gridmap.services.exchange.encodings import detect
from gridmap.services.exchange.files import open_source
from gridmap.services.exchange.reading import ReadOptions, read_stream

UTF8, GBK = "编码,社区\n1,团城山\n".encode(), "编码,社区\n1,团城山\n".encode("gbk")


@pytest.mark.parametrize(
    ("content", "codec", "note"),
    [
        (UTF8, "utf-8-sig", "UTF-8."),
        (b"\xef\xbb\xbf" + UTF8, "utf-8-sig", "UTF-8 with a byte order mark"),
        (GBK, "gb18030", "GB18030 (GBK)"),
        ("编码,𠮷\n".encode("gb18030"), "gb18030", "GB18030"),  # a letter of four bytes
        ("编码\n1\n".encode("utf-16"), "utf-16", "UTF-16"),
        (b"code\n1\n", "utf-8-sig", None),
        ("name\nCafé\n".encode(), "utf-8-sig", "UTF-8."),
    ],
)
def test_what_a_text_is_written_in(content: bytes, codec: str, note: str | None) -> None:
    found = detect(io.BytesIO(content), "in.csv")
    assert found.codec == codec
    assert (note is None) is (found.note is None)
    assert note is None or note in (found.note or "")
    assert content.decode(codec)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (UTF8 + "2,杭州\n".encode("gbk"), "UTF-8 in line 1, another in line 3"),
        (GBK + "2,杭州路\n".encode(), "UTF-8 in line 3, another in line 1"),
        (b"\xef\xbb\xbf" + b"a,b\n" + "1,杭州\n".encode("gbk"), "UTF-8 by its byte order mark, another in line 2"),
        (b"a,b\n" * 300_000 + UTF8 + GBK, "UTF-8 in line 300,001, another in line 300,003"),  # in different blocks
        (GBK * 100_000 + "网格员".encode(), "UTF-8 in line 200,001, another in line 1"),
        (b"a\n1,caf\xe9,\n", r"neither UTF-8 nor GB18030 text \(line 2\)"),
        ("编码\n".encode("utf-16")[:-1], "not utf-16 throughout"),
    ],
)
def test_mixed_and_broken_texts_are_refused_with_their_lines(content: bytes, says: str) -> None:
    with pytest.raises(BadFile, match=says) as caught:
        detect(io.BytesIO(content), "in.csv")
    assert "UTF-8" in caught.value.hint


def test_every_letter_of_gb2312_in_any_order_is_gb18030() -> None:
    """What looks like UTF-8 by accident must not make a sound file a mixed one."""
    letters = [
        bytes([high, low]) for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF) if (high, low) < (0xD7, 0xFA)
    ]
    dice = random.Random(7)
    lines = [b",".join(b"".join(dice.choices(letters, k=dice.randint(1, 9))) for _ in range(4)) for _ in range(20_000)]
    assert detect(io.BytesIO(b"\n".join(lines)), "in.csv").codec == "gb18030"


def test_what_a_person_tells_is_checked() -> None:
    assert detect(io.BytesIO(b"a\n1,caf\xe9,\n"), "in.csv", "latin-1").codec == "iso8859-1"
    assert detect(io.BytesIO(GBK), "in.csv", "GBK").codec == "gb18030"
    with pytest.raises(BadFile, match="not gb18030 throughout"):
        detect(io.BytesIO(UTF8), "in.csv", "gb2312")
    with pytest.raises(BadInput, match="no encoding 'klingon'"):
        detect(io.BytesIO(UTF8), "in.csv", "klingon")


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_table_is_the_same_in_every_encoding(tmp_path: Path, codec: str) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes("编码,社区\n1,团城山\n2,磁湖\n".encode(codec))
    table = read_stream(open_source(path), ReadOptions()).first
    assert table.columns["社区"].tolist() == ["团城山", "磁湖"]
    assert any("Text is" in note for note in table.notes)


def test_a_line_that_crosses_blocks_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encodings, "BLOCK_BYTES", 5)  # within a letter of three bytes
    assert detect(io.BytesIO(UTF8), "in.csv").codec == "utf-8-sig"
    with pytest.raises(BadFile, match="UTF-8 in line 1, another in line 3"):
        detect(io.BytesIO(UTF8 + "2,杭州\n".encode("gbk")), "in.csv")


@pytest.mark.parametrize("codec", ["gb18030", "utf-16"])
def test_geojson_in_another_encoding_is_read_and_told(tmp_path: Path, codec: str) -> None:
    point = '{"type":"Feature","properties":{"name":"团城山"},"geometry":{"type":"Point","coordinates":[115,30]}}'
    path = tmp_path / "in.geojson"
    path.write_bytes(f'{{"type":"FeatureCollection","features":[{point}]}}'.encode(codec))
    table = read_stream(open_source(path), ReadOptions()).first
    assert table.columns["name"].tolist() == ["团城山"]
    (note,) = table.notes
    assert note.startswith({"gb18030": "Text is GB18030 (GBK).", "utf-16": "Text is UTF-16."}[codec])
    assert "must be UTF-8" in note
    path.write_bytes(path.read_bytes()[:60] + b"\xff\xff" + path.read_bytes()[60:])
    with pytest.raises(BadFile) as caught:
        read_stream(open_source(path), ReadOptions())
    assert caught.value.hint
