"""One writing for one address: widths, numerals, words for building and blanks are made equal before comparing.

Names are written the same way, so 冶钢三村 and 冶钢3村, 枫林壹号 and 枫林一号 meet in one key.
"""

from __future__ import annotations

import re
import unicodedata

DIGITS = {character: value for value, line in enumerate(
    ("零〇○", "一壹弌幺", "二贰弍", "三叁弎", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖")
) for character in line}  # fmt: skip
UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
NUMERAL = re.compile("[" + "".join(DIGITS) + "".join(UNITS) + "]+")

TRADITIONAL, SIMPLE = (
    "號樓棟單區園東門側對灣莊鎮鄉縣廠電橋鐵龍華國際麗廣場學",
    "号楼栋单区园东门侧对湾庄镇乡县厂电桥铁龙华国际丽广场学",
)
SIMPLER = str.maketrans(
    {
        **dict(zip(TRADITIONAL, SIMPLE, strict=True)),
        "幢": "栋",
        **dict.fromkeys("—–−‐‑‒―~～﹣_", "-"),
        **dict.fromkeys("［【〔〈《｛<[{", "("),
        **dict.fromkeys("］】〕〉》｝>]}", ")"),
        **dict.fromkeys("、\\|&+", "/"),
    }
)  # fmt: skip

PHONE = re.compile(r"(?:电话|手机|TEL)?:?(?<!\d)(?:1[3-9]\d{9}|0\d{2,3}-?\d{7,8})(?!\d)")
BETWEEN_DIGITS = re.compile(r"(?<=\d)[\s,，;；.．。·•]+(?=\d)")
METRES = re.compile(r"(?<=\d)\.(?=\d+(?:米|M|公里|KM|千米))")
POINT = "\u2024"  # stands for the decimal point while other dots are removed
NOISE = re.compile(r"[\s,，;；:：.．。·•!！?？\"'“”‘’`^*=$%@…]+")
HOUSE = re.compile(
    r"(?<=[0-9A-Z])"
    r"(?:号楼栋|号栋楼|栋号楼|号住宅楼|号楼房|号楼|#楼|号#|楼栋|栋楼|号栋|#栋|栋|座楼|座|#)(?!\d*排)"
)
UNIT = re.compile(r"(?<=[0-9A-Z])(?:单元楼|单原|单园|但元|单员|UNIT|单(?=\d)|门洞|门栋|梯)")
DASHES = re.compile(r"-{2,}|(?<![0-9A-Z])-+|-+(?![0-9A-Z])")
REMARK = re.compile(r"\([^()]*\)?")


def normalise(text: str) -> str:
    """An address or a name in its one writing: half-width capitals, Arabic numbers, 栋 for every word for building,
    "-" between numbers that blanks or commas parted, no other punctuation. What stands in brackets stays, without them.
    """
    return _unbracketed(_rewritten(text))


def spellings(text: str) -> tuple[str, ...]:
    """The writings of an address to be tried: whole, and where it has a remark in brackets also without it."""
    whole = _rewritten(text)
    if "(" not in whole:
        return (_unbracketed(whole),)
    return _unbracketed(whole), _unbracketed(REMARK.sub("", whole))


def _rewritten(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).translate(SIMPLER).upper()
    text = PHONE.sub("", text)
    text = METRES.sub(POINT, text)
    text = NUMERAL.sub(lambda found: _arabic(found[0]), text)
    text = BETWEEN_DIGITS.sub("-", text)
    text = NOISE.sub("", text).replace(POINT, ".")
    text = HOUSE.sub("栋", text)
    return UNIT.sub("单元", text)


def _unbracketed(text: str) -> str:
    return DASHES.sub("", text.replace("(", "").replace(")", ""))


def _arabic(numeral: str) -> str:
    """一百零八 -> 108, 十二 -> 12, 三零二 -> 302, 十二零三 -> 1203; a lone 百 or 千 is part of a name."""
    if not any(character in DIGITS or UNITS[character] == 10 for character in numeral):
        return numeral
    if not any(character in UNITS for character in numeral):
        return "".join(str(DIGITS[character]) for character in numeral)
    written, total, digit = "", 0, -1
    last_unit = 0
    for character in numeral:
        if character in UNITS:
            total += (1 if digit < 0 else digit) * UNITS[character]
            last_unit, digit = UNITS[character], -1
        elif DIGITS[character] == 0 and last_unit >= 100:
            digit = -1  # 一百零八: the zero only bridges
            last_unit = 10
        elif digit >= 0 or (DIGITS[character] == 0 and last_unit == 10):
            written += str(total + max(digit, 0)) if not written or total else str(max(digit, 0))
            total, digit, last_unit = 0, DIGITS[character], 0
        else:
            digit = DIGITS[character]
    return written + str(total + max(digit, 0))
