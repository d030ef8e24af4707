"""What happens, how often, where and when: profiles of the incident kinds (shares are weights, not percents)."""

from __future__ import annotations

from dataclasses import dataclass

DAY = "0.2 0.1 0.1 0.1 0.1 0.2 0.5 0.9 1.3 1.5 1.5 1.3 1.0 1.1 1.4 1.5 1.4 1.2 1.1 1.0 0.8 0.6 0.4 0.3"
EVENING = "0.5 0.3 0.2 0.1 0.1 0.2 0.4 0.6 0.7 0.8 0.8 0.9 0.9 0.8 0.8 0.9 1.0 1.2 1.6 2.0 2.1 1.8 1.3 0.8"
NIGHT = "2.0 1.6 1.1 0.7 0.4 0.2 0.2 0.2 0.3 0.3 0.3 0.4 0.5 0.5 0.5 0.5 0.6 0.8 1.1 1.6 2.1 2.5 2.7 2.5"
RUSH = "0.2 0.1 0.1 0.1 0.2 0.5 1.2 2.2 2.1 1.2 1.0 1.1 1.2 1.0 1.0 1.1 1.4 2.1 2.0 1.3 0.9 0.7 0.5 0.3"
MORNING = "0.2 0.1 0.1 0.1 0.3 0.8 1.5 2.0 2.2 2.2 1.9 1.4 0.9 0.9 1.1 1.2 1.1 1.0 0.8 0.6 0.5 0.4 0.3 0.2"
FLAT = "1 1 1 1 1 1 1 1 1 1 1 1"
SUMMER = "0.7 0.7 0.8 0.9 1.1 1.3 1.6 1.6 1.2 0.9 0.7 0.7"
WINTER = "1.5 1.4 1.0 0.8 0.7 0.7 0.8 0.8 0.8 0.9 1.1 1.5"
RAIN = "0.4 0.5 0.8 1.1 1.6 2.4 2.3 1.3 0.7 0.5 0.4 0.3"
FARMING = "0.2 0.4 1.6 2.6 1.7 0.7 0.5 0.6 1.5 2.2 0.9 0.3"
YEAR_END = "1.9 1.3 0.8 0.7 0.7 0.8 0.8 0.8 0.9 0.9 1.2 1.8"
EVEN = "1 1 1 1 1 1 1"
OFFICE = "1.2 1.1 1.1 1.1 1.1 0.8 0.6"
WEEKEND = "0.8 0.8 0.8 0.9 1.2 1.4 1.3"


@dataclass(frozen=True, slots=True)
class Kind:
    """Code, share of all incidents, pull of each sort of place, hour, weekday (Monday first) and month profiles."""

    code: str
    share: float
    pull: dict[str, float]
    hours: str
    weekdays: str
    months: str
    summaries: tuple[str, ...]

    def profile(self, which: str) -> list[float]:
        """One of `hours`, `weekdays`, `months` as numbers."""
        return [float(v) for v in str(getattr(self, which)).split()]


HOME = {"old": 1.0, "new": 0.6, "village": 0.5}
KINDS = (
    Kind(
        "dispute.neighbour",
        11,
        {"old": 1.4, "new": 0.6, "village": 0.7},
        EVENING,
        WEEKEND,
        FLAT,
        ("楼上漏水", "噪音扰邻", "占用楼道", "晾晒纠纷", "停车占位", ""),
    ),
    Kind("dispute.family", 8, HOME, EVENING, WEEKEND, FLAT, ("家庭琐事争执", "赡养问题", "财产分割", "")),
    Kind(
        "dispute.property",
        6,
        {"new": 1.4, "old": 0.6},
        DAY,
        OFFICE,
        FLAT,
        ("物业收费争议", "车位管理", "业委会选举", "装修押金", ""),
    ),
    Kind(
        "dispute.labour",
        2.5,
        {"industrial": 2.0, "commercial": 0.6, "vacant": 0.5},
        DAY,
        OFFICE,
        YEAR_END,
        ("拖欠工资", "工伤赔付", "合同争议", ""),
    ),
    Kind(
        "dispute.land",
        1.5,
        {"farm": 3.0, "village": 0.4},
        MORNING,
        EVEN,
        FARMING,
        ("田界争议", "灌溉用水", "土地流转", "青苗补偿", ""),
    ),
    Kind(
        "hazard.fire",
        3.5,
        {"old": 0.8, "village": 1.2, "market": 9.0, "commercial": 0.8},
        DAY,
        EVEN,
        WINTER,
        ("楼道堆物", "灭火器过期", "消防通道被占", "油烟管道", ""),
    ),
    Kind(
        "hazard.electric",
        4.5,
        {"old": 1.2, "village": 1.0, "new": 0.3},
        EVENING,
        EVEN,
        SUMMER,
        ("飞线充电", "线路老化", "电动车进楼", ""),
    ),
    Kind(
        "hazard.structure", 1.5, {"old": 1.0, "village": 1.4}, DAY, EVEN, RAIN, ("墙皮脱落", "围墙倾斜", "阳台松动", "")
    ),
    Kind(
        "hazard.traffic",
        5,
        {"trunk": 3.0, "street": 1.0, "school": 6.0},
        RUSH,
        OFFICE,
        FLAT,
        ("路口视线遮挡", "护栏损坏", "逆行", "占道停车", ""),
    ),
    Kind(
        "hazard.water",
        2,
        {"farm": 0.4, "village": 0.6, "bank": 3.0, "street": 0.2},
        DAY,
        WEEKEND,
        RAIN,
        ("水边无护栏", "积水", "塘堰渗漏", ""),
    ),
    Kind(
        "order.theft",
        9,
        {"old": 0.6, "market": 26.0, "commercial": 1.6, "station": 30.0, "village": 0.3, "new": 0.25},
        EVENING,
        WEEKEND,
        SUMMER,
        ("电瓶被盗", "扒窃", "店铺失窃", "自行车被盗", ""),
    ),
    Kind(
        "order.fight",
        3,
        {"commercial": 2.0, "bar": 30.0, "market": 4.0, "old": 0.2},
        NIGHT,
        WEEKEND,
        SUMMER,
        ("酒后冲突", "口角推搡", ""),
    ),
    Kind(
        "order.noise",
        8.5,
        {"bar": 22.0, "commercial": 0.7, "new": 0.5, "old": 0.6, "park": 2.0},
        NIGHT,
        WEEKEND,
        SUMMER,
        ("广场舞音响", "夜间施工", "烧烤摊喧哗", "宠物吠叫", ""),
    ),
    Kind("order.fraud", 5, HOME, DAY, OFFICE, FLAT, ("刷单返利", "冒充客服", "虚假投资", "")),
    Kind(
        "order.vehicle",
        7.5,
        {"street": 1.0, "trunk": 0.6, "station": 16.0, "old": 0.3, "school": 4.0},
        RUSH,
        EVEN,
        FLAT,
        ("乱停车", "僵尸车", "堵塞出入口", ""),
    ),
    Kind(
        "help.elder",
        3.5,
        {"old": 1.3, "village": 0.8, "new": 0.3},
        MORNING,
        EVEN,
        WINTER,
        ("独居老人求助", "代办服务", "摔倒求助", ""),
    ),
    Kind(
        "help.lost",
        2,
        {"market": 8.0, "station": 12.0, "street": 0.6, "park": 2.0},
        DAY,
        WEEKEND,
        FLAT,
        ("走失寻人", "拾获物品", ""),
    ),
    Kind(
        "help.medical",
        3,
        {"old": 1.0, "new": 0.6, "village": 0.5, "street": 0.4},
        MORNING,
        EVEN,
        WINTER,
        ("突发疾病", "呼叫急救", ""),
    ),
    Kind("help.other", 3, HOME, DAY, EVEN, FLAT, ("开锁求助", "高空坠物", "流浪动物", "")),
    Kind(
        "facility.light",
        3.5,
        {"street": 1.0, "trunk": 0.8, "old": 0.6, "lane": 1.0},
        EVENING,
        EVEN,
        WINTER,
        ("路灯不亮", "楼道灯损坏", ""),
    ),
    Kind("facility.lift", 3, {"new": 1.6}, DAY, EVEN, SUMMER, ("电梯困人", "电梯停运", "")),
    Kind(
        "facility.road", 3, {"street": 1.2, "trunk": 1.0, "lane": 1.0}, DAY, OFFICE, RAIN, ("路面破损", "井盖松动", "")
    ),
    Kind(
        "facility.drain",
        2.5,
        {"old": 1.2, "lane": 0.8, "village": 0.7, "market": 3.0},
        MORNING,
        EVEN,
        RAIN,
        ("下水堵塞", "污水外溢", ""),
    ),
    Kind("facility.door", 2, {"new": 0.9, "old": 0.8}, EVENING, EVEN, FLAT, ("单元门损坏", "门禁失灵", "")),
)
