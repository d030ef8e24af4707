"""Grid plans: what state one is in, what may follow, and the band of households a grid should stay in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from gridmap.errors import BadInput, Conflict

RESIDENTIAL = "residential"  # every other kind of grid is dedicated, and exempt from the band


class State(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"


STEPS: dict[State, frozenset[State]] = {
    State.DRAFT: frozenset({State.SUBMITTED, State.PUBLISHED}),
    State.SUBMITTED: frozenset({State.DRAFT, State.PUBLISHED}),
    State.PUBLISHED: frozenset({State.SUPERSEDED}),
    State.SUPERSEDED: frozenset(),
}


def step(now: State, to: State) -> State:
    """The state after a step. Raises Conflict for one that STEPS does not allow."""
    if to not in STEPS[now]:
        allowed = ", ".join(sorted(STEPS[now])) or "nothing"
        raise Conflict(f"A {now} plan cannot become {to}.", f"It can become: {allowed}.")
    return to


@dataclass(frozen=True, slots=True)
class Band:
    """How many of `counted` (registered households, occupied homes or residents) a grid should hold, both ends in."""

    low: int
    high: int
    counted: str

    def __post_init__(self) -> None:
        if not 0 < self.low <= self.high:
            raise BadInput(f"The band {self.low}-{self.high} is empty.", "Give a lower end above 0 and a higher one.")

    def holds(self, households: int, kind: str = RESIDENTIAL) -> bool:
        """Whether a grid of this size keeps the rule; dedicated grids always do."""
        return kind != RESIDENTIAL or self.low <= households <= self.high

    def possible_grids(self, households: int) -> range:
        """The numbers of grids that `households` can be cut into inside the band; empty when there is none."""
        return range(-(-households // self.high), households // self.low + 1)


def band_of(configuration: Mapping[str, Any]) -> Band:
    """The band a configuration names under `band`."""
    band = configuration["band"]
    return Band(int(band["low"]), int(band["high"]), str(band["counted"]))
