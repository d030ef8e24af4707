"""The settings that are numbers or choices: where each lies in a configuration, and what it may be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gridmap.services.settings.problems import Problem

LONGEST_LIST = 12


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number, both ends in; `is_list`: several, each larger than the one before."""

    low: int
    high: int
    is_list: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """One of these."""

    values: tuple[str, ...]


MONTHS = Whole(1, 1200)
DIGITS = Whole(1, 9)

# section -> name -> what it may be
NUMBERS: Mapping[str, Mapping[str, Whole | Choice]] = {
    "band": {
        "low": Whole(1, 100_000),
        "high": Whole(1, 100_000),
        "counted": Choice(("registered_households", "occupied_homes", "residents")),
    },
    "heat": {"bandwidth_m": Whole(10, 10_000), "bandwidths_m": Whole(10, 10_000, is_list=True)},
    "codes": {"district": DIGITS, "street": DIGITS, "community": DIGITS, "grid": DIGITS},
    "retention": {
        "parties_months": MONTHS,
        "openings_months": MONTHS,
        "jobs_months": MONTHS,
        "tokens_months": MONTHS,
        "uploads_days": Whole(1, 1200),
    },
    "pages": {"language": Choice(("zh", "en"))},
    "accounts": {"dormant_days": Whole(30, 3_660)},
}


def number_problems(content: Mapping[str, Any], before: Mapping[str, Any], *, has_areas: bool) -> Iterator[Problem]:
    """Problems of the sections of NUMBERS. `before` is the configuration in force."""
    for section, names in NUMBERS.items():
        given = content.get(section)
        if not isinstance(given, Mapping):
            yield Problem(section, f"The section {section} is missing.", "Give it as it was.")
            continue
        for name in sorted(set(given) - set(names)):
            yield Problem(f"{section}/{name}", f"There is no setting {section}.{name}.", "Leave it out.")
        for name, rule in names.items():
            yield from _value_problems(f"{section}/{name}", given.get(name), rule)
    if _are_whole(content, "band", "low", "high") and content["band"]["low"] > content["band"]["high"]:
        yield Problem("band/high", "The band ends below where it begins.", "Give a higher upper end.")
    heat = content.get("heat")
    if isinstance(heat, Mapping) and heat.get("bandwidth_m") not in (heat.get("bandwidths_m") or ()):
        yield Problem("heat/bandwidth_m", "The usual bandwidth is none of those to choose from.", "Add it to the list.")
    if has_areas and content.get("codes") != before.get("codes"):
        yield Problem("codes", "Codes were given by the scheme there is.", "Leave the digits as they are.")


def _value_problems(path: str, value: Any, rule: Whole | Choice) -> Iterator[Problem]:
    name = path.replace("/", ".")
    if isinstance(rule, Choice):
        if value not in rule.values:
            yield Problem(path, f"The setting {name} is '{value}'.", f"Choose one of: {', '.join(rule.values)}.")
        return
    values = value if rule.is_list and isinstance(value, list) else [value]
    whole = f"Give a whole number from {rule.low} to {rule.high}."
    if not all(_is_whole(each) and rule.low <= each <= rule.high for each in values):
        yield Problem(path, f"The setting {name} is '{shown(value)}'.", whole)
    elif rule.is_list and (not isinstance(value, list) or not 1 <= len(value) <= LONGEST_LIST):
        yield Problem(path, f"The setting {name} is '{shown(value)}'.", f"Give 1 to {LONGEST_LIST} numbers.")
    elif rule.is_list and values != sorted(set(values)):
        yield Problem(path, f"The setting {name} is '{shown(value)}'.", "Give each number once, the smallest first.")


def shown(value: Any) -> str:
    """A value as a person writes it."""
    if isinstance(value, list):
        return ", ".join(map(shown, value))
    return "" if value is None else str(value)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == int(value)


def _are_whole(content: Mapping[str, Any], section: str, *names: str) -> bool:
    given = content.get(section)
    return isinstance(given, Mapping) and all(_is_whole(given.get(name)) for name in names)
