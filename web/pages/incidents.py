"""Incidents as people read them: the list, one with its story, the form for a new one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from flask import Response, request
from flask_babel import gettext

from gridmap.domain.kinds import Kind
from gridmap.domain.week_hours import WeekHours
from gridmap.errors import BadInput, NotFound
from gridmap.services.doubt import Candidate
from gridmap.services.reporting.texts import hours_text
from gridmap.services.situation import GridRow, IncidentFilter, IncidentPage, Picture, Selection
from web import access, i18n, security, views
from web.api.incident_schemas import IncidentDetailAnswer
from web.api.incidents import answer_of, opened
from web.context import running
from web.maps import page_map
from web.pages import incident_words as words
from web.pages import shell
from web.tiles import basemap_url

PAGE_ROWS = 50
NEAR_GRIDS = 6  # more answers than these cannot be told apart on the map: the rest is chosen from a list
UIDS_AT_MOST = 200
STATES = ("all", "doubtful", "outside")
NOTHING = IncidentPage((), None)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the list's address asks for, as text; `wrong` says by field what of it cannot be used.

    At most one of `grid`, `block` and `area` is set; `kind` is one code, or several with commas between them.
    """

    state: str
    kind: str
    grid: str
    block: str
    area: str
    first: str
    last: str
    hours: str
    uids: str
    after: str | None
    wrong: dict[str, str]

    @property
    def is_filtered(self) -> bool:
        words = (self.kind, self.grid, self.block, self.area, self.first, self.last, self.hours, self.uids)
        return any(words)

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(code for code in self.kind.split(",") if code)

    def address(self, **changes: str | None) -> str:
        """The list's address with some of it changed."""
        values = {"state": self.state, "kind": self.kind, "grid": self.grid, "block": self.block, "area": self.area}
        values |= {"from": self.first, "to": self.last, "hours": self.hours, "uids": self.uids}
        values |= {name: value or "" for name, value in changes.items()}
        kept = {name: value for name, value in values.items() if value and (name, value) != ("state", "all")}
        return "/incidents" + (f"?{urlencode(kept)}" if kept else "")

    def map_address(self, **place: str) -> str:
        """The map with the same days, kinds and hours, looking into a place."""
        values = {**place, "from": self.first, "to": self.last, "kinds": self.kind, "hours": self.hours}
        return f"/?{urlencode({name: value for name, value in values.items() if value})}"


def show_list() -> Response:
    """Newest first, 50 a page: `?state=doubtful|outside&kind=&grid=|block=|area=&from=&to=&hours=&after=`."""
    picture, asked = views.picture(), _asked()
    page, grid, counts = NOTHING, _grid(picture, asked.grid), dict.fromkeys(STATES, 0)
    if not asked.wrong:
        try:
            wanted = _filter(asked, asked.grid if grid is None else grid.code)
            page = views.view().incidents(wanted, after=asked.after, limit=PAGE_ROWS)
            counts = {state: views.view().incident_count(_in_state(wanted, state)) for state in STATES}
        except NotFound:
            asked.wrong["grid"] = _no_place(asked)
        except BadInput:
            asked.wrong["kind"] = gettext(_("There is no such kind."))
    return shell.show(
        "incidents.html",
        here="incidents",
        asked=asked,
        page=page,
        counts=counts,
        kinds=list(_choices(picture.tree.kinds)),
        names=_names(picture),
        when=_when(picture),
        grid=grid,
        area=_area(picture, asked.area),
        hours=_hours_text(asked.hours),
    )


def show_new() -> Response:
    """The form for a new incident."""
    picture = views.picture()
    return shell.show(
        "incident_new.html",
        here="incidents" if access.may_open("pages.incidents") else "new",
        kinds=list(_choices(picture.tree.open_kinds())),
        now_on=picture.project.now_on.isoformat(),
        plan_version=_plan_version(picture),
        map=_map(picture),
    )


def show_one(uid: str) -> Response:
    """One incident: its place, what it says, its story, and the question which grid it is."""
    picture = views.picture()
    found = opened(uid)
    near, others = by_nearness(found.candidates)
    return shell.show(
        "incident.html",
        here="incidents",
        found=found,
        near=near,
        others=others,
        incident=found.incident,
        answer=IncidentDetailAnswer().dump(answer_of(found)),
        names=_names(picture),
        when=_when(picture),
        story=words.story(found, _names(picture), picture.project.time_zone),
        placed_by=words.PLACED_BY,
        seq=picture.head[0],
        plan_version=_plan_version(picture),
        map=_map(picture),
    )


def by_nearness(candidates: Sequence[Candidate]) -> tuple[list[Candidate], list[tuple[str, list[Candidate]]]]:
    """The grids that are asked about at once, and the rest by community; few stay in the order they have."""
    if len(candidates) <= NEAR_GRIDS:
        return list(candidates), []
    nearest = sorted(candidates, key=lambda one: one.distance_m)  # stable: the grid that holds the point stays first
    rest = sorted(nearest[NEAR_GRIDS:], key=lambda one: (one.community or "", one.name))
    groups = groupby(rest, key=lambda one: one.community or "")
    return nearest[:NEAR_GRIDS], [(community, list(group)) for community, group in groups]


def _(text: str) -> str:
    """Marks a text of the catalogue: it is translated where it is shown."""
    return text


def _map(picture: Picture) -> Any:
    return page_map(picture.project, basemap_url(), running().assets, security.nonce())


def _plan_version(picture: Picture) -> str | None:
    return None if picture.ground.plan is None else picture.ground.plan.version


def _asked() -> Asked:
    names = ("state", "kind", "grid", "block", "area", "from", "to", "hours", "uids", "after")
    given = {name: (request.args.get(name) or "").strip() for name in names}
    wrong = {}
    for name in ("from", "to"):
        if given[name] and _day(given[name]) is None:
            wrong[name] = gettext(_("This is no day (YYYY-MM-DD)."))
    if not wrong and given["from"] and given["to"] and given["from"] > given["to"]:
        wrong["to"] = gettext(_("The first day is after the last."))
    state = given["state"] if given["state"] in STATES else "all"
    grid, block, area = _smallest(given["grid"], given["block"], given["area"])
    hours = given["hours"] if _hours(given["hours"]) else ""
    first, last, after = given["from"], given["to"], given["after"] or None
    return Asked(state, given["kind"], grid, block, area, first, last, hours, given["uids"], after, wrong)


def _smallest(grid: str, block: str, area: str) -> tuple[str, str, str]:
    """Of several places the one that stands first: what was typed beside a place from the map takes its turn."""
    return (grid, "", "") if grid else ("", block, "") if block else ("", "", area)


def _no_place(asked: Asked) -> str:
    if asked.block:
        return gettext(_("There is no block with this code."))
    if asked.area:
        return gettext(_("There is no area with this code."))
    return gettext(_("There is no grid with this code or name."))


def _filter(asked: Asked, grid: str) -> IncidentFilter:
    place = {"grid": grid or None, "block": asked.block or None, "area": asked.area or None}
    chosen = Selection(_day(asked.first), _day(asked.last), asked.kinds or None, hours=_hours(asked.hours), **place)
    uids = tuple(dict.fromkeys(asked.uids.split(",")))[:UIDS_AT_MOST] if asked.uids else None
    return _in_state(IncidentFilter(chosen, uids=uids), asked.state)


def _in_state(wanted: IncidentFilter, state: str) -> IncidentFilter:
    return replace(wanted, outside=state == "outside", doubtful=state == "doubtful")


def _hours(text: str) -> WeekHours | None:
    """Hours of the week from the map's address; words that name none choose nothing."""
    try:
        return WeekHours.parse(text) if text else None
    except BadInput:
        return None


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _hours_text(text: str) -> str:
    hours = _hours(text)
    return "" if hours is None else hours_text(hours, i18n.language())


def _choices(kinds: Iterable[Kind]) -> Iterator[tuple[str, str, int]]:
    """Of each kind its code, its name in the page's language, how deep it lies."""
    for kind in kinds:
        yield kind.code, _name(kind), kind.code.count(".")


def _names(picture: Picture) -> Mapping[str, str]:
    return {kind.code: _name(kind) for kind in picture.tree.kinds}


def _name(kind: Kind) -> str:
    return kind.zh if i18n.language() == "zh" else kind.en


def _grid(picture: Picture, text: str) -> GridRow | None:
    """The grid of the plan in force with this code or name."""
    found = (row for row in picture.ground.grids if text in (row.code, row.name))
    return next(found, None) if text else None


def _area(picture: Picture, code: str) -> str | None:
    """The name of the area with this code."""
    areas = picture.ground.areas
    return areas.names[areas.codes.index(code)] if code in areas.codes else None


def _when(picture: Picture) -> Any:
    return lambda row: words.when(row.occurred_at, row.occurred_on, row.precision, picture.project.time_zone)
