from __future__ import annotations

from itertools import islice

import numpy as np
import pytest

from gridmap.synthetic.naming import combinations, compound_aliases, numeral


@pytest.mark.parametrize(("number", "text"), [(1, "一"), (10, "十"), (12, "十二"), (20, "二十"), (99, "九十九")])
def test_numerals(number: int, text: str) -> None:
    assert numeral(number) == text


def test_names_never_repeat() -> None:
    names = list(islice(combinations(("甲", "乙"), ("苑", "园"), np.random.default_rng(1), first=("丙苑",)), 9))
    assert names[0] == "丙苑"
    assert len(set(names)) == 9
    assert names[5].endswith("二期")


def test_limited_names_end() -> None:
    assert len(list(combinations(("甲", "乙"), ("苑", "园"), np.random.default_rng(1), limit=1))) == 4


def test_aliases_are_what_people_say() -> None:
    assert compound_aliases("桂花苑小区", "new") == ["桂花苑"]
    assert compound_aliases("冶钢二村", "old") == ["冶钢2村"]
    assert compound_aliases("棉纺家属院", "old") == ["棉纺家属区", "棉纺宿舍"]
    assert compound_aliases("肖家铺湾", "village") == ["肖家铺塆"]
