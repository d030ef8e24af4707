"""Texts that no machine may answer, a method a kind: each gives (text, "ask", "")."""

from __future__ import annotations

from bench.address_draws import ASK, OTHERS, UNKNOWN_ROOTS, UNKNOWN_TAILS
from bench.address_right import Right


class Strays(Right):
    """Unknown, doubled, contradictory, elsewhere or nothing at all."""

    def unknown_compound(self) -> tuple[str, str, str]:
        name = self.one(("", "下陆区", "黄石市下陆区")) + self.one(UNKNOWN_ROOTS) + self.one(UNKNOWN_TAILS)
        return f"{name}{int(self.rng.integers(1, 20))}栋{self.one(('1', '2'))}单元301", ASK, ""

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
                return (
                    f"{compound['name']}{number}{self.one(('栋', '号楼', '#'))}{room['unit']}单元{room['room']}",
                    ASK,
                    "",
                )

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
                (self.compounds["name"] == name)
                | self.compounds["aliases"].str.split(";").apply(lambda a, n=name: n in a)
            ]
            numbers = [self.numbers.get(code, set()) for code in holders["code"]]
            both = sorted(number for number in numbers[0] & numbers[1] if number)
            if both:
                return f"{name}{self.one(both)}栋", ASK, ""

    def wrong_community(self) -> tuple[str, str, str]:
        room, building, compound = self.home()
        street = building["compound_code"][:9]
        far = self.f.areas[(self.f.areas["level"] == "community") & (self.f.areas["parent_code"] != street)]
        return (
            f"{self.pick(far)['name']}{compound['name']}{building['number']}栋{room['unit']}单元{room['room']}",
            ASK,
            "",
        )

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
        return (
            self.one(
                (
                    "",
                    "  ",
                    "？？？",
                    "不知道",
                    "同上",
                    "无",
                    "-",
                    "测试",
                    "asdf1234",
                    "见附件",
                    "13812345678",
                    "。。。",
                    "未填写地址",
                    "12345",
                )
            ),
            ASK,
            "",
        )
