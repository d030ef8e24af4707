"""A few streets, houses and waters as OpenStreetMap gives them: as XML, and the same packed as PBF.

GDAL reads PBF and does not write it, so `as_pbf` does: a header and one block of dense nodes, ways and relations
(wiki.openstreetmap.org/wiki/PBF_Format), in the wire format of protocol buffers.
"""

from __future__ import annotations

import struct
import zlib
from xml.etree import ElementTree

XML = """<?xml version="1.0" encoding="UTF-8"?>
<osm version="0.6" generator="by hand">
  <node id="1" version="1" lat="30.10" lon="114.90"/><node id="2" version="1" lat="30.10" lon="114.91"/>
  <node id="3" version="1" lat="30.11" lon="114.91"/><node id="4" version="1" lat="30.11" lon="114.90"/>
  <node id="5" version="1" lat="30.105" lon="114.905">
    <tag k="amenity" v="school"/><tag k="name" v="团城山小学"/><tag k="wheelchair" v="yes"/>
  </node>
  <node id="6" version="1" lat="30.106" lon="114.905"><tag k="amenity" v="bench"/></node>
  <node id="7" version="1" lat="30.107" lon="114.905"><tag k="amenity" v="hospital"/></node>
  <way id="10" version="1"><nd ref="1"/><nd ref="2"/>
    <tag k="highway" v="primary"/><tag k="name" v="杭州西路"/><tag k="lanes" v="4"/></way>
  <way id="11" version="1"><nd ref="2"/><nd ref="3"/><tag k="highway" v="construction"/></way>
  <way id="12" version="1"><nd ref="1"/><nd ref="2"/><nd ref="3"/><nd ref="4"/><nd ref="1"/>
    <tag k="building" v="apartments"/><tag k="addr:street" v="杭州西路"/><tag k="addr:housenumber" v="8号"/>
    <tag k="building:levels" v="6"/></way>
  <way id="13" version="1"><nd ref="3"/><nd ref="4"/><tag k="waterway" v="river"/><tag k="name" v="磁湖港"/></way>
  <way id="14" version="1"><nd ref="1"/><nd ref="4"/><tag k="railway" v="rail"/></way>
  <way id="15" version="1"><nd ref="1"/><nd ref="3"/><tag k="railway" v="rail"/><tag k="tunnel" v="yes"/></way>
  <way id="16" version="1"><nd ref="1"/><nd ref="2"/><nd ref="3"/><nd ref="1"/>
    <tag k="leisure" v="park"/><tag k="name" v="青龙山公园"/></way>
  <way id="17" version="1"><nd ref="2"/><nd ref="4"/><tag k="barrier" v="wall"/></way>
  <way id="18" version="1"><nd ref="1"/><nd ref="2"/><nd ref="3"/><nd ref="4"/><nd ref="1"/></way>
  <relation id="20" version="1"><member type="way" ref="18" role="outer"/>
    <tag k="type" v="boundary"/><tag k="boundary" v="administrative"/><tag k="admin_level" v="8"/>
    <tag k="name" v="团城山街道"/></relation>
</osm>
"""

GRANULARITY = 100  # nanodegrees a unit
KINDS = {"node": 0, "way": 1, "relation": 2}


def as_pbf(xml: str) -> bytes:
    """The same data as an .osm.pbf file."""
    strings = _Strings()
    root = ElementTree.fromstring(xml)
    groups = [_nodes(root, strings), _ways(root, strings), _relations(root, strings)]
    block = _field(1, strings.table()) + b"".join(_field(2, group) for group in groups)
    header = _field(4, b"OsmSchema-V0.6") + _field(4, b"DenseNodes")
    return _blob(b"OSMHeader", header) + _blob(b"OSMData", block)


class _Strings:
    def __init__(self) -> None:
        self._index: dict[str, int] = {"": 0}

    def number(self, text: str) -> int:
        return self._index.setdefault(text, len(self._index))

    def table(self) -> bytes:
        return b"\x0a\x00" + b"".join(_field(1, text.encode()) for text in self._index if text)


def _nodes(root: ElementTree.Element, strings: _Strings) -> bytes:
    nodes = root.findall("node")
    keys: list[int] = []
    for node in nodes:
        for tag in node.findall("tag"):
            keys += [strings.number(tag.get("k", "")), strings.number(tag.get("v", ""))]
        keys.append(0)
    units = {axis: [round(float(node.get(axis, "0")) * 1e9 / GRANULARITY) for node in nodes] for axis in ("lat", "lon")}
    dense = (
        _field(1, _deltas([int(node.get("id", "0")) for node in nodes]))
        + _field(8, _deltas(units["lat"]))
        + _field(9, _deltas(units["lon"]))
        + _field(10, b"".join(_varint(key) for key in keys))
    )
    return _field(2, dense)


def _ways(root: ElementTree.Element, strings: _Strings) -> bytes:
    found = b""
    for way in root.findall("way"):
        refs = [int(nd.get("ref", "0")) for nd in way.findall("nd")]
        found += _field(3, _number(1, int(way.get("id", "0"))) + _tags(way, strings) + _field(8, _deltas(refs)))
    return found


def _relations(root: ElementTree.Element, strings: _Strings) -> bytes:
    found = b""
    for relation in root.findall("relation"):
        members = relation.findall("member")
        found += _field(
            4,
            _number(1, int(relation.get("id", "0")))
            + _tags(relation, strings)
            + _field(8, b"".join(_varint(strings.number(m.get("role", ""))) for m in members))
            + _field(9, _deltas([int(m.get("ref", "0")) for m in members]))
            + _field(10, b"".join(_varint(KINDS[m.get("type", "node")]) for m in members)),
        )
    return found


def _tags(element: ElementTree.Element, strings: _Strings) -> bytes:
    tags = element.findall("tag")
    keys = b"".join(_varint(strings.number(tag.get("k", ""))) for tag in tags)
    return _field(2, keys) + _field(3, b"".join(_varint(strings.number(tag.get("v", ""))) for tag in tags))


def _blob(kind: bytes, content: bytes) -> bytes:
    blob = _number(2, len(content)) + _field(3, zlib.compress(content))
    header = _field(1, kind) + _number(3, len(blob))
    return struct.pack(">I", len(header)) + header + blob


def _deltas(values: list[int]) -> bytes:
    steps = [value - before for before, value in zip([0, *values], values, strict=False)]
    return b"".join(_varint(step << 1 ^ step >> 63) for step in steps)


def _field(number: int, content: bytes) -> bytes:
    """Empty fields are left away, as encoders do; but for the first string, which is always the empty one."""
    return _varint(number << 3 | 2) + _varint(len(content)) + content if content else b""


def _number(number: int, value: int) -> bytes:
    return _varint(number << 3) + _varint(value)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])
