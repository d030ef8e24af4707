"""Texts that mean one place, a method a kind: each gives (text, level, truth) as `address_texts` says."""

from __future__ import annotations

import numpy as np
import shapely

from bench.address_draws import AFTER, ALIKE, DICTATED, FULL, REMARKS, Draws, numeral, spoken


class Right(Draws):
    """One place, many hands."""

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
        return (
            f"{head}{compound['name']}{number}{self.house_word()}{room['unit']}单元{room['room']}室",
            "room",
            room["code"],
        )

    def repeated(self) -> tuple[str, str, str]:
        room, building, compound = self.home()
        short = self.area.loc[building["compound_code"][:12]]["aliases"].split(";")[0]
        head = self.one((f"下陆区下陆区{short}", f"黄石市下陆区黄石市下陆区{short}", f"{short}{short}", f"下陆{short}"))
        return f"{head}{compound['name']}{building['number']}栋{room['unit']}单元{room['room']}", "room", room["code"]

    def plain(self) -> tuple[str, str, str]:
        room, building, compound = self.home()
        end = self.one(("", "室", "号", "户"))
        return (
            f"{compound['name']}{building['number']}{self.house_word()}{room['unit']}单元{room['room']}{end}",
            "room",
            room["code"],
        )

    def dashed(self) -> tuple[str, str, str]:
        room, building, compound = self.home()
        sign = self.one(("-", "－", "—", "/", " "))
        numbers = sign.join((building["number"], room["unit"], room["room"]))
        return f"{compound['name']}{self.one(('', ' '))}{numbers}", "room", room["code"]

    def mixed(self) -> tuple[str, str, str]:
        room, building, compound = self.home()
        number, unit, flat = building["number"], room["unit"], room["room"]
        form = self.one(
            (
                f"{number}#{unit}-{flat}",
                f"{number}栋{unit}-{flat}",
                f"{number}号楼{unit}门{flat}",
                f"{number}-{unit}单元{flat}",
                f"第{number}栋第{unit}单元{flat}室",
                f"{number}幢{unit}单元{flat[:-2]}楼{flat}",
                f"{number}栋-{unit}单元-{flat}室",
            )
        )
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
        return (
            f"{compound['name']}{building['number']}{self.house_word()}{room['room']}",
            "building",
            room["building_code"],
        )

    def stairwell(self) -> tuple[str, str, str]:
        room, building, compound = self.home()
        return (
            f"{compound['name']}{building['number']}{self.house_word()}{room['unit']}单元",
            "unit",
            room["building_code"],
        )

    def building(self) -> tuple[str, str, str]:
        building = self.pick(self.flats)
        compound = self.area.loc[building["compound_code"]]
        if compound["name"] not in self.own:
            return self.building()
        end = self.one(("", "楼下", "门前", "门口", "楼道", "楼顶"))
        return (
            f"{compound['name']}{building['number']}{self.one(('栋', '幢', '号楼', '#'))}{end}",
            "building",
            building["code"],
        )

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
        written = self.one(
            (
                f"{number}号",
                f"{numeral(int(number)) if int(number) < 1000 else number}号",
                f"第{number}号",
                f"{number}号门口",
            )
        )
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
            f"{building['street_name']}{door}{compound['name']}{building['number']}栋{room['unit']}单元{room['room']}",
            "room",
            room["code"],
        )

    def door_inside(self) -> tuple[str, str, str]:
        while True:
            room, building, _ = self.home()
            if building["street_name"]:
                break
        return (
            f"{building['street_name']}{building['door_number']}号{room['unit']}单元{room['room']}室",
            "room",
            room["code"],
        )

    def junction(self) -> tuple[str, str, str]:
        names = list(self.lines)
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
            (
                "{}与{}交叉口",
                "{}和{}交汇处",
                "{}{}路口",
                "{}/{}路口",
                "{}、{}十字路口",
                "{}与{}的交叉路口",
                "{}跟{}拐角",
                "{}-{}交叉口",
                "{}{}交叉口红绿灯",
            )
        )
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
        return (
            f"{name[: k + 1]}{name[k]}{name[k + 1 :]}{building['number']}栋{room['unit']}单元{room['room']}",
            "room",
            room["code"],
        )

    def remark(self) -> tuple[str, str, str]:
        room, building, compound = self.home()
        middle, end = self.one((("", self.one(REMARKS)), (self.one(REMARKS), "")))
        return (
            f"{compound['name']}{middle}{building['number']}栋{room['unit']}单元{room['room']}室{end}",
            "room",
            room["code"],
        )

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
            f"{compound['name']}{building['number']}栋" + form.format(s=side, m=far),
            "landmark",
            f"{lon:.6f} {lat:.6f}",
        )

    def beside(self) -> tuple[str, str, str]:
        building = self.pick(self.doors)
        middle = building["geometry"].centroid
        end = self.one(("旁边", "旁", "隔壁", "附近", "边上", "侧面"))
        return (
            f"{building['street_name']}{building['door_number']}号{end}",
            "landmark",
            f"{middle.x:.6f} {middle.y:.6f}",
        )

    def road(self) -> tuple[str, str, str]:
        known = set(self.area["name"]) | {alias for aliases in self.area["aliases"] for alias in aliases.split(";")}
        while True:
            name = self.one(list(self.lines))
            if name not in known:
                return name + self.one(("", "中段", "路边", "人行道", "沿线", "公交站旁")), "road", name

    def area_only(self) -> tuple[str, str, str]:
        area = self.pick(self.f.areas[self.f.areas["level"] != "compound"])
        return (
            self.one(("", "黄石市")) + area["name"],
            {"district": "district", "street": "street"}.get(area["level"], "community"),
            area["code"],
        )

    def compound_only(self) -> tuple[str, str, str]:
        compound = self.pick(self.compounds)
        if compound["name"] in self.shared or compound["name"] in set(self.f.streets["name"]):
            return self.compound_only()
        return (
            self.one(("", "下陆区", "黄石市下陆区")) + compound["name"] + self.one(("", "附近", "院内", "里面")),
            "compound",
            compound["code"],
        )
