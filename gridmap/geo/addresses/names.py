"""The index of names: which of our areas, roads and places a stretch of text is the name of."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum

from gridmap.geo.addresses.places import Places
from gridmap.geo.addresses.tails import CROP
from gridmap.geo.addresses.writing import normalise


class Kind(IntEnum):
    """What a name belongs to."""

    ABOVE = 0  # province, city: said, not ours
    AREA = 1  # district, street, community
    COMPOUND = 2
    ROAD = 3
    HOUSE = 4  # a building with a name of its own
    SITE = 5


@dataclass(frozen=True, slots=True)
class Ref:
    """A thing that carries a name: its ordinal in the table of its kind; `is_own`: listed so, not cut down by us."""

    kind: Kind
    index: int
    is_own: bool = True


ADMINISTRATIVE = re.compile(
    r"(?:社区居民委员会|社区居委会|居民委员会|社区村委会|村民委员会|街道办事处|管理委员会|社区|居委会|村委会|街道办|街道|管委会"
    r"|[区县市镇乡村])$"
)
ENDINGS = {
    "district": ("区", "县", "市"),
    "street": ("街道", "街道办", "街道办事处", "街办"),
    "town": ("镇", "镇政府", "乡"),
    "community": ("社区", "社区居委会", "居委会", "社区居民委员会"),
    "village": ("村", "村委会", "社区"),
}
GROUP = re.compile(r"^(.*?)第?(\d{1,2})(?:村民小组|居民小组|小组|组|社|生产队|队)$")
GREENHOUSE_CROP = re.compile(rf"^{CROP}(?=(?:大棚|温室).)")  # 蔬菜大棚三区 is also called 大棚三区
SHORTEST = 2  # signs; 胜 alone says nothing


class NameIndex:
    """Keys (names as `normalise` writes them) with all that carry them."""

    def __init__(self, refs: Mapping[str, tuple[Ref, ...]]) -> None:
        self.refs = dict(refs)
        lengths: dict[str, set[int]] = defaultdict(set)
        for key in self.refs:
            lengths[key[:SHORTEST]].add(len(key))
        self._lengths = {start: tuple(sorted(found)) for start, found in lengths.items()}

    def at(self, text: str, begin: int) -> Iterator[tuple[int, tuple[Ref, ...]]]:
        """The names that begin at a position, shortest first: where each ends, and whose it is."""
        for length in self._lengths.get(text[begin : begin + SHORTEST], ()):
            found = self.refs.get(text[begin : begin + length])
            if found is not None and begin + length <= len(text):
                yield begin + length, found


def index_names(places: Places, road_names: list[str]) -> NameIndex:
    """All names of a project; `road_names` are the keys of its roads in the order of their ordinals."""
    refs: dict[str, dict[tuple[Kind, int], Ref]] = defaultdict(dict)

    def add(key: str, kind: Kind, index: int, *, is_own: bool = True) -> None:
        known = refs[key].get((kind, index))
        if len(key) >= SHORTEST and (known is None or (is_own and not known.is_own)):
            refs[key][kind, index] = Ref(kind, index, is_own)

    for name in ("中国", *places.above):
        key = normalise(name)
        add(key, Kind.ABOVE, 0)
        add(re.sub(r"(?:省|市|自治区|特别行政区)$", "", key), Kind.ABOVE, 0)
    areas = places.areas
    own, other = enumerate(zip(areas.names, strict=True)), enumerate(areas.aliases)
    for k, called in (*own, *other):  # whose very name it is comes before those also called so
        for name in called:
            if areas.levels[k] == "compound":
                add(normalise(name), Kind.COMPOUND, k)
            else:
                for key, is_own in _administrative(normalise(name), areas.levels[k]):
                    add(key, Kind.AREA, k, is_own=is_own)
    for k, key in enumerate(road_names):
        add(key, Kind.ROAD, k)
    buildings = places.buildings
    for k, name in enumerate(buildings.names):
        if name and name != buildings.numbers[k]:
            add(normalise(name), Kind.HOUSE, k)
    for k, name in enumerate(places.sites.names):
        key = normalise(name)
        add(key, Kind.SITE, k)
        add(GREENHOUSE_CROP.sub("", key), Kind.SITE, k, is_own=False)
    return NameIndex({key: tuple(found.values()) for key, found in refs.items() if found})


def _administrative(key: str, level: str) -> Iterator[tuple[str, bool]]:
    """团城山街道 is also called 团城山, 团城山街道办事处 and so on."""
    yield key, True
    stem = ADMINISTRATIVE.sub("", key)
    if len(stem) < SHORTEST:
        return
    yield stem, False
    for ending in ENDINGS.get(level, ()):
        yield stem + ending, False
