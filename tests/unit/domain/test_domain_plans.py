"""States of a plan and the band of households."""

from __future__ import annotations

import pytest

from gridmap.domain.plans import STEPS, Band, State, band_of, step
from gridmap.errors import BadInput, Conflict


def test_every_state_has_its_steps() -> None:
    assert set(STEPS) == set(State)


@pytest.mark.parametrize(
    ("now", "to"),
    [(State.DRAFT, State.SUBMITTED), (State.SUBMITTED, State.PUBLISHED), (State.PUBLISHED, State.SUPERSEDED)],
)
def test_the_way_of_a_plan(now: State, to: State) -> None:
    assert step(now, to) is to


@pytest.mark.parametrize(
    ("now", "to"), [(State.PUBLISHED, State.DRAFT), (State.SUPERSEDED, State.PUBLISHED), (State.DRAFT, State.DRAFT)]
)
def test_what_is_published_is_never_a_draft_again(now: State, to: State) -> None:
    with pytest.raises(Conflict, match=f"A {now} plan cannot become {to}"):
        step(now, to)


def test_band_includes_both_ends_and_spares_dedicated_grids() -> None:
    band = Band(400, 800, "registered_households")
    assert [band.holds(n) for n in (399, 400, 800, 801)] == [False, True, True, False]
    assert band.holds(3, kind="hospital")


def test_how_many_grids_are_possible() -> None:
    band = Band(400, 800, "registered_households")
    assert list(band.possible_grids(1000)) == [2]
    assert list(band.possible_grids(2400)) == [3, 4, 5, 6]
    assert list(band.possible_grids(399)) == []  # too few for one grid
    assert list(Band(500, 600, "residents").possible_grids(900)) == []  # too many for one, too few for two


def test_an_empty_band_is_refused() -> None:
    for low, high in ((0, 10), (801, 800)):
        with pytest.raises(BadInput, match="is empty"):
            Band(low, high, "residents")
    assert band_of({"band": {"low": 300, "high": 500, "counted": "residents"}}) == Band(300, 500, "residents")
