"""What follows a name: building, stairwell, floor, room, door, group, plot, and where from there.

The text is in the writing of `normalise`: every word for building is 栋, numbers are Arabic, "-" parts numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


def _any(words: str) -> str:
    """A pattern for any of some patterns with blanks between them, the longest first."""
    return "(?:" + "|".join(sorted(words.split(), key=len, reverse=True)) + ")"


NUMBER = r"(\d{1,4}[A-Z]?|[A-Z]\d{0,3})"
SIDE = "(东南|东北|西南|西北|东|南|西|北)"
ABOUT = _any("约 大约 大概 差不多 走 大致 不到 近")
THERE = _any("处 左右 远 的地方 外 开外 的位置 位置 多")
DISTANCE = rf"{ABOUT}*(\d+(?:\.\d+)?)[多来几]?(公里|千米|KM|米|M){THERE}*"
BEFORE_METRES = _any("往前 前方 前面 前 往里 里面 附近 旁边 外 路过 过去 对面 斜对面")

TOWARDS = re.compile(rf"的?[以往向朝偏正靠]?{SIDE}(?:方向|[侧边面方头端部角走])?(?:方向)?{DISTANCE}")
AWAY = re.compile(rf"{BEFORE_METRES}?{DISTANCE}(?:[以往向偏的]?{SIDE}(?:方向|[侧边面])?)?")
SIDED = re.compile(
    rf"[的以正靠]?{SIDE}{_any('侧 边 面 方向 头 端 部 角 出入口 入口 大门 小门 门 口 段 外墙 围墙')}"
    rf"{_any('口 外 处 附近 旁边? 门口')}*"
)
VAGUE = {
    "opposite": re.compile(r"的?[正斜街路]?(?:马路)?" + _any("对面 对过 对门 对街 对马路")),
    "near": re.compile("的?" + _any("附近 周边 一带 周围 左近 方圆 不远处? 那一片 那一带")),
    "beside": re.compile("的?" + _any("旁边 边上 旁 隔壁 侧面 傍边 后边 后面 背后 屋后 楼后 后墙 后身 前面 前边")),
    "at": re.compile(
        "的?"
        + _any(
            "出站口 进站口 候车室 停车场 操场 食堂 大厅 前台 大门口 正门口 门口 门前 门外 门卫室 门卫 楼下 楼前 楼顶 "
            "楼上 天台 地下室 地下车库 车库 院门口 进口 入口 出口 大门 正门 后门 门栋 下面 下 前 后 上"
        )
    ),
    "along": re.compile(
        "的?"
        + _any(
            "中段 中间段 路段 沿线 路边 街边 沿街 路旁 人行道 非机动车道 路面 路中间 路上 街上 公交车站 公交站台? 站台 "
            "红绿灯 斑马线 天桥 路口 巷口 巷子 巷内 街口 村口 水塘边? 塘边 田边 田里 河边 湖边 岸边 山脚下? 地里 "
            "果园 菜地 桥头 桥下 段"
        )
    ),
}
FILLER = re.compile(
    _any(
        "住宅小区 住宅区 小区 居民小区 家属楼 居民楼 住宅楼 宿舍楼 单元楼 大院 院子 院内 院里 里面 里头 内部 内 里 "
        "园区 的那栋楼? 那栋楼? 那一栋楼? 这栋楼? 那个楼 那座楼 那边 这边 那里 这里 那儿 这儿 那块 那个 这个 处 位置 "
        "地方 这一块 家里 家中 家 楼道里? 楼梯间? 过道 电梯间? 电梯里 房屋 房子 公寓 业主 住户 居民 左手边 右手边 左手 "
        "右手 左边 右边 东户 西户 中户 左户 右户 的 号 室 户 楼 /(?!第?[0-9A-Z]{1,4}[栋号]) - 啊 呢 吧 哦 了"
    )
)
LEADING = re.compile(
    _any(
        "就在 正在 现在在 现在 我们家住在? 我家住在? 我家在 我们在 我住在? 我在 家住在? 家在 住在 住址是? 家庭地址 "
        "地址[是在]? 位于 位置[在是]? 地点是? 事发地点? 案发地 坐落[于在] 座落于 发生[在地] 辖区内? 我区 我市 本市 "
        "本区 本辖区 麻烦到 请到 快来 来一下 到达 到 在 就是 是 从 由 靠近 紧邻 那个 这个 嗯 呃 喂 你好 您好 的 - /"
    )
    + "+"
)

CROP = _any("蔬菜 温室 草莓 西瓜 番茄 花卉")
PLOT = re.compile(
    rf"[的内里]?{CROP}?(?:大棚|棚区|温室|棚)?{_any('基地 园区 园 区 内 里 的')}?第?(\d{{1,3}})排"
    rf"(?:[的-]?第?(\d{{1,3}}){_any('号大棚 号温室 号棚 个大棚 个棚 大棚 号 棚 座 个')}?)?(?:蔬菜)?(?:大棚|温室|棚)?"
)
GROUP = re.compile(r"第?(\d{1,2})" + _any("村民小组 居民小组 小组 组 社(?!区) 生产队 队"))
BUILDING = re.compile(rf"第?{NUMBER}(?:栋(?:居民楼|住宅|楼(?![上下前后道梯顶]))?|[-/](?=\d{{1,2}}单元))")
SUB_DOOR = re.compile(r"第?(\d{1,5})号?[附之](\d{1,3})号?|第?(\d{1,5})-(\d{1,3})号(?!楼)")
BEHIND_NUMBER = _any("大院 院子 院 门牌 门面房? 门市 商铺 铺面 房子 房屋 民房 民宅")
NUMBERED = re.compile(rf"第?(\d{{1,5}}[A-Z]?)号{BEHIND_NUMBER}?")
UNIT = re.compile(r"第?(\d{1,2}|[A-Z])(?:单元|门(?![口前面外卫]))")
FLOOR = re.compile(r"第?(\d{1,2})[楼层F]半?")
DASHED = re.compile(rf"{NUMBER}((?:[-/]\d{{1,4}}[A-Z]?){{1,3}})(?:号房|[室号户房])?(?!\d|栋)")
ROOM = re.compile(rf"(\d{{1,4}}[A-Z]?|[A-Z]\d{{2,4}}){_any('号房间 号房 号室 房间 室 房 户 号')}?(?![\dA-Z])")

# between two roads, behind two roads, and what may stand before the place itself
JOINT = re.compile(_any("与 和 跟 同 及 交叉 交 路口 口 / - 的"))
CROSSING = re.compile(
    "的?"
    + _any(
        "交叉路口 交叉口 交汇路口 交汇处 交汇口 交会处 交界处 交接处 交界 交叉处 交叉 10字路口 丁字路口 丁字口 3岔路口 "
        "3叉路口 岔路口 岔口 路口 交口 相交处 相交 转角处? 拐角处? 转弯处 拐弯处 汇合处 口 红绿灯 转盘"
    )
    + f"{_any('处 附近 那里 那边')}?"
)
DOOR_BEFORE = re.compile(r"(\d{1,5})号(?:附\d+号?|之\d+|院|大院)?的?")
PLACE_WORD = re.compile(
    f"的?[正斜]?(?:{_any('对面 旁边 旁 隔壁 附近 边上 后面 前面 门口 背后')}|[东南西北]{{1,2}}[侧边面门])的?"
)
LEAD = re.compile(
    rf"(?:第?{NUMBER}栋(?!楼[上下])(?:\d{{3,4}}[室号]?)?|第?\d{{1,2}}单元(?:\d{{3,4}}[室号]?)?|\d{{1,2}}[楼层]"
    rf"|\d{{3,4}}(?:号房|号室|[室房])|(?<![\d-])\d{{1,3}}-\d{{1,2}}-\d{{3,4}}室?|-|,)+的?"
)
MARK = re.compile(  # where a name that nobody knows may end
    r"第?\d|[A-Z]\d{0,3}栋|[与和跟及/]|交叉|路口|[往向][东南西北]"
    rf"|[的在]?(?:{_any('对面 旁 附近 门口 大门 楼下 门前 隔壁 边上')}|[东南西北]{{1,2}}[侧边面门角]|以[东南西北])"
)


@dataclass(frozen=True, slots=True)
class Relation:
    """Where from the named thing: `sort` is a key of VAGUE, "side" or "metres"; a "" direction is any."""

    sort: str
    direction: str = ""
    metres: float = 0.0


@dataclass(frozen=True, slots=True)
class Tail:
    """The parts found, "" for none; `number` is N号, `sub` a door's 附N, `dashed` numbers with "-" between them, `bare`
    a number without any word; `plot` row and number, "" for the whole row; `rest` was not understood, `filled` counts
    signs of words that say nothing.
    """

    building: str = ""
    unit: str = ""
    floor: str = ""
    room: str = ""
    number: str = ""
    sub: str = ""
    dashed: tuple[str, ...] = ()
    bare: str = ""
    group: str = ""
    plot: tuple[str, str] | None = None
    is_greenhouse: bool = False  # the plot is said to be one of a greenhouse
    relations: tuple[Relation, ...] = field(default=())
    rest: str = ""
    filled: int = 0

    @property
    def has_numbers(self) -> bool:
        """A number of a building, a room or the like is said."""
        return bool(self.building or self.unit or self.floor or self.room or self.number or self.dashed or self.bare)

    @property
    def numbers_said(self) -> str:
        """The numbers with their words: 3栋2单元501室."""
        words = (
            (self.number, "号"), ("附" * bool(self.sub) + self.sub, ""), (self.building, "栋"), (self.unit, "单元"),
            (self.floor, "层"), ("-".join(self.dashed), ""), (self.room, "室"), (self.bare, ""),
        )  # fmt: skip
        return "".join(number + word for number, word in words if number)

    @property
    def plot_said(self) -> str:
        """The plot with its words: 3排5号."""
        row, number = self.plot or ("", "")
        return f"{row}排" + (f"{number}号" if number else "")


EMPTY = Tail()


Said = dict[str, Any]  # the fields of a Tail found so far


def parse(text: str) -> Tail:
    """The tail that begins a text; `rest` is what stands after the last part that was understood."""
    said: Said = {}
    while text:
        for step in STEPS:
            found = step(said, text)
            if found is not None:
                said.update(found[0])
                text = text[found[1] :]
                break
        else:
            return Tail(**said, rest=text)
    return Tail(**said) if said else EMPTY


def starts(text: str) -> Iterator[int]:
    """The positions where a tail may begin, so where a name that we do not know may end."""
    for begin in range(2, len(text)):
        if MARK.match(text, begin) and not text[begin - 1].isdigit():
            yield begin


Step = tuple[Said, int] | None


def _is_elsewhere(said: Said) -> bool:
    """Beside or opposite was said: a number behind it is another thing's."""
    return any(relation.sort in {"opposite", "beside", "near", "metres"} for relation in said.get("relations", ()))


def _related(said: Said, relation: Relation, end: int) -> Step:
    return {"relations": (*said.get("relations", ()), relation)}, end


def _metres(said: Said, text: str) -> Step:
    found = TOWARDS.match(text)
    if found is not None:
        direction, amount, unit = found.groups()
    else:
        found = AWAY.match(text)
        if found is None:
            return None
        amount, unit, direction = found[1], found[2], found[3] or ""
    metres = float(amount) * (1000 if unit in {"公里", "千米", "KM"} else 1)
    return _related(said, Relation("metres", direction, metres), found.end())


def _plot(said: Said, text: str) -> Step:
    found = PLOT.match(text)
    if found is None or "plot" in said:
        return None
    if not found[2] and said.keys() - {"filled"}:
        return None  # a row alone behind other parts: of parked cars
    is_greenhouse = re.search("棚|温室", found[0]) is not None
    return {"plot": (found[1], found[2] or ""), "is_greenhouse": is_greenhouse}, found.end()


def _group(said: Said, text: str) -> Step:
    found = GROUP.match(text)
    return ({"group": found[1]}, found.end()) if found and not said.keys() & {*NUMBERS, "group"} else None


def _building(said: Said, text: str) -> Step:
    found = BUILDING.match(text)
    if found is None or "building" in said or _is_elsewhere(said):
        return None
    return {"building": found[1]}, found.end()


def _sub_door(said: Said, text: str) -> Step:
    found = SUB_DOOR.match(text)
    if found is None or "number" in said or "building" in said:
        return None
    return {"number": found[1] or found[3], "sub": found[2] or found[4]}, found.end()


def _numbered(said: Said, text: str) -> Step:
    found = NUMBERED.match(text)
    if found is None or _is_elsewhere(said):
        return None
    if said.keys() & {"building", "unit", "floor", "number"}:
        return None if "room" in said else ({"room": found[1]}, found.end())
    return {"number": found[1]}, found.end()


def _unit(said: Said, text: str) -> Step:
    found = UNIT.match(text)
    return ({"unit": found[1]}, found.end()) if found and "unit" not in said else None


def _floor(said: Said, text: str) -> Step:
    found = FLOOR.match(text)
    return ({"floor": found[1]}, found.end()) if found and not said.keys() & {"floor", "room"} else None


def _dashed(said: Said, text: str) -> Step:
    found = DASHED.match(text)
    if found is None or said.keys() & {"dashed", "room"} or _is_elsewhere(said):
        return None
    return {"dashed": (found[1], *re.split("[-/]", found[2])[1:])}, found.end()


def _room(said: Said, text: str) -> Step:
    found = ROOM.match(text)
    if found is None or said.keys() & {"dashed", "room"} or _is_elsewhere(said):
        return None
    if said.keys() & {"building", "unit", "floor", "number"} or found[0] != found[1]:  # 501室 needs nothing before it
        return {"room": found[1]}, found.end()
    return ({"bare": found[1]}, found.end()) if "bare" not in said and found[1][0].isdigit() else None


def _side(said: Said, text: str) -> Step:
    found = SIDED.match(text)
    return _related(said, Relation("side", found[1]), found.end()) if found else None


def _vague(said: Said, text: str) -> Step:
    for sort, pattern in VAGUE.items():
        found = pattern.match(text)
        if found is not None:
            return _related(said, Relation(sort), found.end())
    return None


def _filler(said: Said, text: str) -> Step:
    found = FILLER.match(text)
    return ({"filled": said.get("filled", 0) + found.end()}, found.end()) if found else None


NUMBERS = {"building", "unit", "floor", "room", "number", "dashed", "bare"}
STEPS = (
    _metres, _plot, _group, _building, _sub_door, _unit, _floor, _dashed, _numbered, _room, _side, _vague, _filler,
)  # fmt: skip
