"""How a name, a phone and an identity number are shown to whoever has not asked to see them, and how they are compared.

A mask never tells how long the value is: a star stands for one letter or ten.

| field | shown | example |
|---|---|---|
| name | the first letter and one star; of a name of one letter only the star | 张*, 欧*, J* |
| phone, mainland mobile | the first three and the last four digits | 138****1234 |
| phone, any other of 7 digits or more | the last two digits | ****71 |
| number of 10 characters or more | the first and the last character | 4****X |
| anything shorter | stars only | **** |
"""

from __future__ import annotations

import re
import unicodedata

STARS = "****"
LEAST_PHONE_DIGITS = 5  # of a number that can be searched for: a service's short number has as many
SHOWN_FROM_DIGITS, SHOWN_FROM_CHARACTERS = 7, 10

_MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
_NO_DIGIT = re.compile(r"\D", re.ASCII)
_EXTENSION = re.compile(r"(?:转|分机|ext\.?|x|#)\s*\d+\s*$", re.IGNORECASE)


def masked_name(name: str) -> str:
    """The first letter and a star."""
    letters = name.strip()
    return f"{letters[0]}*" if len(letters) > 1 else "*"


def masked_phone(phone: str) -> str:
    """Three and four digits of a mainland mobile number, two of another; nothing of a short one."""
    digits = normal_phone(phone) or ""
    if _MOBILE.fullmatch(digits):
        return f"{digits[:3]}{STARS}{digits[-4:]}"
    return f"{STARS}{digits[-2:]}" if len(digits.lstrip("+")) >= SHOWN_FROM_DIGITS else STARS


def masked_number(number: str) -> str:
    """The first and the last character of an identity number."""
    text = normal_number(number)
    return f"{text[0]}{STARS}{text[-1]}" if len(text) >= SHOWN_FROM_CHARACTERS else STARS


def normal_phone(phone: str) -> str | None:
    """The digits by which a number is found however it is written: full width or not, with blanks, dashes, brackets,
    +86 or 0086 or without, with an extension or without. A number of another country keeps its +. None where there are
    too few digits for a number.
    """
    text = _EXTENSION.sub("", unicodedata.normalize("NFKC", phone).strip())
    digits = _NO_DIGIT.sub("", text)
    is_abroad = text.lstrip("( ").startswith("+") or digits.startswith("00")
    digits = digits[2:] if digits.startswith("00") else digits
    if is_abroad and digits.startswith("86"):
        # +86 714 ... is what is dialled as 0714 ... inside the country; a mobile number has no nought
        rest = digits[2:].removeprefix("0")
        return rest if _MOBILE.fullmatch(rest) else _long_enough(f"0{rest}")
    if len(digits) == 13 and digits.startswith("86") and _MOBILE.fullmatch(digits[2:]):
        return digits[2:]
    return _long_enough(f"+{digits}" if is_abroad else digits)


def normal_number(number: str) -> str:
    """An identity number as it is compared: narrow, in capitals, without blanks."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", number)).upper()


def _long_enough(digits: str) -> str | None:
    return digits if len(digits.lstrip("+")) >= LEAST_PHONE_DIGITS else None
