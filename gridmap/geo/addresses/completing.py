"""Going on with what somebody has typed so far: names that begin with it or hold it, then numbers behind a name.

Letters are taken as the first letters of each character's reading: GHY finds 桂花苑. Every suggestion is a text that
`Gazetteer.match` reads as the same place.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sized
from itertools import chain, islice

from gridmap.geo.addresses.answers import Level, Suggestion
from gridmap.geo.addresses.directory import Directory
from gridmap.geo.addresses.finding import Finding
from gridmap.geo.addresses.names import Kind, NameIndex, Ref
from gridmap.geo.addresses.readings import State
from gridmap.geo.addresses.resolving import Resolver
from gridmap.geo.addresses.slips import Slips
from gridmap.geo.addresses.sounds import initials

ORDER = (Kind.COMPOUND, Kind.ROAD, Kind.AREA, Kind.SITE, Kind.HOUSE)
LETTERS = re.compile(r"[A-Z]{2,}")
BEHIND_COMPOUND = re.compile(r"(?:小区)?-?第?(\d{0,4}|[A-Z]\d{0,3})(栋|号|-)?(.*)")
BEHIND_BUILDING = re.compile(r"第?(\d{0,2}|[A-Z])(单元|-)(\d{0,4})室?|(\d{0,4})室?")
BEHIND_ROAD = re.compile(r"第?(\d{0,5})号?")
MOST_LOOKED_AT = 400


class Completer:
    """Suggestions for a beginning."""

    def __init__(self, directory: Directory, names: NameIndex, resolver: Resolver, slips: Slips) -> None:
        self._directory = directory
        self._names = names
        self._resolver = resolver
        self._slips = slips
        self._keys = sorted(key for key, refs in names.refs.items() if any(ref.kind in ORDER for ref in refs))
        self._row = "\n".join(["", *self._keys, ""])
        self._initials = sorted((initials(key), key) for key in self._keys)

    def suggestions(self, text: str, reached: dict[int, State], limit: int) -> list[Suggestion]:
        """Up to `limit` ways to go on, the likeliest first. `reached`: as `readings.read` found for the text."""
        found: dict[tuple[str, int, str], Suggestion] = {}
        for score, finding in chain(self._findings(text, reached), self._almost(text, found)):
            suggestion = self._suggestion(finding, score)
            found.setdefault((suggestion.text, finding.area, f"{finding.spot[0]:.5f}"), suggestion)
            if len(found) >= limit:
                break
        return list(found.values())

    def _suggestion(self, finding: Finding, score: float) -> Suggestion:
        lon, lat, reach = finding.spot
        within = self._directory.community_name(finding.area)
        return Suggestion(finding.name, finding.level, score, lon, lat, reach, within, finding.ids)

    def _findings(self, text: str, reached: dict[int, State]) -> Iterator[tuple[float, Finding]]:
        begins = [begin for begin, state in reached.items() if not state.skipped and begin < len(text)]
        for begin in begins:
            yield from ((1.0, finding) for finding in self._behind_names(text, begin))
        for begin in begins:
            rest, scope = text[begin:], reached[begin].scope
            for score, keys in self._keys_for(rest):
                for finding in self._named(keys, scope):
                    yield score, finding

    def _almost(self, text: str, found: Sized) -> Iterator[tuple[float, Finding]]:
        """Names that are nearly what is typed, when nothing else was found."""
        if not found and len(text) >= 3:
            yield from ((0.5, finding) for finding in self._named([g.key for g in self._slips.guesses(text)], ()))

    # names

    def _keys_for(self, text: str) -> Iterator[tuple[float, list[str]]]:
        begin = bisect_left(self._keys, text)
        starting = []
        for key in islice(self._keys, begin, begin + MOST_LOOKED_AT):
            if not key.startswith(text):
                break
            starting.append(key)
        yield 0.9, starting
        if LETTERS.fullmatch(text):
            at = bisect_left(self._initials, (text, ""))
            near = islice(self._initials, at, at + MOST_LOOKED_AT)
            yield 0.7, [key for first, key in near if first.startswith(text)]
        yield 0.8, list(islice(self._holding(text), MOST_LOOKED_AT))

    def _holding(self, text: str) -> Iterator[str]:
        """The names with a text in them, not at their beginning: one search through all names in a row."""
        found = self._row.find(text)
        while found >= 0:
            begin = self._row.rfind("\n", 0, found) + 1
            end = self._row.find("\n", found)
            if begin < found:
                yield self._row[begin:end]
            found = self._row.find(text, end)

    def _named(self, keys: list[str], scope: Iterable[tuple[int, ...]]) -> Iterator[Finding]:
        """What carries these names, own names first, by kind, the shortest first."""
        refs = [(ref, key) for key in keys for ref in self._names.refs[key] if ref.kind in ORDER]
        refs.sort(key=lambda pair: (ORDER.index(pair[0].kind), not pair[0].is_own, len(pair[1]), pair[1]))
        seen = set()
        for ref, _ in refs:
            if (ref.kind, ref.index) not in seen:
                seen.add((ref.kind, ref.index))
                finding = self._resolver.named(ref.kind, ref.index)
                if self._resolver.agrees(finding, scope):
                    yield finding

    # numbers

    def _behind_names(self, text: str, begin: int) -> Iterator[Finding]:
        """What may follow the longest whole name that stands at a position."""
        whole: list[tuple[int, tuple[Ref, ...]]] = list(self._names.at(text, begin))
        for end, refs in reversed(whole):
            if end == len(text):
                yield from self._named([text[begin:]], ())
            for ref in refs:
                if ref.kind == Kind.COMPOUND:
                    yield from self._in_compound(ref.index, text[end:])
                elif ref.kind == Kind.ROAD:
                    yield from self._on_road(ref.index, text[end:])

    def _in_compound(self, compound: int, typed: str) -> Iterator[Finding]:
        parts = BEHIND_COMPOUND.fullmatch(typed)
        if parts is None:
            return
        number, part, rest = parts[1], parts[2], parts[3]
        numbered = self._directory.numbers_in(compound)
        if not part and not rest:
            for key in (key for key in numbered if key.startswith(number)):
                yield from (self._resolver.named(Kind.HOUSE, k) for k in numbered[key])
        elif part:
            for k in numbered.get(number, ()):
                yield from self._in_building(k, rest)

    def _in_building(self, building: int, typed: str) -> Iterator[Finding]:
        parts = BEHIND_BUILDING.fullmatch(typed)
        if parts is None:
            return
        if not typed:
            yield self._resolver.named(Kind.HOUSE, building)
        unit, room, either = parts[1], parts[3] or "", parts[4] or ""
        for finding, unit_key, room_key in self._resolver.inside(building):
            if unit is not None:
                fits = unit_key == unit and finding.level == Level.ROOM and room_key.startswith(room)
            elif finding.level == Level.UNIT:
                fits = unit_key.startswith(either)
            else:
                fits = bool(either) and room_key.startswith(either)
            if fits:
                yield finding

    def _on_road(self, road: int, typed: str) -> Iterator[Finding]:
        parts = BEHIND_ROAD.fullmatch(typed)
        if parts is None:
            return
        for number in self._directory.door_numbers.get(road, ()):
            if str(number).startswith(parts[1]):
                yield from self._resolver.door(road, str(number))
