"""The tree of kinds."""

from __future__ import annotations

import pytest

from gridmap.domain.kinds import KindTree, code_for, is_below

CONFIGURATION = {
    "kind": [
        {
            "code": "order",
            "zh": "治安",
            "en": "Public order",
            "children": [
                {"code": "order.theft", "zh": "盗窃", "en": "Theft"},
                {"code": "order.noise", "zh": "噪声扰民", "en": "Noise"},
            ],
        },
        {"code": "orderly", "zh": "有序", "en": "Orderly", "children": []},
    ]
}
TREE = KindTree.of(CONFIGURATION)


@pytest.mark.parametrize("name", ["order.theft", "ORDER.THEFT", "盗窃", " Theft ", "theft"])
def test_a_kind_is_found_by_code_or_either_name(name: str) -> None:
    assert TREE.find(name) == "order.theft"


def test_unknown_kinds_are_not_guessed() -> None:
    assert TREE.find("偷窃") is None
    assert TREE.find("") is None


def test_a_parent_chooses_its_children_and_no_neighbour() -> None:
    assert TREE.codes() == ["order", "order.theft", "order.noise", "orderly"]
    assert TREE.with_descendants(["order"]) == ["order", "order.theft", "order.noise"]
    assert TREE.with_descendants(["order.noise", "orderly"]) == ["order.noise", "orderly"]
    assert is_below("order.theft", "order")
    assert not is_below("orderly", "order")


def test_a_new_name_becomes_a_code_without_signs_that_mean_something() -> None:
    assert code_for(" 电动车, 充电 ") == "电动车__充电"
    assert code_for("a.b/c") == "a_b_c"
