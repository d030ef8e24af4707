"""Classes of streets as others call them, as one of our four: trunk, street, lane, path."""

from __future__ import annotations

import re

CLASSES = {
    "trunk": ("trunk", "motorway", "primary", "快速路", "主干路", "主干道", "高速公路", "国道", "省道"),
    "street": ("street", "secondary", "tertiary", "次干路", "次干道", "支路", "县道", "街道"),
    "lane": (
        "lane", "residential", "living_street", "unclassified", "service", "road", "busway",
        "巷", "里弄", "胡同", "小区路", "村道", "乡道",
    ),
    "path": (
        "path", "footway", "pedestrian", "steps", "cycleway", "track", "bridleway", "corridor", "platform",
        "步道", "人行道", "小路", "田间路",
    ),
}  # fmt: skip
_CLASS_OF = {name: ours for ours, names in CLASSES.items() for name in names}
_RANK = list(CLASSES)


def street_class(text: str) -> str | None:
    """Our class of a class named by others: OpenStreetMap's highway values, Chinese road classes, or our own.

    A list of several, as OSMnx writes for merged edges (['path', 'steps']), is the highest of them. None: not known.
    """
    names = re.findall(r"[\w\u4e00-\u9fff]+", text.lower())
    found = {_CLASS_OF[bare] for name in names if (bare := name.removesuffix("_link")) in _CLASS_OF}
    return min(found, key=_RANK.index) if found else None
