"""Writes address texts whose right answers are known before: a row of the demo's files, written as people write.

`python scripts/bench/address_texts.py SEED COUNT FILE.csv` writes COUNT texts of every kind. It does not use the
matcher: truth is the row the text was made of, or a place computed here from the files' shapes.

Columns: text, kind, level, truth. `truth` is codes with "|" between where several are right (a household, building,
area, site), the road's name, or "lon lat" for a point; level "ask" means that no machine may answer.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.address_worlds import Files, files

ASK = "ask"
ONES = "零一二三四五六七八九"
FULL = str.maketrans("0123456789-#", "０１２３４５６７８９－＃")
# signs that a hand on a pinyin keyboard takes for each other
ALIKE = {
    "苑": "园院", "花": "华画", "邸": "底", "佳": "家嘉", "桂": "贵", "园": "圆苑", "新": "欣鑫", "城": "成",
    "厂": "场", "属": "署", "舍": "社", "馆": "管", "雅": "亚", "湖": "胡", "华": "花", "府": "俯", "名": "明", "铜": "同",
    "景": "锦", "阳": "杨", "司": "私", "机": "鸡", "矿": "况", "磁": "慈", "宿": "素", "锦": "景", "半": "办", "岛": "导",
    "琴": "勤", "晨": "辰", "松": "淞", "泉": "全", "清": "青", "滨": "宾", "玻": "波", "璃": "离", "供": "公", "输": "书",
    "际": "级", "品": "聘", "庭": "亭",
}  # fmt: skip
REMARKS = ("（老菜场后面）", "(靠近公交站)", "【电梯口】", "（红色外墙）", "(业主反映)", "（联系人已留）")
AFTER = ("，王女士反映楼道堆物", "有人吵架", " 电话13912345678", "，家里水管爆了", "楼道灯不亮", "张先生家漏水")
DICTATED = ("嗯就在{}", "我家住{}", "地址是{}", "那个{}那里", "现在在{}这边", "位于{}")
UNKNOWN_ROOTS = ("珠江", "蓝天", "龙湖", "万达", "碧桂", "恒隆", "绿地", "保利", "中海", "世茂", "融创", "金地")
UNKNOWN_TAILS = ("天街", "首府", "云邸", "悦府", "尚城", "广场公寓", "御园", "上郡")
OTHERS = (
    "武汉市洪山区", "湖北省鄂州市鄂城区", "黄石市西塞山区", "大冶市", "黄石市铁山区", "湖南省长沙市岳麓区", "北京市朝阳区"
)  # fmt: skip


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


class Writer:
    """Draws rows and writes them; one method a kind."""

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

    # one place, many hands: each gives (text, level, truth)

    def prefixed(self) -> tuple[str, str, str]:
        room, building, compound = self.home()
        community = self.area.loc[building["compound_code"][:12]]
        street = self.area.loc[building["compound_code"][:9]]
        short = community["aliases"].split(";")[0]
        head = self.one(
            (
                f"湖北省黄石市下陆区{street['name']}{community['name']}",
                f"黄石市下陆区{street['name']}{short}",
                f"湖北黄石下陆区{short}",
                f"下陆区{street['aliases'].split(';')[0]}街道{short}居委会",
                f"下陆区{short}",
                f"{street['name']}{short}",
            )
        )
        number = building["number"]
        return f"{head}{compound['name']}{number}{self.house_word()}{room['unit']}单元{room['room']}室", "room", room["code"]

    def repeated(self) -> tuple[str, str, str]:
        room, building, compound = self.home()
        short = self.area.loc[building["compound_code"][:12]]["aliases"].split(";")[0]
        head = self.one((f"下陆区下陆区{short}", f"黄石市下陆区黄石市下陆区{short}", f"{short}{short}", f"下陆{short}"))
        return f"{head}{compound['name']}{building['number']}栋{room['unit']}单元{room['room']}", "room", room["code"]

    def plain(self) -> tuple[str, str, str]:
        room, building, compound = self.home()
        end = self.one(("", "室", "号", "户"))
        return (
            f"{compound['name']}{building['number']}{self.house_word()}{room['unit']}单元{room['room']}{end}", "room", room["code"],
        )  # fmt: skip

    def dashed(self) -> tuple[str, str, str]:
        room, building, compound = self.home()
        sign = self.one(("-", "－", "—", "/", " "))
        numbers = sign.join((building["number"], room["unit"], room["room"]))
        return f"{compound['name']}{self.one(('', ' '))}{numbers}", "room", room["code"]

    def mixed(self) -> tuple[str, str, str]:
        room, building, compound = self.home()
        number, unit, flat = building["number"], room["unit"], room["room"]
        form = self.one(
            (f"{number}#{unit}-{flat}", f"{number}栋{unit}-{flat}", f"{number}号楼{unit}门{flat}", f"{number}-{unit}单元{flat}",
             f"第{number}栋第{unit}单元{flat}室", f"{number}幢{unit}单元{flat[:-2]}楼{flat}", f"{number}栋-{unit}单元-{flat}室")
        )  # fmt: skip
        return compound["name"] + form, "room", room["code"]

    def numerals(self) -> tuple[str, str, str]:
        room, building, compound = self.home()
        number = numeral(int(building["number"]))
        flat = self.one((spoken(room["room"]), room["room"]))
        word = self.one(("栋", "幢", "号楼"))
        return f"{compound['name']}{number}{word}{numeral(int(room['unit']))}单元{flat}室", "room", room["code"]

    def wide(self) -> tuple[str, str, str]:
        text, level, truth = self.one_of(self.plain, self.dashed)
        return text.translate(FULL), level, truth

    def noisy(self) -> tuple[str, str, str]:
        room, building, compound = self.home()
        parts = [compound["name"], f"{building['number']}栋", f"{room['unit']}单元", f"{room['room']}室"]
        sign = self.one((" ", "，", ", ", "  ", "。", ";", "、"))
        return self.one(("", " ", "\t")) + sign.join(parts) + self.one(("", " ", "。", "\n")), "room", room["code"]

    def alias(self) -> tuple[str, str, str]:
        while True:
            room, building, compound = self.home()
            names = [name for name in compound["aliases"].split(";") if name and name not in self.shared]
            if names:
                return f"{self.one(names)}{building['number']}栋{room['unit']}单元{room['room']}", "room", room["code"]

    def no_stairwell(self) -> tuple[str, str, str]:
        room, building, compound = self.home()
        return f"{compound['name']}{building['number']}{self.house_word()}{room['room']}", "building", room["building_code"]

    def stairwell(self) -> tuple[str, str, str]:
        room, building, compound = self.home()
        return f"{compound['name']}{building['number']}{self.house_word()}{room['unit']}单元", "unit", room["building_code"]

    def building(self) -> tuple[str, str, str]:
        building = self.pick(self.flats)
        compound = self.area.loc[building["compound_code"]]
        if compound["name"] not in self.own:
            return self.building()
        end = self.one(("", "楼下", "门前", "门口", "楼道", "楼顶"))
        return f"{compound['name']}{building['number']}{self.one(('栋', '幢', '号楼', '#'))}{end}", "building", building["code"]

    def village(self) -> tuple[str, str, str]:
        building = self.pick(self.houses)
        compound = self.area.loc[building["compound_code"]]
        if compound["name"] not in self.own:
            return self.village()
        number = self.one((building["number"], numeral(int(building["number"]))))
        return f"{compound['name']}{number}{self.one(('号', '号', '号门口', '号民房'))}", "building", building["code"]

    def door(self) -> tuple[str, str, str]:
        building = self.pick(self.doors)
        number = building["door_number"]
        written = self.one((f"{number}号", f"{numeral(int(number)) if int(number) < 1000 else number}号", f"第{number}号", f"{number}号门口"))
        head = self.one(("", "下陆区", "黄石市下陆区", "黄石市"))
        return f"{head}{building['street_name']}{written}", "door", building["code"]

    def door_remark(self) -> tuple[str, str, str]:
        building = self.pick(self.doors)
        end = self.one(("（临街门面）", "，店招脱落", "附3", "-1号", "号附1号"))
        stop = "" if end[0] in "-附号" else "号"
        return f"{building['street_name']}{building['door_number']}{stop}{end}", "door", building["code"]

    def road_then_compound(self) -> tuple[str, str, str]:
        while True:
            room, building, compound = self.home()
            if building["street_name"]:
                break
        door = self.one(("", f"{building['door_number']}号"))
        return (
            f"{building['street_name']}{door}{compound['name']}{building['number']}栋{room['unit']}单元{room['room']}", "room", room["code"],
        )  # fmt: skip

    def door_inside(self) -> tuple[str, str, str]:
        while True:
            room, building, _ = self.home()
            if building["street_name"]:
                break
        return f"{building['street_name']}{building['door_number']}号{room['unit']}单元{room['room']}室", "room", room["code"]

    def junction(self) -> tuple[str, str, str]:
        names = [name for name in self.lines]
        while True:
            one = self.one(names)
            meeting = [other for other in names if other != one and self.lines[one].intersects(self.lines[other])]
            if not meeting:
                continue
            other = self.one(meeting)
            place = shapely.intersection(self.lines[one], self.lines[other])
            box = np.array(place.bounds) * (96_000, 111_000, 96_000, 111_000)
            if np.hypot(box[2] - box[0], box[3] - box[1]) < 40:
                break
        form = self.one(
            ("{}与{}交叉口", "{}和{}交汇处", "{}{}路口", "{}/{}路口", "{}、{}十字路口", "{}与{}的交叉路口", "{}跟{}拐角", "{}-{}交叉口", "{}{}交叉口红绿灯")
        )  # fmt: skip
        head = self.one(("", "下陆区", "黄石市下陆区"))
        return head + form.format(one, other), "junction", f"{place.centroid.x:.6f} {place.centroid.y:.6f}"

    def typed_by_sound(self) -> tuple[str, str, str]:
        while True:
            room, building, compound = self.home()
            name = compound["name"]
            spots = [k for k, sign in enumerate(name) if sign in ALIKE]
            if not spots:
                continue
            k = spots[int(self.rng.integers(len(spots)))]
            wrong = name[:k] + self.one(list(ALIKE[name[k]])) + name[k + 1 :]
            if wrong not in self.all_names:
                return f"{wrong}{building['number']}栋{room['unit']}单元{room['room']}", "room", room["code"]

    def sign_missing(self) -> tuple[str, str, str]:
        while True:
            room, building, compound = self.home()
            name = compound["name"]
            k = int(self.rng.integers(1, len(name)))
            wrong = name[:k] + name[k + 1 :]
            if len(name) >= 5 and not set("东西南北一二三四新").intersection(name[k]) and wrong not in self.all_names:
                return f"{wrong}{building['number']}栋{room['unit']}单元{room['room']}", "room", room["code"]

    def sign_swapped(self) -> tuple[str, str, str]:
        while True:
            room, building, compound = self.home()
            name = compound["name"]
            k = int(self.rng.integers(0, len(name) - 1))
            wrong = name[:k] + name[k + 1] + name[k] + name[k + 2 :]
            if wrong not in self.all_names and wrong != name:
                return f"{wrong}{building['number']}栋{room['unit']}单元{room['room']}", "room", room["code"]

    def sign_doubled(self) -> tuple[str, str, str]:
        room, building, compound = self.home()
        name = compound["name"]
        k = int(self.rng.integers(0, len(name)))
        return f"{name[: k + 1]}{name[k]}{name[k + 1 :]}{building['number']}栋{room['unit']}单元{room['room']}", "room", room["code"]

    def remark(self) -> tuple[str, str, str]:
        room, building, compound = self.home()
        middle, end = self.one((("", self.one(REMARKS)), (self.one(REMARKS), "")))
        return (
            f"{compound['name']}{middle}{building['number']}栋{room['unit']}单元{room['room']}室{end}", "room", room["code"],
        )  # fmt: skip

    def remark_after(self) -> tuple[str, str, str]:
        text, level, truth = self.one_of(self.plain, self.building)
        return text + self.one(AFTER), level, truth

    def turned(self) -> tuple[str, str, str]:
        room, building, compound = self.home()
        number, unit, flat = building["number"], room["unit"], room["room"]
        form = self.one(("{b}栋{u}单元{r}室，{c}", "{r}室{u}单元{b}栋{c}", "{b}-{u}-{r} {c}", "{b}号楼{u}单元{r}，{c}"))
        return form.format(b=number, u=unit, r=flat, c=compound["name"]), "room", room["code"]

    def dictated(self) -> tuple[str, str, str]:
        text, level, truth = self.one_of(self.plain, self.building, self.numerals, self.village)
        return self.one(DICTATED).format(text), level, truth

    def site(self) -> tuple[str, str, str]:
        site = self.pick(self.f.sites)
        end = self.one(("", "门口", "大门口", "门前", "内"))
        return self.one(("", "下陆区")) + site["name"] + end, "landmark", site["code"]

    def shop(self) -> tuple[str, str, str]:
        unit = self.pick(self.f.units)
        return unit["name"] + self.one(("", "门口", "店内")[:2]), "landmark", unit["code"]

    def metres(self) -> tuple[str, str, str]:
        """So many metres to one side of a building: the truth is the point from its middle."""
        building = self.pick(self.flats)
        compound = self.area.loc[building["compound_code"]]
        if compound["name"] not in self.own:
            return self.metres()
        side, east, north = self.one_side()
        far = int(self.rng.choice([30, 50, 80, 100, 200]))
        middle = building["geometry"].centroid
        lon, lat = middle.x + east * far / 96_200, middle.y + north * far / 110_850
        form = self.one(("{s}侧{m}米", "以{s}{m}米处", "{s}边约{m}米", "往{s}{m}米", "{s}面{m}m", "{s}方向{m}米左右"))
        return (
            f"{compound['name']}{building['number']}栋" + form.format(s=side, m=far), "landmark", f"{lon:.6f} {lat:.6f}"
        )  # fmt: skip

    def beside(self) -> tuple[str, str, str]:
        building = self.pick(self.doors)
        middle = building["geometry"].centroid
        end = self.one(("旁边", "旁", "隔壁", "附近", "边上", "侧面"))
        return f"{building['street_name']}{building['door_number']}号{end}", "landmark", f"{middle.x:.6f} {middle.y:.6f}"

    def road(self) -> tuple[str, str, str]:
        known = set(self.area["name"]) | {alias for aliases in self.area["aliases"] for alias in aliases.split(";")}
        while True:
            name = self.one(list(self.lines))
            if name not in known:
                return name + self.one(("", "中段", "路边", "人行道", "沿线", "公交站旁")), "road", name

    def area_only(self) -> tuple[str, str, str]:
        area = self.pick(self.f.areas[self.f.areas["level"] != "compound"])
        return self.one(("", "黄石市")) + area["name"], {"district": "district", "street": "street"}.get(area["level"], "community"), area["code"]

    def compound_only(self) -> tuple[str, str, str]:
        compound = self.pick(self.compounds)
        if compound["name"] in self.shared or compound["name"] in set(self.f.streets["name"]):
            return self.compound_only()
        return self.one(("", "下陆区", "黄石市下陆区")) + compound["name"] + self.one(("", "附近", "院内", "里面")), "compound", compound["code"]

    # no machine may answer

    def unknown_compound(self) -> tuple[str, str, str]:
        name = self.one(UNKNOWN_ROOTS) + self.one(UNKNOWN_TAILS)
        return f"{self.one(('', '下陆区', '黄石市下陆区'))}{name}{int(self.rng.integers(1, 20))}栋{self.one(('1', '2'))}单元301", ASK, ""

    def new_combination(self) -> tuple[str, str, str]:
        """The beginning of one name with the end of another: a compound that could be there and is not."""
        while True:
            one, other = self.pick(self.compounds)["name"], self.pick(self.compounds)["name"]
            name = one[:-2] + other[-2:]
            begins = any(known.startswith(name) or name.startswith(known) for known in self.all_names)
            if len(one) >= 4 and not begins and not any(self.is_cut(name, known) for known in self.all_names):
                return f"{name}{int(self.rng.integers(1, 4))}栋1单元{int(self.rng.integers(1, 6))}01", ASK, ""

    @staticmethod
    def is_cut(name: str, known: str) -> bool:
        """Whether one is the other without a sign: then it would be a slip."""
        short, long = sorted((name, known), key=len)
        return len(long) == len(short) + 1 and any(long[:k] + long[k + 1 :] == short for k in range(len(long)))

    def strange_sign(self) -> tuple[str, str, str]:
        """A name with any other sign in it: another compound, or a slip nobody can see through."""
        signs = "安宝昌德福广恒吉康龙美宁平庆荣瑞盛泰旺祥兴永裕源"
        while True:
            name = self.pick(self.compounds)["name"]
            k = int(self.rng.integers(0, 2))
            strange = name[:k] + self.one(list(signs)) + name[k + 1 :]
            if 4 <= len(name) <= 5 and strange not in self.all_names:
                return f"{strange}{int(self.rng.integers(1, 4))}栋1单元{int(self.rng.integers(1, 6))}01", ASK, ""

    def elsewhere(self) -> tuple[str, str, str]:
        return self.one(OTHERS) + self.one_of(self.plain, self.door)[0], ASK, ""

    def no_building(self) -> tuple[str, str, str]:
        room, building, compound = self.home()
        if len(self.numbers[building["compound_code"]] - {""}) < 2:
            return self.no_building()  # one building needs no number
        return f"{compound['name']}{self.one((room['unit'] + '单元', ''))}{room['room']}室", ASK, ""

    def no_such_building(self) -> tuple[str, str, str]:
        room, building, compound = self.home()
        while True:
            number = int(self.rng.integers(10, 300))
            if str(number) not in self.numbers[building["compound_code"]]:
                return f"{compound['name']}{number}{self.one(('栋', '号楼', '#'))}{room['unit']}单元{room['room']}", ASK, ""

    def no_such_floor(self) -> tuple[str, str, str]:
        room, building, compound = self.home()
        floor = int(building["floors"]) + int(self.rng.integers(3, 9))
        return f"{compound['name']}{building['number']}栋{room['unit']}单元{floor}01室", ASK, ""

    def no_such_stairwell(self) -> tuple[str, str, str]:
        room, building, compound = self.home()
        unit = int(building["units"]) + int(self.rng.integers(2, 6))
        return f"{compound['name']}{building['number']}栋{unit}单元{room['room']}", ASK, ""

    def no_such_door(self) -> tuple[str, str, str]:
        road = self.pick(self.doors)["street_name"]
        known = set(self.doors[self.doors["street_name"] == road]["door_number"])
        number = next(n for n in range(int(self.rng.integers(900, 2000)), 9999) if str(n) not in known)
        return f"{road}{number}号", ASK, ""

    def shared_name(self) -> tuple[str, str, str]:
        while True:
            name = self.one(sorted(self.shared))
            holders = self.compounds[
                (self.compounds["name"] == name) | self.compounds["aliases"].str.split(";").apply(lambda a, n=name: n in a)
            ]
            numbers = [self.numbers.get(code, set()) for code in holders["code"]]
            both = sorted(number for number in numbers[0] & numbers[1] if number)
            if both:
                return f"{name}{self.one(both)}栋", ASK, ""

    def wrong_community(self) -> tuple[str, str, str]:
        room, building, compound = self.home()
        street = building["compound_code"][:9]
        far = self.f.areas[(self.f.areas["level"] == "community") & (self.f.areas["parent_code"] != street)]
        return f"{self.pick(far)['name']}{compound['name']}{building['number']}栋{room['unit']}单元{room['room']}", ASK, ""

    def apart(self) -> tuple[str, str, str]:
        names = list(self.lines)
        while True:
            one, other = self.one(names), self.one(names)
            if one != other and self.lines[one].distance(self.lines[other]) * 96_000 > 200:
                return f"{one}与{other}交叉口", ASK, ""

    def two_places(self) -> tuple[str, str, str]:
        building = self.pick(self.flats)
        compound = self.area.loc[building["compound_code"]]
        others = sorted(self.numbers[building["compound_code"]] - {building["number"], ""})
        if not others:
            return self.two_places()
        form = self.one(("{a}栋和{b}栋之间", "{a}栋或{b}栋", "{a}栋、{b}栋"))
        return compound["name"] + form.format(a=building["number"], b=self.one(others)), ASK, ""

    def number_only(self) -> tuple[str, str, str]:
        room = self.pick(self.rooms)
        return self.one((f"3栋{room['unit']}单元{room['room']}", f"{room['room']}室", "12号", "二单元三楼")), ASK, ""

    def nonsense(self) -> tuple[str, str, str]:
        return self.one(("", "  ", "？？？", "不知道", "同上", "无", "-", "测试", "asdf1234", "见附件", "13812345678", "。。。", "未填写地址", "12345")), ASK, ""

    def one_of(self, *kinds: Callable[[], tuple[str, str, str]]) -> tuple[str, str, str]:
        return kinds[int(self.rng.integers(len(kinds)))]()

    def one_side(self) -> tuple[str, float, float]:
        sides = (("东", 1, 0), ("西", -1, 0), ("南", 0, -1), ("北", 0, 1), ("东北", 0.7071, 0.7071), ("西南", -0.7071, -0.7071))
        return sides[int(self.rng.integers(len(sides)))]

    KINDS = (
        prefixed, repeated, plain, dashed, mixed, numerals, wide, noisy, alias, no_stairwell, stairwell, building, village,
        door, door_remark, road_then_compound, door_inside, junction, typed_by_sound, sign_missing, sign_swapped,
        sign_doubled, remark, remark_after, turned, dictated, site, shop, metres, beside, road, area_only, compound_only,
        unknown_compound, new_combination, strange_sign, elsewhere, no_building, no_such_building, no_such_floor, no_such_stairwell, no_such_door,
        shared_name, wrong_community, apart, two_places, number_only, nonsense,
    )  # fmt: skip


def main(seed: str, count: str, file: str) -> None:
    with Path(file).open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(("text", "kind", "level", "truth"))
        writer = Writer(files(), int(seed))
        for kind in Writer.KINDS:
            for _ in range(int(count)):
                text, level, truth = kind(writer)
                rows.writerow((text, kind.__name__, level, truth))


if __name__ == "__main__":
    main(*sys.argv[1:])
