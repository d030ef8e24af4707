from __future__ import annotations

import numpy as np

from gridmap.synthetic.addresses import Spot, write_address


def texts(spot: Spot, count: int = 400) -> set[str]:
    rng = np.random.default_rng(1)
    return {write_address(spot, rng) for _ in range(count)}


def test_one_flat_is_written_in_many_ways() -> None:
    found = texts(Spot("桂花苑小区", ("桂花苑",), 12, 3, "501", community="马鞍山"))
    assert "桂花苑小区12栋3单元501" in found
    assert any("桂花苑12" in t for t in found)
    assert any("十二" in t and "三单元" in t for t in found)
    assert any("12-3-501" in t for t in found)
    assert any("１２" in t for t in found)
    assert any(t.startswith("黄石市下陆区") for t in found)
    assert all("501" in t or "５０１" in t or "12" in t or "１２" in t or "十二" in t for t in found)


def test_doors_landmarks_and_junctions() -> None:
    assert "杭州西路88号对面" in texts(Spot(street="杭州西路", door=88))
    assert any(t.startswith("铜花市场") for t in texts(Spot(landmark="铜花市场")))
    assert any("杭州西路与广州路" in t for t in texts(Spot(street="杭州西路", crossing="广州路")))


def test_nothing_known_nothing_written() -> None:
    assert texts(Spot()) == {""}
