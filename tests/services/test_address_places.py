"""An incident's place by its address: what is taken, and what goes back to a person with what to add."""

from __future__ import annotations

import pytest

from gridmap.errors import AmbiguousPlace
from gridmap.geo.addresses import Gazetteer
from gridmap.services.address_places import COARSE_M, placed_address
from tests.unit.geo import drawn_addresses as drawn


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return drawn.gazetteer()


def refused(gazetteer: Gazetteer, address: str) -> AmbiguousPlace:
    with pytest.raises(AmbiguousPlace) as caught:
        placed_address(gazetteer, address)
    return caught.value


def test_a_building_is_a_place(gazetteer: Gazetteer) -> None:
    match = placed_address(gazetteer, "阳光花园12栋")
    assert match.ids["building"] == 206 and match.uncertainty_m < COARSE_M


@pytest.mark.parametrize("address", ["青州市", "城东社区", "人民路"])
def test_what_only_tells_roughly_where_is_for_a_person(gazetteer: Gazetteer, address: str) -> None:
    assert gazetteer.match(address).accepted
    error = refused(gazetteer, address)
    assert "only tells roughly where" in error.message and "door number" in error.hint
    (itself,) = error.details["alternatives"]
    assert itself["text"] == address and itself["uncertainty_m"] > COARSE_M


def test_several_places_and_none(gazetteer: Gazetteer) -> None:
    error = refused(gazetteer, "幸福小区1栋")
    assert "several places" in error.message and len(error.details["alternatives"]) == 2
    error = refused(gazetteer, "不知道在哪")
    assert "not known" in error.message and error.details["alternatives"] == []
