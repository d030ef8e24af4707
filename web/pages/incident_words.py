"""An incident's times and its story in the page's language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext

from gridmap.services import incident_story as story_of
from gridmap.services.incident_story import IncidentDetail
from gridmap.store.stories import StoryLine
from web import dates


def _(text: str) -> str:
    """Marks a text of the catalogue: it is translated where it is shown."""
    return text


PLACED_BY = {
    "coordinates": _("by coordinates"),
    "address": _("by its address"),
    "map": _("on the map, by a person"),
    "person": _("by a person who knows"),
}
HEADINGS = {
    story_of.RECEIVED: _("Received"),
    story_of.MOVED: _("Moved"),
    story_of.CONFIRMED: _("Grid confirmed"),
    story_of.CHANGED: _("Changed"),
    story_of.IMPORTED: _("Moved by an import"),
}
FACTS = {
    "kind": _("Kind"),
    "occurred_at": _("Time"),
    "occurred_on": _("Day"),
    "precision": _("Known to the"),
    "address": _("Address"),
    "summary": _("What happened"),
    "uncertainty_m": _("Uncertainty (m)"),
}
PRECISIONS = {"minute": _("minute"), "day": _("day"), "month": _("month")}
ACTORS = {"local": _("this computer"), "import": _("an import")}
NO_GRID = _("outside all grids")


@dataclass(frozen=True, slots=True)
class Told:
    """A line of the story: a heading, what was and what is now (each may be empty), other facts, the note."""

    at: dt.datetime
    when: str
    actor: str
    heading: str
    before: str = ""
    after: str = ""
    details: tuple[str, ...] = ()
    note: str = ""
    mark: str = ""


def when(at: dt.datetime | None, on: dt.date, precision: str, time_zone: str) -> str:
    """'2026-06-30 17:55', '2026-06-30' or '2026-06', in the form of the language: as exactly as it is known."""
    if precision == "minute" and at is not None:
        return dates.instant(at, time_zone)
    return dates.month(on) if precision == "month" else dates.day(on)


def story(found: IncidentDetail, kinds: Mapping[str, str], time_zone: str) -> list[Told]:
    """The story, newest line first; what was imported begins with its file."""
    told = [_line(line, kinds, time_zone) for line in found.story]
    incident = found.incident
    if incident.file and incident.imported_at:
        heading = gettext(_("Imported from a file"))
        when_read = dates.instant(incident.imported_at, time_zone)
        told.append(Told(incident.imported_at, when_read, "", heading, after=incident.file))
    return sorted(told, key=lambda line: line.at, reverse=True) if incident.file else told[::-1]


def _line(line: StoryLine, kinds: Mapping[str, str], time_zone: str) -> Told:
    content = line.content
    before, after = content.get("from", {}), content.get("to", {})
    is_placed = line.action != story_of.CHANGED
    actor = gettext(ACTORS[line.actor]) if line.actor in ACTORS else line.actor
    return Told(
        at=line.at,
        when=dates.instant(line.at, time_zone),
        actor=actor,
        heading=gettext(HEADINGS.get(line.action, line.action)),
        before=_grid(before) if is_placed and before else "",
        after=_grid(after) if is_placed else "",
        details=tuple(_details(line.action, content, kinds)),
        note=content.get("note", ""),
        mark=line.action,
    )


def _grid(place: Mapping[str, Any]) -> str:
    if not place.get("grid"):
        return gettext(NO_GRID)
    return str(place.get("grid_name") or place["grid"])


def _details(action: str, content: Mapping[str, Any], kinds: Mapping[str, str]) -> Iterator[str]:
    before, after = content.get("from", {}), content.get("to", {})
    if action == story_of.RECEIVED:
        if content.get("placed_by") in PLACED_BY:
            yield gettext(_("placed {way}")).format(way=gettext(PLACED_BY[content["placed_by"]]))
        if content.get("is_doubtful"):
            yield gettext(_("its grid was in doubt"))
    elif action in (story_of.MOVED, story_of.IMPORTED):
        if "distance_m" in content:
            yield gettext(_("by {n} m")).format(n=f"{content['distance_m']:,.0f}")
        yield f"{before['lat']:.6f}, {before['lon']:.6f} → {after['lat']:.6f}, {after['lon']:.6f}"
    elif action == story_of.CHANGED:
        for name, label in FACTS.items():
            if before.get(name) != after.get(name):
                yield f"{gettext(label)}: {_value(name, before, kinds)} → {_value(name, after, kinds)}"


def _value(name: str, place: Mapping[str, Any], kinds: Mapping[str, str]) -> str:
    value = place.get(name)
    if value is None or value == "":
        return "–"
    if name == "kind":
        return kinds.get(value, str(value))
    if name == "occurred_on":
        return dates.day(value)
    return gettext(PRECISIONS[value]) if name == "precision" else str(value)
