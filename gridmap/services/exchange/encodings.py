"""How a text is written: UTF-8, GB18030 (with it GBK and GB2312) or UTF-16; a file that mixes two is refused.

UTF-8 is strict enough to prove itself. GB18030 is not: most UTF-8 is also some GB18030 text. So a file is GB18030 only
if it is all valid as such and nowhere in it stands a run of UTF-8 that would be strange in GB18030.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from gridmap.errors import BadFile, BadInput
from gridmap.services.files.limits import LINE_LIMIT_BYTES

BLOCK_BYTES = 1 << 20
BOM_8, BOM_16 = codecs.BOM_UTF8, (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
CURE = "Save the whole file as UTF-8: in a spreadsheet choose 'CSV UTF-8', or iconv -f GB18030 -t UTF-8 IN > OUT."

# Han characters and full-width signs in UTF-8, from one ASCII sign to the next
_HAN_IN_UTF8 = re.compile(rb"(?<![\x80-\xff])(?:[\xe3-\xe9][\x80-\xbf]{2}|\xef[\xbc\xbd][\x80-\xbf])+(?![\x80-\xff])")

Where = Callable[[int], str]  # line number -> how it is told


@dataclass(frozen=True, slots=True)
class Encoding:
    """`codec` as Python knows it; `note` tells a person, None where the text is plain ASCII and nothing is to tell."""

    codec: str
    note: str | None


@dataclass(slots=True)
class _Findings:
    """What was seen so far: the first line that is no UTF-8, and the first that is UTF-8 and hardly GB18030."""

    other: int | None = None
    han: int | None = None
    is_ascii: bool = True


def detect(stream: BinaryIO, name: str, told: str | None = None, where: Where | None = None) -> Encoding:
    """The encoding of a whole stream, read once in blocks. `told`: what a person says it is; then it is only checked.

    `where` words a line number (from 1); the default is "line n". Raises BadFile where two encodings are mixed or a
    line is in neither, BadInput for an encoding that does not exist.
    """
    where = where or "line {:,}".format
    head = stream.read(4)
    if told is not None:
        return _checked(stream, head, name, _codec(told), f"Text is read as {told}, as told.", where)
    if head.startswith(BOM_16):
        return _checked(stream, head, name, "utf-16", "Text is UTF-16.", where)
    has_bom = head.startswith(BOM_8)
    found = _search(stream, head.removeprefix(BOM_8), name, where)
    if found.other is None:
        note = "Text is UTF-8 with a byte order mark." if has_bom else None if found.is_ascii else "Text is UTF-8."
        return Encoding("utf-8-sig", note)
    if has_bom or found.han is not None:
        utf8 = "UTF-8 by its byte order mark" if has_bom else f"UTF-8 in {where(found.han or 1)}"
        raise BadFile(f"{name} mixes encodings: {utf8}, another in {where(found.other)}.", CURE)
    return Encoding("gb18030", "Text is GB18030 (GBK).")


def is_utf8(content: bytes) -> bool:
    """Whether all of a text is valid UTF-8."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _search(stream: BinaryIO, head: bytes, name: str, where: Where) -> _Findings:
    found, line = _Findings(), 1
    for block in _blocks(stream, head):
        if not block.isascii():
            found.is_ascii = False
            _look(block, line, found, name, where)
        line += block.count(b"\n")
    return found


def _look(block: bytes, line: int, found: _Findings, name: str, where: Where) -> None:
    """Take in what one block of whole lines tells."""
    if found.other is None:
        try:
            block.decode("utf-8")
        except UnicodeDecodeError as error:
            found.other = line + block.count(b"\n", 0, error.start)
    if found.han is None:
        start = _strange_in_gb18030(block)
        found.han = None if start is None else line + block.count(b"\n", 0, start)
    if found.other is not None and found.han is None:
        try:
            block.decode("gb18030")
        except UnicodeDecodeError as error:
            place = where(line + block.count(b"\n", 0, error.start))
            hint = f"{CURE} If it is in another encoding, name it: --encoding latin-1."
            raise BadFile(f"{name} is neither UTF-8 nor GB18030 text ({place}).", hint) from None


def _strange_in_gb18030(block: bytes) -> int | None:
    """Where Han characters in UTF-8 stand that are not plain GB2312 as well; None if nowhere."""
    for match in _HAN_IN_UTF8.finditer(block):
        try:
            match[0].decode("gb2312")
        except UnicodeDecodeError:
            return match.start()
    return None


def _checked(stream: BinaryIO, head: bytes, name: str, codec: str, note: str, where: Where) -> Encoding:
    """The codec, if all of the stream is valid in it."""
    decoder, line = codecs.getincrementaldecoder(codec)(), 1
    try:
        for block in _blocks(stream, head):
            line += decoder.decode(block).count("\n")
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise BadFile(
            f"{name} is not {codec} throughout ({where(line)} or soon after): {error.reason}.", CURE
        ) from None
    return Encoding(codec, note)


def _blocks(stream: BinaryIO, head: bytes) -> Iterator[bytes]:
    """Blocks that end with a line, unless a line is beyond all measure."""
    while block := head + stream.read(BLOCK_BYTES):
        yield block + stream.readline(LINE_LIMIT_BYTES)
        head = b""


def _codec(told: str) -> str:
    try:
        name = codecs.lookup(told).name
    except LookupError:
        raise BadInput(f"There is no encoding '{told}'.", "Use UTF-8, GB18030, UTF-16, Big5 or latin-1.") from None
    if name in ("gb2312", "gbk"):
        return "gb18030"  # what is called GBK often holds signs beyond it
    return "utf-8-sig" if name == "utf-8" else name
