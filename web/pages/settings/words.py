"""What settings are called, and their values, in the page's language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext

from gridmap.domain.deadlines import Step, Unit
from gridmap.domain.grades import Settler
from gridmap.services.settings import Difference
from gridmap.services.settings.kinds import nodes
from web import dates, i18n


def _(text: str) -> str:
    """Marks a text of the catalogue: it is translated where it is shown."""
    return text


SECTIONS: Mapping[str, tuple[str, str]] = {
    "kinds": ("/settings", _("Kinds")),
    "grades": ("/settings/grades", _("Grades and deadlines")),
    "calendar": ("/settings/calendar", _("Working days")),
    "map": ("/settings/map", _("Map")),
    "numbers": ("/settings/numbers", _("Numbers")),
    "history": ("/settings/history", _("History")),
}
STEPS: Mapping[Step, tuple[str, str]] = {
    Step.ACCEPT: (_("Acceptance"), _("from the report")),
    Step.ASSIGN: (_("Assignment"), _("from the acceptance")),
    Step.SETTLE: (_("Settlement"), _("from the acceptance")),
    Step.FOLLOW_UP: (_("Follow-up visit"), _("from the settlement")),
}
UNITS: Mapping[Unit, str] = {Unit.HOURS: _("hours"), Unit.WORKING_DAYS: _("working days")}
SETTLERS: Mapping[Settler, str] = {
    Settler.COMPOUND: _("the compound"),
    Settler.GRID: _("the grid worker"),
    Settler.COMMUNITY: _("the community"),
    Settler.STREET: _("the street's centre"),
    Settler.DISTRICT: _("the district's centre"),
}
WEEKDAYS = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
COUNTED: Mapping[str, str] = {
    "registered_households": _("registered households"),
    "occupied_homes": _("occupied homes"),
    "residents": _("residents"),
}
LANGUAGES: Mapping[str, str] = {"zh": "中文", "en": "English"}
SOURCES: Mapping[str, str] = {
    "none": _("None: the map that gridmap draws itself"),
    "file": _("A file on this server"),
    "address": _("Tiles of a server on our own network"),
}
DATUMS: Mapping[str, str] = {
    "cgcs2000": _("CGCS2000 (Tianditu)"),
    "wgs84": "WGS-84 (GPS)",
    "gcj02": _("GCJ-02 (Amap, Tencent)"),
    "bd09": _("BD-09 (Baidu)"),
}
GROUPS: Mapping[str, tuple[str, str]] = {
    "band": (_("Size of a grid"), _("New plans keep to it; published ones stay as they are.")),
    "heat": (_("Heat map"), _("Over how many metres an incident counts.")),
    "pages": (_("Pages"), _("For whoever has not chosen a language.")),
    "accounts": (_("Accounts"), _("Who has not signed in for so long is locked until the account is enabled again.")),
    "retention": (_("How long it is kept"), _("`gridmap purge` removes what is older.")),
}
FIELDS: Mapping[str, str] = {
    "band/low": _("Lower end"),
    "band/high": _("Upper end"),
    "band/counted": _("What is counted"),
    "heat/bandwidth_m": _("Usual smoothing radius (m)"),
    "heat/bandwidths_m": _("Radii to choose from (m)"),
    "pages/language": _("Language"),
    "accounts/dormant_days": _("Locked after (days)"),
    "retention/parties_months": _("Names and phones after the report (months)"),
    "retention/openings_months": _("Who opened which record (months)"),
    "retention/jobs_months": _("Results of long calculations (months)"),
    "retention/tokens_months": _("Tokens after their last day (months)"),
    "retention/uploads_days": _("Files of the import page (days)"),
    "map/approval_number": _("Map approval number"),
    "basemap/source": _("Base map"),
    "basemap/file": _("File"),
    "basemap/address": _("Address of the tiles"),
    "basemap/is_own_network": _("It is a server of our own network"),
    "basemap/datum": _("Datum of the pictures"),
    "basemap/min_zoom": _("Coarsest zoom"),
    "basemap/max_zoom": _("Finest zoom"),
    "basemap/credit": _("Who made it"),
    "basemap/approval_number": _("Approval number of the pictures"),
    "calendar/weekdays": _("Days of the week that are worked on"),
    "calendar/closes_at": _("End of the hours of business"),
    "grade/order": _("Order of the grades"),
}
LAST = {
    "zh": _("Chinese name"), "en": _("English name"), "closed": _("closed"), "settled_by": _("settled by"),
    "code": _("code"),
}  # fmt: skip
CODE_LEVELS = {
    "district": _("County-level district"), "street": _("Street"), "community": _("Community"), "grid": _("Grid"),
}  # fmt: skip
VALUES: Mapping[str, Mapping[str, str]] = {
    "band/counted": COUNTED, "pages/language": LANGUAGES, "basemap/source": SOURCES, "basemap/datum": DATUMS,
    "basemap/is_own_network": {"True": _("yes"), "False": _("no")},
}  # fmt: skip


def field_names() -> dict[str, str]:
    """Setting as the service's sentences name it (band.low) -> what it is called."""
    return {path.replace("/", "."): gettext(name) for path, name in FIELDS.items()}


def setting(path: str, content: Mapping[str, Any]) -> str:
    """What the setting at a path is called. `content` knows the names of kinds and grades."""
    section, _slash, rest = path.partition("/")
    if path in FIELDS:
        return gettext(FIELDS[path])
    if section == "kind" and rest.endswith("/order"):
        parent = rest.removesuffix("order").strip("/")
        return gettext(_("Order of the kinds")) + (f" · {_kind(parent, content)}" if parent else "")
    if section == "kind":
        code, _slash, last = rest.rpartition("/")
        return f"{gettext(_('Kind'))} {_kind(code, content)} · {gettext(LAST.get(last, last))}"
    if section == "grade":
        return _grade_setting(rest, content)
    if path.startswith("calendar/day/"):
        return _day(path.rpartition("/")[2])
    if section == "codes":
        return f"{gettext(_('Digits of a code'))} · {gettext(CODE_LEVELS.get(rest, rest))}"
    return path.replace("/", ".")


def value(path: str, given: str | None) -> str:
    """A value of a setting; "–" for none."""
    if given is None or given == "":
        return "–"
    if path in VALUES:
        return gettext(VALUES[path].get(given, given))
    last = path.rpartition("/")[2]
    if last == "closed":
        return gettext(_("yes"))
    if last == "settled_by" and given in SETTLERS:
        return gettext(SETTLERS[Settler(given)])
    if "/deadlines/" in path:
        amount, _blank, unit = given.partition(" ")
        return f"{amount} {gettext(UNITS[Unit(unit)])}"
    if path == "calendar/weekdays":
        return " ".join(gettext(WEEKDAYS[int(number) - 1]) for number in given.split(", "))
    if path.startswith("calendar/day/"):
        kind, _blank, name = given.partition(" ")
        return f"{gettext(DAY_KINDS[kind])} {name}".strip()
    return given


DAY_KINDS = {"holiday": _("holiday"), "workday": _("worked on")}


def told(differences: tuple[Difference, ...], content: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Differences in words: setting, before, after."""
    return [
        (setting(each.path, content), value(each.path, each.before), value(each.path, each.after))
        for each in differences
    ]


def _grade_setting(rest: str, content: Mapping[str, Any]) -> str:
    code, _slash, last = rest.partition("/")
    called = next((table for table in content.get("grade", []) if table["code"] == code), None)
    name = code if called is None else called["zh" if i18n.language() == "zh" else "en"]
    if last.startswith("deadlines/"):
        step = last.removeprefix("deadlines/")
        what = gettext(STEPS[Step(step)][0]) if step in set(Step) else step
    else:
        what = gettext(LAST.get(last, last))
    return f"{gettext(_('Grade'))} {name} · {what}"


def _kind(code: str, content: Mapping[str, Any]) -> str:
    found = next((node for node in nodes(content.get("kind", [])) if node.code == code), None)
    return code if found is None else (found.zh if i18n.language() == "zh" else found.en) or code


def _day(text: str) -> str:
    try:
        return dates.day(dt.date.fromisoformat(text))
    except ValueError:
        return text
