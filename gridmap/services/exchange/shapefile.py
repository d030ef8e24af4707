"""Reading Shapefiles: the encoding of their tables is found out, names cut at 10 bytes are marked as such.

GDAL would recode as the file says, which is often nothing or wrong. So it hands over the bytes as they stand (as
Latin-1, where every byte is a letter), and they are read here.
"""

from __future__ import annotations

import codecs
import io
import struct
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from gridmap.errors import BadFile
from gridmap.services.exchange.archive import on_disk
from gridmap.services.exchange.encodings import Encoding, detect
from gridmap.services.exchange.files import Source, parts_of
from gridmap.services.exchange.stream import ReadOptions
from gridmap.services.exchange.table import Objects, Table, object_array
from gridmap.services.exchange.vector import renamed, table_of

AS_IT_STANDS = "ISO-8859-1"
NAME_BYTES = 10  # dBASE III keeps no more of a column's name
ONE_LETTER_BYTES = 4  # the longest of the encodings at hand
LETTER_BYTES = {"utf-8": 3, "gb18030": 2}  # of a usual Chinese one


def read_shapefile(source: Source, options: ReadOptions) -> Table:
    """The rows of a Shapefile. Raises BadFile: a part is missing, damaged, encodings that are mixed (with the row)."""
    with on_disk(source) as path:
        parts = parts_of(path)
        _check_whole(parts, source.name)
        said = parts[".cpg"].read_text("ascii", "replace").strip() if ".cpg" in parts else ""
        raw = table_of(source, path, encoding=AS_IT_STANDS)
    encoding = _encoding(raw, source.name, options.encoding, said)
    codec = encoding.codec.removesuffix("-sig")
    names: dict[str, str] = {}
    cut: set[str] = set()
    for heading in raw.headings:
        stored = heading.encode(AS_IT_STANDS)
        name = _readable_part(stored, codec)
        if name in names.values():
            name = f"{name} {len(names) + 1}"
        names[heading] = name
        lacking = 1 if stored.isascii() else LETTER_BYTES.get(codec, 2)  # a whole letter more had no room
        if len(stored) > NAME_BYTES - lacking:
            cut.add(name)
    columns = {heading: _decoded(cells, codec) for heading, cells in raw.columns.items()}
    notes = [*raw.notes, *([encoding.note] if encoding.note else [])]
    if cut:
        notes.append(
            f"A Shapefile cuts headings at {NAME_BYTES} bytes; these may have been longer: {_listed(cut, names)}."
        )
    return renamed(replace(raw, columns=columns, cut=frozenset(cut), notes=notes), names)


def _check_whole(parts: Mapping[str, Path], name: str) -> None:
    """Raises BadFile when a part is cut short or two do not belong together; GDAL would read gaps instead."""
    with parts[".shp"].open("rb") as shapes, parts[".dbf"].open("rb") as table:
        shape_bytes = 2 * int.from_bytes(shapes.read(28)[24:], "big")
        head = table.read(12)
    rows, head_bytes, row_bytes = struct.unpack("<4xIHH", head) if len(head) == 12 else (0, 0, 0)
    for part, bytes_ in ((".shp", shape_bytes), (".dbf", head_bytes + rows * row_bytes)):
        if parts[part].stat().st_size < max(bytes_, 32):
            raise BadFile(f"{name}: its {part} is cut short.", "Copy or export it again, all parts of it.")
    shapes_listed = (parts[".shx"].stat().st_size - 100) // 8
    if shapes_listed != rows:
        raise BadFile(
            f"{name} has {shapes_listed:,} shapes, but {rows:,} rows in its table.",
            "Copy or export it again, all parts of it at once.",
        )


def _encoding(raw: Table, name: str, told: str | None, said: str) -> Encoding:
    """What the person tells, else what the .cpg says if the text agrees, else what the text itself shows."""
    text = _text_of_rows(raw)

    def where(line: int) -> str:
        return f"row {line - 1:,}" if line > 1 else "the headings"

    if told is None and (codec := _codec_of(said)) and _agrees(text, codec):
        return Encoding(codec, f"Text is {said}, as the file says." if not text.isascii() else None)
    found = detect(io.BytesIO(text), name, told, where)
    if said and told is None and found.note:
        return replace(found, note=f"{found.note.rstrip('.')}; the file says {said}, which does not fit.")
    return found


def _text_of_rows(raw: Table) -> bytes:
    """The headings as one line, then every row as one line, in the bytes they are stored in."""
    texts = [cells.tolist() for cells in raw.columns.values() if any(isinstance(cell, str) for cell in cells)]
    lines = [",".join(_whole_letters(heading.encode(AS_IT_STANDS)).decode(AS_IT_STANDS) for heading in raw.headings)]
    lines += [",".join(cell.replace("\n", " ") for cell in row if cell) for row in zip(*texts, strict=True)]
    return "\n".join(lines).encode(AS_IT_STANDS)


def _codec_of(said: str) -> str | None:
    """The codec a .cpg names: UTF-8, 936, CP936, GBK, ANSI 936; None for what is not known."""
    bare = said.upper().removeprefix("ANSI").strip().removeprefix("CP").strip()
    if bare in ("936", "GBK", "GB2312", "GB18030", "54936"):
        return "gb18030"
    if bare in ("65001", "UTF8"):
        return "utf-8"
    try:
        return codecs.lookup(said).name if said else None
    except LookupError:
        return None


def _agrees(text: bytes, codec: str) -> bool:
    """Whether the text can be what the .cpg says: valid in it, and no UTF-8 or plain Chinese under another name."""
    try:
        text.decode(codec)
        if codec != "utf-8" and not text.isascii() and detect(io.BytesIO(text), "").codec.startswith("utf-8"):
            return False
    except (UnicodeDecodeError, BadFile):
        return False
    return codec in ("utf-8", "gb18030") or text.isascii() or not _is_valid(text, "gb2312")


def _whole_letters(stored: bytes) -> bytes:
    """A name of 10 bytes or fewer without the letter that was cut through the middle, in the encoding it fits."""
    for codec in ("utf-8", "gb18030"):
        for length in range(len(stored), max(len(stored) - ONE_LETTER_BYTES, 0), -1):
            if _is_valid(stored[:length], codec):
                return stored[:length]
    return stored


def _is_valid(text: bytes, codec: str) -> bool:
    try:
        text.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


def _readable_part(stored: bytes, codec: str) -> str:
    """A name without the letter that was cut through the middle. Raises BadFile when it is no text at all."""
    for length in range(len(stored), max(len(stored) - ONE_LETTER_BYTES, 0), -1):
        if _is_valid(stored[:length], codec):
            return stored[:length].decode(codec)
    raise BadFile(f"A heading of the Shapefile is no {codec} text: {stored!r}.", "Name the encoding: --encoding GBK.")


def _decoded(cells: Objects, codec: str) -> Objects:
    return object_array([c.encode(AS_IT_STANDS).decode(codec) if isinstance(c, str) else c for c in cells.tolist()])


def _listed(cut: set[str], names: dict[str, str]) -> str:
    return ", ".join(name for name in names.values() if name in cut)
