"""The grades of incidents (事件等级): how weighty one is, who settles it, and how long each step may take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from gridmap.domain.deadlines import Deadline, Step
from gridmap.errors import BadInput


class Settler(StrEnum):
    """At which level a grade is settled."""

    COMPOUND = "compound"
    GRID = "grid"
    COMMUNITY = "community"
    STREET = "street"
    DISTRICT = "district"


@dataclass(frozen=True, slots=True)
class Grade:
    """A step without a deadline has none. A closed grade is given to no new incident."""

    code: str
    zh: str
    en: str
    settled_by: Settler
    deadlines: Mapping[Step, Deadline] = field(default_factory=dict)
    is_closed: bool = False


def grades_of(configuration: Mapping[str, Any]) -> tuple[Grade, ...]:
    """The grades under `grade` in a configuration, the lightest first. Raises BadInput."""
    return tuple(_grade(table) for table in configuration.get("grade", []))


def _grade(table: Mapping[str, Any]) -> Grade:
    try:
        deadlines = {Step(step): Deadline.of(each) for step, each in table.get("deadlines", {}).items()}
        settler = Settler(table["settled_by"])
        return Grade(table["code"], table["zh"], table["en"], settler, deadlines, bool(table.get("closed", False)))
    except (ValueError, KeyError) as error:
        raise BadInput(f"A grade of the configuration cannot be read ({error}).", "Correct it.") from None
