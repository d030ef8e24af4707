"""How people write where something happened: the same place in many hands."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gridmap.synthetic.naming import XIALU_NAMES, Names, numeral

FULL_WIDTH = str.maketrans("0123456789-#", "０１２３４５６７８９－＃")


@dataclass(frozen=True, slots=True)
class Spot:
    """What is known of a place: compound with aliases, building number, stairwell, room, street, door, landmark."""

    compound: str = ""
    aliases: tuple[str, ...] = ()
    number: int = 0
    stairwell: int = 0
    room: str = ""
    street: str = ""
    door: int = 0
    landmark: str = ""
    crossing: str = ""
    community: str = ""


def write_address(spot: Spot, rng: np.random.Generator, names: Names = XIALU_NAMES) -> str:
    """An address text for a spot as somebody might type it; empty where nothing is known."""
    if spot.compound and spot.number:
        text = _in_compound(spot, rng)
    elif spot.landmark:
        text = spot.landmark + str(rng.choice(["", "", "门口", "东门", "西门", "南门", "北门", "旁边", "附近", "对面"]))
    elif spot.crossing and rng.random() < 0.5:
        both = f"{spot.street}{rng.choice(['与', '和', '/'])}{spot.crossing}"
        text = both + str(rng.choice(["交叉口", "路口", "交汇处", "十字路口"]))
    elif spot.street and spot.door:
        text = f"{spot.street}{spot.door}号{rng.choice(['', '', '', '对面', '门口', '旁边', '附近'])}"
    elif spot.street:
        text = spot.street + str(rng.choice(["", "中段", "公交站旁", "人行道", "路边"]))
    elif spot.compound:
        text = spot.compound + str(rng.choice(["", "村口", "附近", "水塘边", "田边"]))
    else:
        return f"{spot.community}附近" if spot.community and rng.random() < 0.5 else ""
    return _prefix(spot, rng, names) + text


def _prefix(spot: Spot, rng: np.random.Generator, names: Names) -> str:
    u = rng.random()
    if u < 0.66:
        return ""
    if u < 0.80:
        return names.district
    if u < 0.88:
        return f"{names.city}{names.district}"
    return f"{spot.community}社区" if spot.community else ""


def _in_compound(spot: Spot, rng: np.random.Generator) -> str:
    name = spot.compound
    if spot.aliases and rng.random() < 0.35:
        name = str(rng.choice(list(spot.aliases)))
    n, well, room = spot.number, spot.stairwell, spot.room
    style = rng.random()
    if not well:
        text = f"{n}号" if style < 0.7 else f"{n}栋" if style < 0.85 else f"{n}#"
    elif style < 0.42:
        house = rng.choice(["栋", "幢", "号楼", "#楼", "#", "栋"])
        text = f"{n}{house}{well}单元{room}" + str(rng.choice(["", "室", ""]))
    elif style < 0.62:
        text = f"{rng.choice(['', ' '])}{n}-{well}-{room}"
    elif style < 0.74:
        house = rng.choice(["栋", "幢", "号楼"])
        text = f"{numeral(n) if n < 100 else n}{house}{numeral(well)}单元{room}{rng.choice(['', '室'])}"
    elif style < 0.86:
        text = f"{n}{rng.choice(['栋', '号楼', '#', '幢'])}{room}"
    else:
        text = f"{n}{rng.choice(['栋', '号楼', '幢'])}{rng.choice(['', '楼下', '门前'])}"
    if rng.random() < 0.06:
        text = text.translate(FULL_WIDTH)
    return name + text
