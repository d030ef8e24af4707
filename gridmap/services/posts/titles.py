"""What posts are called in lists, and which title that is."""

from __future__ import annotations

from gridmap.domain.access import TITLES
from gridmap.services.exchange.table import folded

# Chinese names, the usual one first.
CHINESE: dict[str, tuple[str, ...]] = {
    "commander": ("指挥员", "指挥长"),
    "planner": ("网格规划员", "规划员"),
    "clerk": ("受理员", "接待员"),
    "handler": ("处置员", "办理员"),
    "mediator": ("调解员", "人民调解员"),
    "grid_worker": ("网格员",),
    "patrol_leader": ("巡防队长", "巡逻队长"),
    "patrol_member": ("巡防队员", "巡逻队员"),
    "auditor": ("督查员", "督办员"),
    "full_time_worker": ("专职网格员", "专职"),
    "backing_worker": ("协管员", "辅助网格员", "兼职网格员", "支持网格员"),
    "stairwell_head": ("单元长", "楼栋长", "楼长", "楼道长"),
    "community_officer": ("社区民警", "驻村民警", "辅警"),
    "community_handler": ("社区处置员", "社区办理员"),
    "street_handler": ("街道处置员", "街道办理员", "镇处置员"),
    "guard": ("门卫", "保安", "保安员"),
}

_BY_NAME = {folded(name): title for title, names in CHINESE.items() for name in names} | {
    folded(title): title for title in TITLES
}


def title_named(text: str) -> str | None:
    """The title a list means; None for one that is not known."""
    return _BY_NAME.get(folded(text))
