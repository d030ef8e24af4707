"""Hostile files: every one is refused in words or made harmless, early, without anything left behind."""

from __future__ import annotations

import gzip
import io
import random
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from gridmap.config import Settings
from gridmap.errors import BadFile, BadInput, GridmapError, TooLarge
from gridmap.services.exchange import import_file, unpacking
from gridmap.services.files import limits
from gridmap.services.files.pictures import accept_picture
from gridmap.store import audit
from gridmap.store.engine import Store, open_store
from tests.postgres_databases import Databases
from tests.services import small_world
from tests.services.small_world import NOW

LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]>
<kml><Document><Placemark><name>&d;</name><Point><coordinates>114.96,30.17</coordinates></Point></Placemark>
</Document></kml>"""
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY a SYSTEM "file:///etc/hostname">]>
<kml><Document><Placemark><name>&a;</name><Point><coordinates>114.96,30.17</coordinates></Point></Placemark>
</Document></kml>"""


def packed(*members: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return out.getvalue()


def lying(archive: bytes, says_bytes: int) -> bytes:
    """An archive whose only member says that it is so small."""
    return archive.replace(struct.pack("<L", 4 << 20), struct.pack("<L", says_bytes))


def picture(form: str, size: tuple[int, int] = (40, 20), mode: str = "RGB", **how: object) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, (200, 30, 30) if mode == "RGB" else 0).save(out, form, **how)
    return out.getvalue()


ZEROS = bytes(4 << 20)
# name in the browser: content, which error
TABLES: dict[str, tuple[Callable[[], bytes], type[GridmapError]]] = {
    "program.csv": (lambda: b"\x7fELF\x02\x01\x01" + bytes(4000), BadFile),
    "program.xlsx": (lambda: b"MZ\x90\x00" + bytes(4000), BadFile),
    "page.csv": (lambda: b"<!DOCTYPE html><script>alert(1)</script>", BadFile),
    "report.csv": (lambda: b"%PDF-1.7\n1 0 obj", BadFile),
    "picture.csv": (lambda: picture("PNG"), BadFile),
    "old.xlsx": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4000), BadFile),
    "laughs.kml": (lambda: LAUGHS, BadFile),
    "reads.kml": (lambda: OUTSIDE, BadFile),
    "slip.zip": (lambda: packed(("../../etc/cron.d/x", b"a,b\n1,2\n")), BadFile),
    "rooted.zip": (lambda: packed(("/etc/passwd", b"a,b\n1,2\n")), BadFile),
    "drive.zip": (lambda: packed(("C:\\units.csv", b"a,b\n1,2\n")), BadFile),
    "empty.zip": (lambda: packed(), BadFile),
    "cut.zip": (lambda: packed(("units.csv", b"a,b\n1,2\n" * 900))[:-40], BadFile),
    "nested.zip": (lambda: packed(("inner.zip", packed(("units.csv", b"a,b\n1,2\n")))), BadFile),
    "many.zip": (lambda: packed(*((f"{n}.csv", b"") for n in range(limits.MEMBERS_LIMIT + 1))), TooLarge),
    "bomb.zip": (lambda: packed(("units.csv", ZEROS)), TooLarge),
    "lies.zip": (lambda: lying(packed(("units.csv", ZEROS)), 1000), BadInput),
    "bomb.csv.gz": (lambda: gzip.compress(b"code,name,lon,lat\n" + b"1,1,1,1\n" * (len(ZEROS) // 8)), TooLarge),
    "cut.csv.gz": (lambda: gzip.compress(random.Random(1).randbytes(20_000).hex().encode())[:-9000], BadInput),
    "bomb.xlsx": (lambda: packed(("xl/workbook.xml", b"<workbook/>"), ("xl/media/a.png", ZEROS)), TooLarge),
}


def newest_entry(store: Store) -> int:
    with store.read() as session:
        return audit.head(session)[0]


@pytest.fixture(scope="module")
def world(
    template_db: str, tmp_path_factory: pytest.TempPathFactory, databases: Databases | None
) -> Iterator[tuple[Store, Settings]]:
    """One project for all files: none of them changes it."""
    with small_world.standing(template_db, tmp_path_factory.mktemp("world"), databases) as settings:
        store = open_store(settings.db)
        yield store, settings
        store.close()


@pytest.mark.parametrize("name", TABLES)
def test_a_hostile_table_is_refused_with_a_cure_and_stores_nothing(
    name: str, world: tuple[Store, Settings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "RATIO_FROM_BYTES", 1 << 20)  # a bomb need not be large to be one
    store, settings = world
    make, kind = TABLES[name]
    folder = tmp_path / "handed-in"
    folder.mkdir()
    (folder / name).write_bytes(make())
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    known = newest_entry(store)
    with pytest.raises(kind) as refused:
        import_file(store, settings, "units", folder / name, actor="local", now=NOW)
    assert isinstance(refused.value, BadInput | TooLarge)
    assert refused.value.hint
    assert "Traceback" not in str(refused.value) and "hostname" not in str(refused.value)
    assert list(folder.iterdir()) == [folder / name]
    assert list(scratch.iterdir()) == []
    assert newest_entry(store) == known


def header_only(width_px: int, height_px: int) -> bytes:
    """A PNG that says how large it is and holds nearly nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))

    head = struct.pack(">LLBBBBB", width_px, height_px, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(99))) + chunk(b"IEND", b"")


def text_bomb() -> bytes:
    told = PngImagePlugin.PngInfo()
    told.add_text("note", "a" * (8 << 20), zip=True)
    return picture("PNG", pnginfo=told)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (lambda: b"", BadFile),
        (lambda: b"GIF89a" + bytes(100), BadFile),
        (lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', BadFile),
        (lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", BadFile),  # would start a program
        (lambda: picture("TIFF"), BadFile),
        (lambda: picture("BMP"), BadFile),
        (lambda: picture("JPEG", (400, 400))[:900], BadFile),
        (lambda: picture("PNG", (400, 400))[:60], BadFile),
        (lambda: picture("WEBP")[:30], BadFile),
        (lambda: b"\xff\xd8\xff\xe0" + bytes(5000), BadFile),
        (lambda: header_only(400, 0), BadFile),
        (lambda: header_only(400, 400), BadFile),
        (text_bomb, BadFile),
        (lambda: header_only(30_000, 30_000), TooLarge),
        (lambda: header_only(65_000, 65_000), TooLarge),
        (lambda: header_only(2_000_000_000, 2_000_000_000), TooLarge),
        (lambda: header_only(limits.PICTURE_LIMIT_PIXELS // 1000 + 1, 1000), TooLarge),
        (lambda: picture("PNG") + bytes(limits.PICTURE_LIMIT_BYTES), TooLarge),
    ],
)
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_what_is_no_picture_or_too_much_of_one_is_refused(data: Callable[[], bytes], kind: type[GridmapError]) -> None:
    with pytest.raises(kind) as refused:
        accept_picture(data())
    assert refused.value.hint


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize(("form", "kept"), [("JPEG", "JPEG"), ("PNG", "PNG"), ("WEBP", "JPEG")])
def test_only_the_pixels_are_kept(form: str, kept: str) -> None:
    exif = Image.Exif()
    exif[0x010F] = "maker-of-it"
    exif.get_ifd(0x8825)[2] = (30.0, 12.0, 1.0)  # where it was taken
    hidden = b"PK\x03\x04 <script>alert(1)</script>"
    data = picture(form, exif=exif, icc_profile=b"profile-of-it") + hidden
    assert b"maker-of-it" in data
    out = accept_picture(data)
    found = opened(out)
    assert (found.format, found.size, found.mode) == (kept, (40, 20), "RGB")
    assert dict(found.getexif()) == {} and "icc_profile" not in found.info and "exif" not in found.info
    for trace in (b"maker-of-it", b"profile-of-it", b"script", b"PK"):
        assert trace not in out
    red, green, blue = found.getpixel((20, 10))
    assert abs(red - 200) < 4 and abs(green - 30) < 4 and abs(blue - 30) < 4


def test_what_a_text_or_comment_says_is_gone() -> None:
    told = PngImagePlugin.PngInfo()
    told.add_text("note", "said-beside")
    assert b"said-beside" not in accept_picture(picture("PNG", pnginfo=told))
    assert b"said-beside" not in accept_picture(picture("JPEG", comment=b"said-beside"))


def test_a_picture_is_turned_upright_before_its_orientation_is_dropped() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees
    left_white = Image.new("RGB", (40, 20))
    left_white.paste((255, 255, 255), (0, 0, 20, 20))
    out = io.BytesIO()
    left_white.save(out, "JPEG", exif=exif)
    found = opened(accept_picture(out.getvalue()))
    assert found.size == (20, 40)
    assert found.getpixel((10, 5))[0] > 200 and found.getpixel((10, 35))[0] < 50  # white is on top


def test_what_shines_through_stays_and_large_ones_shrink() -> None:
    clear = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 255, 0)).save(clear, "WEBP", lossless=True, exact=True)
    found = opened(accept_picture(clear.getvalue()))
    assert (found.format, found.mode, found.getpixel((5, 5))) == ("PNG", "RGBA", (0, 0, 255, 0))
    large = opened(accept_picture(picture("JPEG", (8192, 400))))
    assert large.size == (limits.PICTURE_EDGE_PX, 200)


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "I;16", "RGBA"])
def test_every_mode_of_a_png_is_drawn(mode: str) -> None:
    out = io.BytesIO()
    Image.new(mode, (9, 9), 40_000 if mode == "I;16" else None).save(out, "PNG")
    found = opened(accept_picture(out.getvalue()))
    assert (found.format, found.size) == ("PNG", (9, 9))
    if mode == "I;16":
        assert found.getpixel((4, 4)) == 40_000 // 256


def test_of_an_animation_the_first_picture_is_kept() -> None:
    first, second = Image.new("RGB", (9, 9), (250, 0, 0)), Image.new("RGB", (9, 9), (0, 0, 250))
    out = io.BytesIO()
    first.save(out, "PNG", save_all=True, append_images=[second])
    found = opened(accept_picture(out.getvalue()))
    assert getattr(found, "n_frames", 1) == 1
    assert found.getpixel((4, 4)) == (250, 0, 0)
