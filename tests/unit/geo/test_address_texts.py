"""The floors: of texts with one right answer at least 75 % are accepted, of what is accepted at least 99.5 % is right.

The answers come from the demo's files (scripts/bench/address_texts.py), not from the matcher: `written` was at hand
while the matcher was made, `held_out` was drawn with another seed, `by_hand` was written by people's habits.
"""

from __future__ import annotations

import pytest
from bench import address_score as score
from bench.address_worlds import demo

SETS = ("by_hand", "written", "held_out")
LEAST_PRECISION, LEAST_ACCEPTED = 0.995, 0.75


@pytest.fixture(scope="module")
def answers():
    return {name: score.judged(demo(), score.rows(name)) for name in SETS}


@pytest.mark.parametrize("name", SETS)
def test_what_is_accepted_is_right_and_most_is_accepted(answers, name):
    asked = [one for one in answers[name] if one.row.level == score.ASK]
    plain = [one for one in answers[name] if one.row.level != score.ASK]
    accepted = [one for one in answers[name] if one.match.accepted]
    wrong = [(one.row.text, one.match.name) for one in accepted if not one.right]
    assert len(asked) >= 25 and len(plain) >= 100  # neither side of the scale is empty
    assert 1 - len(wrong) / len(accepted) >= LEAST_PRECISION, wrong
    assert score.tally(name, plain).recall >= LEAST_ACCEPTED


def test_every_level_holds_the_floor(answers):
    together = [one for name in SETS for one in answers[name] if one.row.level != score.ASK]
    for level in score.by(together, "level"):
        assert level.precision >= LEAST_PRECISION, level
        assert level.recall >= LEAST_ACCEPTED, level
    assert {"room", "unit", "building", "door", "junction", "landmark", "road", "compound", "community"} <= {
        one.row.level for one in together
    }


def test_there_are_many_texts_of_many_kinds(answers):
    assert sum(map(len, answers.values())) >= 300
    assert len({one.row.kind for one in answers["written"]}) >= 40
    texts = {name: {one.row.text for one in found} for name, found in answers.items()}
    assert len(texts["written"] & texts["held_out"]) < 0.05 * len(texts["written"])


def test_accepted_points_are_as_near_as_they_say(answers):
    """A room, building or door that was accepted: its true building stands within the answer's uncertainty."""
    world, checked = demo(), 0
    spots = world.gazetteer.directory.building_spots
    row_of = {code: k for k, code in world.codes["building"].items()}
    for one in (one for found in answers.values() for one in found if one.match.accepted):
        if one.row.level in {"building", "door"} and one.row.truth in row_of:
            true = spots[row_of[one.row.truth]]
            here = (one.match.lon, one.match.lat)
            assert world.gazetteer.directory.plane.distance_m(true[:2], here) <= one.match.uncertainty_m, one.row.text
            checked += 1
    assert checked > 80
