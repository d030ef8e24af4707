"""Chinese address texts against a project's own areas, compounds, buildings, rooms, roads and places.

A text is rewritten (`writing`), read in every way that its names allow (`readings`), each reading is looked up
(`resolving`), and the best answer is accepted when it is alone, nothing contradicts it and nothing was left over.
Everything else goes to a person, with alternatives. Names that nobody knows are guessed at last (`slips`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from gridmap.geo.addresses import tails
from gridmap.geo.addresses.answers import Doubt, Match, Suggestion, unmatched
from gridmap.geo.addresses.completing import Completer
from gridmap.geo.addresses.directory import Directory
from gridmap.geo.addresses.finding import Finding
from gridmap.geo.addresses.names import Kind, NameIndex, Ref, index_names
from gridmap.geo.addresses.places import Places
from gridmap.geo.addresses.readings import Members, Reading, State, read, with_tail
from gridmap.geo.addresses.resolving import Resolver
from gridmap.geo.addresses.slips import UNSURE, Slips
from gridmap.geo.addresses.writing import normalise, spellings

ACCEPTED_FROM = 0.75
APART = 0.015  # an answer worse by more than this is no rival
DEARER = 1.5  # readings that cost so much more than the cheapest are not looked up
MOST_READINGS, MOST_SPANS, MOST_ALTERNATIVES = 12, 5, 8
LONGEST_TEXT, LONGEST_NAME = 120, 14


class Gazetteer:
    """Immutable, safe for threads; 120,000 households take about 60 MB."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.directory = Directory(places)
        self.names: NameIndex = index_names(places, self.directory.road_keys)
        self._resolver = Resolver(self.directory)
        shops = {Ref(Kind.SITE, k) for k, table in enumerate(places.sites.table) if table == "unit"}
        self._slips = Slips(self.names, shops)
        self._completer = Completer(self.directory, self.names, self._resolver, self._slips)
        self._area_of_id = {int(area_id): k for k, area_id in enumerate(places.areas.ids.tolist())}

    def match(self, text: str, *, within: int | None = None) -> Match:
        """The place an address text means. `within`: id of an area that whoever asks knows it to lie in."""
        if not normalise(text[:LONGEST_TEXT]):
            return unmatched(Doubt.EMPTY)
        scope: tuple[Members, ...] = ()
        if within is not None and within in self._area_of_id:
            scope = ((self._area_of_id[within],),)
        whole, *plain = [self._matched(spelling, scope) for spelling in spellings(text[:LONGEST_TEXT]) if spelling]
        if not plain or not plain[0].accepted:
            return whole
        # what stands in brackets is a remark, unless it belongs to a name, 水塘（二）, or says it finer
        belongs = plain[0].name != whole.name and plain[0].level == whole.level
        finer = whole.uncertainty_m < plain[0].uncertainty_m and plain[0].level != whole.level
        return whole if whole.accepted and (belongs or finer) else plain[0]

    def match_many(self, texts: Iterable[str], *, within: Sequence[int | None] | None = None) -> list[Match]:
        """n texts -> n matches; equal texts are looked up once."""
        known: dict[tuple[str, int | None], Match] = {}
        found = []
        for k, text in enumerate(texts):
            key = (text, None if within is None else within[k])
            if key not in known:
                known[key] = self.match(text, within=key[1])
            found.append(known[key])
        return found

    def complete(self, prefix: str, limit: int = 10) -> list[Suggestion]:
        """Up to `limit` addresses that go on from what was typed, the likeliest first."""
        text = normalise(prefix[:LONGEST_TEXT])
        if not text:
            return []
        _, reached = read(text, self.names)
        return self._completer.suggestions(text, reached, limit)

    def _matched(self, text: str, scope: tuple[Members, ...]) -> Match:
        readings, reached = read(text, self.names)
        found = self._look_up(readings, scope) or self._resolver.plot_anywhere(tails.parse(text))
        if not found or found[0].doubt in {Doubt.LEFT_OVER, Doubt.NO_SUCH_NUMBER}:
            guessed = self._look_up(self._guessed(text, readings, reached), scope)
            if found and found[0].doubt == Doubt.NO_SUCH_NUMBER:  # the name is ours: another name is only a hint
                guessed = [finding.doubtful(Doubt.UNSURE) for finding in guessed]
            found = sorted([*found, *guessed], key=_rank)
        return self._decided(found)

    def _look_up(self, readings: list[Reading], scope: tuple[Members, ...]) -> list[Finding]:
        found: list[Finding] = []
        for reading in readings[:MOST_READINGS]:
            if reading.total > readings[0].total + DEARER:
                break
            here = self._resolver.findings(replace(reading, scope=scope + reading.scope))
            if reading.guessed >= UNSURE:
                here = [finding.doubtful(Doubt.UNSURE, 0.0) for finding in here]
            found += here
        return sorted(found, key=_rank)

    def _guessed(self, text: str, readings: list[Reading], reached: dict[int, State]) -> list[Reading]:
        """Readings with a name that is almost one of ours, or behind an area whose name almost is."""
        found = []
        for begin, state in reached.items():
            if state.skipped or begin >= len(text) - 1:
                continue
            rest = text[begin:]
            ends = [*list(tails.starts(rest))[:MOST_SPANS], len(rest)]
            for end in dict.fromkeys(ends):
                if end <= LONGEST_NAME:
                    found += self._guesses_at(rest[:end], rest[end:], state)
        for reading in readings[:MOST_READINGS]:
            if 3 <= len(reading.skipped) <= LONGEST_NAME:
                found += self._guesses_before(reading)
        return sorted(found, key=lambda reading: (reading.total + reading.guessed, -reading.length))

    def _guesses_at(self, written: str, rest: str, state: State) -> list[Reading]:
        readings = []
        for guess in self._slips.guesses(written):
            if guess.key == written:
                continue
            for kind in {ref.kind for ref in guess.refs}:
                members = tuple(ref.index for ref in guess.refs if ref.kind == kind)
                reading = Reading(
                    kind, members, tails.EMPTY, state.scope, state.contexts, cost=state.cost, guessed=guess.minus,
                    length=len(written),
                )  # fmt: skip
                readings.append(with_tail(reading, rest, state.lead))
        return readings

    def _guesses_before(self, reading: Reading) -> list[Reading]:
        """What was skipped may be an area with a slip in its name."""
        guesses = self._slips.guesses(reading.skipped, {Kind.AREA})
        return [
            replace(
                reading,
                scope=(*reading.scope, tuple(ref.index for ref in guess.refs)),
                skipped="",
                cost=reading.cost - len(reading.skipped),
                guessed=guess.minus,
            )
            for guess in guesses
            if guess.minus < UNSURE
        ]

    def _decided(self, found: list[Finding]) -> Match:
        """The best finding as an answer: accepted when it is sure and alone."""
        distinct: dict[tuple[object, ...], Finding] = {}
        for finding in found:
            distinct.setdefault(_place(finding), finding)
        ranked = list(distinct.values())
        if not ranked:
            return unmatched(Doubt.UNKNOWN)
        best = ranked[0]
        doubt = best.doubt
        rivals = [finding for finding in ranked[1:] if not finding.doubt and finding.score >= best.score - APART]
        if not doubt and rivals:
            doubt = Doubt.SEVERAL
        if not doubt and (best.score < ACCEPTED_FROM or best.spot[0] != best.spot[0]):
            doubt = Doubt.UNSURE
        others = tuple(self._as_match(finding, finding.doubt) for finding in ranked[1 : MOST_ALTERNATIVES + 1])
        return replace(self._as_match(best, doubt), alternatives=others, accepted=not doubt)

    def _as_match(self, finding: Finding, doubt: Doubt) -> Match:
        lon, lat, reach = finding.spot
        score = max(0.0, min(1.0, finding.score))
        within = self.directory.community_name(finding.area)
        return Match(
            finding.level, score, lon, lat, reach, finding.name, finding.ids,
            doubt=doubt, within=within, left_over=finding.left_over,
        )  # fmt: skip


def _rank(finding: Finding) -> tuple[bool, float]:
    return bool(finding.doubt), -finding.score


def _place(finding: Finding) -> tuple[object, ...]:
    """What makes two findings one place."""
    return finding.name, f"{finding.spot[0]:.6f} {finding.spot[1]:.6f}"
