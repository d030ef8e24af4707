"""Ways of an OpenStreetMap extract whose nodes are not all in it: GDAL drops or shortens them and tells nobody.

XML and PBF (wiki.openstreetmap.org/wiki/PBF_Format) are walked through twice, for the ways and then for the nodes, so
that only the nodes of the ways in question are ever kept.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

from gridmap.services.exchange.files import Format

BLOB_LIMIT_BYTES = 32 << 20  # of the format itself
NODES_AT_ONCE = 50_000
VARINT, BYTES = 0, 2
FIXED_BYTES = {1: 8, 5: 4}  # wire types of protocol buffers that have a length of their own

Ids = NDArray[np.int64]
Tags = Mapping[str, str]
UNREADABLE = (IndexError, KeyError, ValueError, struct.error, zlib.error, ElementTree.ParseError)


@dataclass(frozen=True, slots=True)
class Gaps:
    """How many ways have too few nodes in the file to be drawn (`lost`), and how many go on beyond it (`cut`)."""

    lost: int
    cut: int

    @property
    def note(self) -> str:
        """What a person is told; empty where every way is whole."""
        told = []
        if self.lost:
            told.append(f"{self.lost:,} ways lie outside the extract but for one node or less: they are not read.")
        if self.cut:
            told.append(f"{self.cut:,} ways lie partly outside the extract: they end where its nodes end.")
        return " ".join(told)


def find_gaps(path: Path, form: Format, is_wanted: Callable[[Tags], bool]) -> Gaps | None:
    """Count the wanted ways that lack nodes; None for a file packed in a way that only GDAL unpacks."""
    walk = _pbf if form is Format.OSM_PBF else _xml
    try:
        refs = [nodes for nodes in walk(path, is_wanted) if len(nodes)]
        if not refs:
            return Gaps(0, 0)
        ids, place = np.unique(np.concatenate(refs), return_inverse=True)
        is_here = np.zeros(len(ids), bool)
        for nodes in walk(path, None):
            index = np.minimum(np.searchsorted(ids, nodes), len(ids) - 1)
            is_here[index[ids[index] == nodes]] = True
    except UNREADABLE:
        return None
    sizes = np.array([len(nodes) for nodes in refs])
    here = np.add.reduceat(is_here[place].astype(np.int64), np.cumsum(sizes) - sizes)
    is_lost = (here < 2) & (sizes >= 2)
    return Gaps(int((is_lost & (here < sizes)).sum()), int((~is_lost & (here < sizes)).sum()))


def _xml(path: Path, is_wanted: Callable[[Tags], bool] | None) -> Iterator[Ids]:
    """The node ids of every wanted way, each way's by themselves; without a wish, the ids of all nodes."""
    root: ElementTree.Element | None = None
    nodes: list[int] = []
    for event, element in ElementTree.iterparse(path, ("start", "end")):  # noqa: S314  # expat stops entity bombs
        if root is None:
            root = element
        if event == "start" or element.tag not in ("node", "way", "relation"):
            continue
        if element.tag == "node" and is_wanted is None:
            nodes.append(int(element.attrib["id"]))
            if len(nodes) == NODES_AT_ONCE:
                yield np.array(nodes)
                nodes.clear()
        elif element.tag == "way" and is_wanted is not None and is_wanted(_tags(element)):
            yield np.array([int(node.attrib["ref"]) for node in element.iter("nd")], np.int64)
        root.clear()
    yield np.array(nodes, np.int64)


def _tags(way: ElementTree.Element) -> Tags:
    return {tag.attrib["k"]: tag.attrib["v"] for tag in way.iter("tag")}


def _pbf(path: Path, is_wanted: Callable[[Tags], bool] | None) -> Iterator[Ids]:
    """As `_xml`, block by block."""
    for block in _blocks(path):
        fields = list(_fields(block))
        groups = [value for number, value in fields if number == 2 and isinstance(value, bytes)]
        if is_wanted is None:
            for group in groups:
                yield from _nodes(group)
            continue
        table = next((value for number, value in fields if number == 1 and isinstance(value, bytes)), b"")
        strings = [value.decode() for _, value in _fields(table) if isinstance(value, bytes)]
        for group in groups:
            for way in _parts(group, 3):
                parts = dict(_fields(way))
                keys, values = (_varints(parts.get(number, b"")).tolist() for number in (2, 3))
                if is_wanted({strings[key]: strings[value] for key, value in zip(keys, values, strict=True)}):
                    yield np.cumsum(_signed(_varints(parts.get(8, b""))))


def _nodes(group: bytes) -> Iterator[Ids]:
    for dense in _parts(group, 2):
        for ids in _parts(dense, 1):
            yield np.cumsum(_signed(_varints(ids)))
    single = [value for node in _parts(group, 1) for number, value in _fields(node) if number == 1]
    yield _signed(np.array(single, np.uint64))


def _blocks(path: Path) -> Iterator[bytes]:
    """The unpacked data blocks of a PBF file. Raises ValueError for one that is packed otherwise than by zlib."""
    with path.open("rb") as file:
        while size := file.read(4):
            header = dict(_fields(file.read(struct.unpack(">I", size)[0])))
            length = header[3]
            if not isinstance(length, int) or length > BLOB_LIMIT_BYTES:
                raise ValueError(length)
            blob = dict(_fields(file.read(length)))
            if header[1] != b"OSMData":
                continue
            plain, packed = blob.get(1), blob.get(3)
            if isinstance(plain, bytes):
                yield plain
            elif isinstance(packed, bytes):
                yield zlib.decompressobj().decompress(packed, BLOB_LIMIT_BYTES)
            else:
                raise ValueError(sorted(blob))


def _parts(message: bytes, number: int) -> Iterator[bytes]:
    return (value for found, value in _fields(message) if found == number and isinstance(value, bytes))


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The fields of a protocol buffer: number, and a whole number or bytes."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        kind = key & 7
        if kind == VARINT:
            value, at = _varint(message, at)
            yield key >> 3, value
            continue
        length, at = _varint(message, at) if kind == BYTES else (FIXED_BYTES[kind], at)
        yield key >> 3, message[at : at + length]
        at += length


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7


def _varints(packed: int | bytes) -> NDArray[np.uint64]:
    """Packed numbers of seven bits a byte, the last byte of each below 128."""
    octets = np.frombuffer(packed if isinstance(packed, bytes) else b"", np.uint8)
    ends = np.flatnonzero(octets < 128) + 1
    if not len(ends):
        return np.empty(0, np.uint64)
    starts = np.concatenate([[0], ends[:-1]])
    octets = octets[: ends[-1]]
    shifts = 7 * (np.arange(len(octets)) - np.repeat(starts, ends - starts))
    found: NDArray[np.uint64] = np.add.reduceat((octets & 127).astype(np.uint64) << shifts.astype(np.uint64), starts)
    return found


def _signed(numbers: NDArray[np.uint64]) -> Ids:
    """Zigzag: 0, 1, 2, 3 are 0, -1, 1, -2."""
    return (numbers >> np.uint64(1)).astype(np.int64) ^ -(numbers & np.uint64(1)).astype(np.int64)
