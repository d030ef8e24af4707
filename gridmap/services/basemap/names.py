"""Names as they stand on a map: the place, without the office that administers it."""

from __future__ import annotations

# office -> place; the longest ending first
OFFICES = (
    ("社区居民委员会", "社区"),
    ("社区居委会", "社区"),
    ("村民委员会", "村"),
    ("村委会", "村"),
    ("街道办事处", "街道"),
)


def map_name(name: str) -> str:
    """'老鹳庙社区居委会' -> '老鹳庙社区', '朱铺村委会' -> '朱铺村'; other names stay."""
    for office, place in OFFICES:
        if name.endswith(office) and len(name) > len(office):
            stem = name.removesuffix(office)
            return stem if stem.endswith(place) else stem + place
    return name
