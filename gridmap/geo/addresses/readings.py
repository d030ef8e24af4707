"""Every way to read a text as: areas it lies in, a name that is ours, and what follows the name.

Positions are walked from the left. From each one that was reached, an area, a road with its door, a landmark with a
word of place, or a word that says nothing leads on; any other sign is skipped and costs. The cheapest readings are
looked up by `resolving`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from gridmap.geo.addresses import tails
from gridmap.geo.addresses.names import Kind, NameIndex, Ref
from gridmap.geo.addresses.tails import LEADING, Tail

SKIPPED_COST = 1.0  # a sign that was not understood
CONTEXT_COST = 0.05  # a road or landmark said before the place itself
FILLED_COST = 0.02
CUT_DOWN_COST = 0.03  # a name that only we shortened
CORES = {Kind.COMPOUND, Kind.ROAD, Kind.HOUSE, Kind.SITE}

Members = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Context:
    """What was said before the place: a road (with a door number or "") or a landmark nearby."""

    kind: Kind
    members: Members
    door: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """A name that one or more things of a kind carry, the areas said before it (each a choice of areas), the tail.

    `crossing`: the other road of a junction, () for none; `is_crossing_sure`: a word said so. `guessed`: how far the
    name is from the written one, 0 when it stands there. `skipped`: what was not understood before the name.
    """

    kind: Kind
    members: Members
    tail: Tail
    scope: tuple[Members, ...] = ()
    contexts: tuple[Context, ...] = ()
    crossing: Members = ()
    is_crossing_sure: bool = False
    cost: float = 0.0
    guessed: float = 0.0
    skipped: str = ""
    begin: int = 0
    length: int = 0

    @property
    def total(self) -> float:
        """The cost with that of the tail."""
        return self.cost + FILLED_COST * self.tail.filled + SKIPPED_COST * len(self.tail.rest)

    def covers(self, other: Reading) -> bool:
        """Whether the other's name is only a piece of this one's: 四季 in 四季壹号, 杭州 in 杭州西路."""
        begins, ends = self.begin <= other.begin, self.begin + self.length >= other.begin + other.length
        return begins and ends and self.length > other.length


@dataclass(frozen=True, slots=True)
class State:
    """The best way to a position."""

    cost: float = 0.0
    scope: tuple[Members, ...] = ()
    contexts: tuple[Context, ...] = ()
    lead: Tail = tails.EMPTY
    skipped: str = ""


def read(text: str, names: NameIndex) -> tuple[list[Reading], dict[int, State]]:
    """The readings of a text, cheapest first, and the positions reached, for guesses at names nobody knows. Signs are
    skipped only when nothing can be read without.
    """
    readings, reached = _walk(text, names, skipping=False)
    if not readings or readings[0].total >= SKIPPED_COST:
        readings, reached = _walk(text, names, skipping=True)
    return readings, reached


def _walk(text: str, names: NameIndex, *, skipping: bool) -> tuple[list[Reading], dict[int, State]]:
    reached: dict[int, State] = {0: State()}
    readings: list[Reading] = []
    for begin in range(len(text)):
        state = reached.get(begin)
        if state is None:
            continue
        for end, refs in names.at(text, begin):
            readings += _cores(text, begin, end, refs, state, names)
            for onward, following in _onward(text, end, refs, state):
                _reach(reached, onward, following)
        for onward, following in _elsewhere(text, begin, state, skipping=skipping):
            _reach(reached, onward, following)
    whole = [reading for reading in readings if not reading.skipped and not reading.tail.rest]
    kept = [reading for reading in readings if not any(other.covers(reading) for other in whole)]
    return sorted(kept, key=lambda reading: (reading.total, -reading.length)), reached


def _reach(reached: dict[int, State], position: int, state: State) -> None:
    known = reached.get(position)
    if known is None or (state.cost, -len(state.scope)) < (known.cost, -len(known.scope)):
        reached[position] = state


def _cores(text: str, begin: int, end: int, refs: tuple[Ref, ...], state: State, names: NameIndex) -> Iterator[Reading]:
    """The readings in which this name is the place itself."""
    for kind in {ref.kind for ref in refs} & CORES:
        carriers = [ref for ref in refs if ref.kind == kind]
        own = [ref for ref in carriers if ref.is_own]
        members = tuple(ref.index for ref in own or carriers)
        reading = Reading(
            kind, members, tails.EMPTY, state.scope, state.contexts,
            cost=state.cost + (0.0 if own else CUT_DOWN_COST), skipped=state.skipped, begin=begin, length=end - begin,
        )  # fmt: skip
        if kind == Kind.ROAD:
            yield from _junctions(text, end, reading, names)
        plain = with_tail(reading, text[end:], state.lead)
        if kind != Kind.ROAD or plain.tail.has_numbers or not _is_on_road(state):
            yield plain
    areas = tuple(ref.index for ref in refs if ref.kind == Kind.AREA)
    if areas:
        following = replace(state, scope=(*state.scope, areas))
        yield _area_reading(following, tails.parse(text[end:]), begin, end - begin)


def _is_on_road(state: State) -> bool:
    """A road was said before: a second one without a door would be a crossing."""
    return any(context.kind == Kind.ROAD and not context.door for context in state.contexts)


def with_tail(reading: Reading, rest: str, lead: Tail = tails.EMPTY) -> Reading:
    """The reading with what follows the name; numbers said before it count where none follow."""
    tail = tails.parse(rest)
    if lead.has_numbers and not tail.has_numbers:
        tail = replace(lead, rest=tail.rest, relations=lead.relations + tail.relations, filled=tail.filled)
    return replace(reading, tail=tail)


def _area_reading(state: State, tail: Tail, begin: int, length: int) -> Reading:
    return Reading(
        Kind.AREA, state.scope[-1], tail, state.scope, state.contexts, cost=state.cost, skipped=state.skipped,
        begin=begin, length=length,
    )  # fmt: skip


def _junctions(text: str, end: int, reading: Reading, names: NameIndex) -> Iterator[Reading]:
    """A路与B路交叉口, A路B路口, A路/B路."""
    joint = tails.JOINT.match(text, end)
    begin = joint.end() if joint else end
    for other_end, refs in names.at(text, begin):
        others = tuple(ref.index for ref in refs if ref.kind == Kind.ROAD)
        if not others or set(others) & set(reading.members):
            continue
        word = tails.CROSSING.match(text, other_end)
        rest = text[word.end() if word else other_end :]
        crossing = replace(
            reading, crossing=others, is_crossing_sure=bool(word or joint), length=reading.length + other_end - begin
        )
        yield with_tail(crossing, rest)


def _onward(text: str, end: int, refs: tuple[Ref, ...], state: State) -> Iterator[tuple[int, State]]:
    """The name only says where the place lies."""
    areas = tuple(ref.index for ref in refs if ref.kind == Kind.AREA)
    if areas:
        yield end, replace(state, scope=(*state.scope, areas))
    if any(ref.kind == Kind.ABOVE for ref in refs):
        yield end, state
    if end == len(text):
        return
    roads = tuple(ref.index for ref in refs if ref.kind == Kind.ROAD)
    if roads:
        door = tails.DOOR_BEFORE.match(text, end)
        onward = door.end() if door else end
        context = Context(Kind.ROAD, roads, door[1] if door else "")
        yield onward, replace(state, contexts=(*state.contexts, context), cost=state.cost + CONTEXT_COST)
    for kind in (Kind.SITE, Kind.HOUSE, Kind.COMPOUND):
        members = tuple(ref.index for ref in refs if ref.kind == kind)
        word = tails.PLACE_WORD.match(text, end) if members else None
        if word:
            yield (
                word.end(),
                replace(
                    state,
                    contexts=(*state.contexts, Context(kind, members)),
                    cost=state.cost + CONTEXT_COST,
                ),
            )


def _elsewhere(text: str, begin: int, state: State, *, skipping: bool) -> Iterator[tuple[int, State]]:
    """Words that say nothing, numbers said before the name, and a sign skipped."""
    word = LEADING.match(text, begin)
    if word:
        yield word.end(), state
    lead = tails.LEAD.match(text, begin)
    if lead and not state.lead.has_numbers:
        yield lead.end(), replace(state, lead=tails.parse(lead[0]), cost=state.cost + CONTEXT_COST)
    if skipping:
        yield (
            begin + 1,
            State(state.cost + SKIPPED_COST, state.scope, state.contexts, state.lead, state.skipped + text[begin]),
        )
