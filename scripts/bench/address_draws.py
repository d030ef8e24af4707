"""Drawing rows of the demo's files to write addresses of, and the words people write them with."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import shapely

from bench.address_worlds import Files

ASK = "ask"
ONES = "零一二三四五六七八九"
FULL = str.maketrans("0123456789-#", "０１２３４５６７８９－＃")
# signs that a hand on a pinyin keyboard takes for each other
ALIKE = {
    "苑": "园院",
    "花": "华画",
    "邸": "底",
    "佳": "家嘉",
    "桂": "贵",
    "园": "圆苑",
    "新": "欣鑫",
    "城": "成",
    "厂": "场",
    "属": "署",
    "舍": "社",
    "馆": "管",
    "雅": "亚",
    "湖": "胡",
    "华": "花",
    "府": "俯",
    "名": "明",
    "铜": "同",
    "景": "锦",
    "阳": "杨",
    "司": "私",
    "机": "鸡",
    "矿": "况",
    "磁": "慈",
    "宿": "素",
    "锦": "景",
    "半": "办",
    "岛": "导",
    "琴": "勤",
    "晨": "辰",
    "松": "淞",
    "泉": "全",
    "清": "青",
    "滨": "宾",
    "玻": "波",
    "璃": "离",
    "供": "公",
    "输": "书",
    "际": "级",
    "品": "聘",
    "庭": "亭",
}
REMARKS = ("（老菜场后面）", "(靠近公交站)", "【电梯口】", "（红色外墙）", "(业主反映)", "（联系人已留）")
AFTER = ("，王女士反映楼道堆物", "有人吵架", " 电话13912345678", "，家里水管爆了", "楼道灯不亮", "张先生家漏水")
DICTATED = ("嗯就在{}", "我家住{}", "地址是{}", "那个{}那里", "现在在{}这边", "位于{}")
UNKNOWN_ROOTS = ("珠江", "蓝天", "龙湖", "万达", "碧桂", "恒隆", "绿地", "保利", "中海", "世茂", "融创", "金地")
UNKNOWN_TAILS = ("天街", "首府", "云邸", "悦府", "尚城", "广场公寓", "御园", "上郡")
OTHERS = (
    "武汉市洪山区",
    "湖北省鄂州市鄂城区",
    "黄石市西塞山区",
    "大冶市",
    "黄石市铁山区",
    "湖南省长沙市岳麓区",
    "北京市朝阳区",
)


def numeral(number: int) -> str:
    """0 to 999 in Chinese numerals."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    if hundreds:
        middle = ONES[tens] + "十" if tens else ("零" if ones else "")
        return ONES[hundreds] + "百" + middle + (ONES[ones] if ones else "")
    if tens:
        return ("" if tens == 1 else ONES[tens]) + "十" + (ONES[ones] if ones else "")
    return ONES[ones]


def spoken(room: str) -> str:
    """A room digit by digit."""
    return "".join(ONES[int(digit)] for digit in room)


class Draws:
    """Rows drawn by a seed."""

    def __init__(self, f: Files, seed: int) -> None:
        self.f = f
        self.rng = np.random.default_rng(seed)
        self.area = f.areas.set_index("code")
        self.compounds = f.areas[f.areas["level"] == "compound"]
        b = f.buildings
        self.flats = b[(b["units"] > 0) & (b["number"] != "")]
        self.houses = b[(b["kind"] == "village") & (b["compound_code"] != "") & (b["number"] != "")]
        self.doors = b[(b["street_name"] != "") & (b["door_number"] != "")]
        self.rooms = f.households[f.households["unit"] != ""]
        self.numbers = b.groupby("compound_code")["number"].agg(set).to_dict()
        names = [*self.compounds["name"], *self.compounds["aliases"].str.split(";").explode()]
        counts = pd.Series([name for name in names if name]).value_counts()
        self.shared = set(counts[counts > 1].index)
        self.all_names = (set(counts.index) | set(f.streets["name"]) | set(f.sites["name"])) - {""}
        # a house number in a hamlet whose other spelling is another hamlet's name has two right answers
        self.own = set(self.compounds["name"]) - self.shared
        self.lines = {name: shapely.union_all(group.geometry.to_numpy()) for name, group in f.streets.groupby("name")}
        self.lines.pop("", None)
        self.by_code = b.set_index("code")

    def pick(self, frame: pd.DataFrame) -> pd.Series:
        return frame.iloc[int(self.rng.integers(len(frame)))]

    def one(self, choices: tuple[str, ...] | list[str]) -> str:
        return choices[int(self.rng.integers(len(choices)))]

    def home(self) -> tuple[pd.Series, pd.Series, pd.Series]:
        """A household, its building and its compound, whose name nobody else has."""
        while True:
            room = self.pick(self.rooms)
            building = self.by_code.loc[room["building_code"]]
            compound = self.area.loc[building["compound_code"]]
            if compound["name"] in self.own:
                return room, building, compound

    def house_word(self) -> str:
        return self.one(("栋", "幢", "号楼", "#", "#楼", "栋楼", "座"))

    def one_of(self, *kinds: Callable[[], tuple[str, str, str]]) -> tuple[str, str, str]:
        return kinds[int(self.rng.integers(len(kinds)))]()

    def one_side(self) -> tuple[str, float, float]:
        sides = (
            ("东", 1, 0),
            ("西", -1, 0),
            ("南", 0, -1),
            ("北", 0, 1),
            ("东北", 0.7071, 0.7071),
            ("西南", -0.7071, -0.7071),
        )
        return sides[int(self.rng.integers(len(sides)))]
