"""Reading XML as people's devices and programs write it: piece by piece, prefixes not asked for their meaning.

Expat without namespaces takes files whose prefixes were never declared; names are compared without prefix.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO
from xml.parsers import expat

from gridmap.errors import BadFile

BLOCK_BYTES = 1 << 16
_GB = re.compile(rb"""^(<\?xml[^>]*encoding\s*=\s*["'])(gb2312|gbk|gb18030)(["'])""", re.IGNORECASE)


@dataclass(slots=True)
class Element:
    """One element: name and attributes without prefixes, text before its first child, children that were kept."""

    name: str
    attributes: dict[str, str]
    parent: Element | None
    text: str = ""
    children: list[Element] = field(default_factory=list)
    has_begun: bool = False  # a child has begun, so its text has ended

    def child(self, name: str) -> Element | None:
        return next((child for child in self.children if child.name == name), None)

    def text_at(self, *names: str) -> str | None:
        """The text of the descendant at a path of names, without outer space; None where there is none."""
        found: Element | None = self
        for name in names:
            found = found and found.child(name)
        return (found.text.strip() or None) if found else None

    def walk(self) -> Iterator[Element]:
        """All descendants, itself first."""
        yield self
        for child in self.children:
            yield from child.walk()


def elements(stream: BinaryIO, names: frozenset[str], file_name: str) -> Iterator[Element]:
    """Every element called one of `names` when it ends, with all in it; afterwards it is forgotten by its parent.

    Raises BadFile: not well-formed (with the line), or with entities of its own, which can blow up.
    """
    reader = _Reader(names, file_name)
    block = stream.read(BLOCK_BYTES).lstrip()
    recode = None if (match := _GB.match(block)) is None else _Recoder()
    if match is not None:
        block = block[: match.start(2)] + b"UTF-8" + block[match.end(2) :]
    try:
        while block:
            reader.parser.Parse(recode.to_utf8(block) if recode else block)
            yield from reader.taken()
            block = stream.read(BLOCK_BYTES)
        reader.parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise BadFile(f"{file_name} is no whole XML: {error}.", "Export it again.") from None
    except UnicodeDecodeError:
        raise BadFile(f"{file_name} says GB2312 of itself, but is in another encoding.", "Save it as UTF-8.") from None
    yield from reader.taken()


class _Recoder:
    """GB18030 to UTF-8; expat knows no encodings of several bytes but Unicode's."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("gb18030")()

    def to_utf8(self, block: bytes) -> bytes:
        return self._decoder.decode(block).encode()


class _Reader:
    """Builds elements from expat's events and hands out those asked for."""

    def __init__(self, names: frozenset[str], file_name: str) -> None:
        self._names, self._file_name = names, file_name
        self._open: Element | None = None
        self._finished: list[Element] = []
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.EntityDeclHandler = self._entity

    def taken(self) -> list[Element]:
        finished, self._finished = self._finished, []
        return finished

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        bare = {_bare(key): value for key, value in attributes.items()}
        self._open = Element(_bare(name), bare, self._open)
        if self._open.parent is not None:
            self._open.parent.children.append(self._open)
            self._open.parent.has_begun = True

    def _end(self, _: str) -> None:
        element = self._open
        if element is None:
            return
        self._open = element.parent
        if element.name in self._names:
            self._finished.append(element)
            if element.parent is not None:
                element.parent.children.pop()

    def _text(self, text: str) -> None:
        if self._open is not None and not self._open.has_begun:
            self._open.text += text

    def _entity(self, *_: object) -> None:
        raise BadFile(
            f"{self._file_name} declares entities of its own.", "Ask for it without; such files can be traps."
        )


def _bare(name: str) -> str:
    return name.rpartition(":")[2]
