"""Incidents as people read them: the list, one with its story, the form for a new one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from flask import Response, request
from flask_babel import gettext

from gridmap.domain.kinds import Kind
from gridmap.errors import BadInput, NotFound
from gridmap.services.doubt import Candidate
from gridmap.services.situation import GridRow, IncidentFilter, IncidentPage, Picture, Selection
from web import i18n, security, views
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

    At most one of `grid`, `block` and `area` is set.
    """

    state: str
    kind: str
    grid: str
    block: str
    area: str
    first: str
    last: str
    uids: str
    after: str | None
    wrong: dict[str, str]

    @property
    def is_filtered(self) -> bool:
        return bool(self.kind or self.grid or self.block or self.area or self.first or self.last or self.uids)

    def address(self, **changes: str | None) -> str:
        """The list's address with some of it changed."""
        values = {"state": self.state, "kind": self.kind, "grid": self.grid, "block": self.block, "area": self.area}
        values |= {"from": self.first, "to": self.last, "uids": self.uids}
        values |= {name: value or "" for name, value in changes.items()}
        kept = {name: value for name, value in values.items() if value and (name, value) != ("state", "all")}
        return "/incidents" + (f"?{urlencode(kept)}" if kept else "")


def show_list() -> Response:
    """Newest first, 50 a page: `?state=doubtful|outside&kind=&grid=|block=|area=&from=&to=&after=`."""
    picture, asked = views.picture(), _asked()
    page, grid = NOTHING, _grid(picture, asked.grid)
    if not asked.wrong:
        try:
            wanted = _filter(asked, asked.grid if grid is None else grid.code)
            page = views.view().incidents(wanted, after=asked.after, limit=PAGE_ROWS)
        except NotFound:
            asked.wrong["grid"] = _no_place(asked)
        except BadInput:
            asked.wrong["kind"] = gettext(_("There is no such kind."))
    return shell.show(
        "incidents.html",
        here="incidents",
        asked=asked,
        page=page,
        doubtful=views.view().doubtful_count(),
        outside=picture.summary().counts.outside,
        kinds=list(_choices(picture)),
        names=_names(picture),
        when=_when(picture),
        grid=grid,
        area=_area(picture, asked.area),
    )


def show_new() -> Response:
    """The form for a new incident."""
    picture = views.picture()
    return shell.show(
        "incident_new.html",
        here="incidents",
        kinds=list(_choices(picture)),
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
    names = ("state", "kind", "grid", "block", "area", "from", "to", "uids", "after")
    given = {name: (request.args.get(name) or "").strip() for name in names}
    wrong = {}
    for name in ("from", "to"):
        if given[name] and _day(given[name]) is None:
            wrong[name] = gettext(_("This is no day (YYYY-MM-DD)."))
    if not wrong and given["from"] and given["to"] and given["from"] > given["to"]:
        wrong["to"] = gettext(_("The first day is after the last."))
    state = given["state"] if given["state"] in STATES else "all"
    grid, block, area = _smallest(given["grid"], given["block"], given["area"])
    first, last, after = given["from"], given["to"], given["after"] or None
    return Asked(state, given["kind"], grid, block, area, first, last, given["uids"], after, wrong)


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
    kinds = (asked.kind,) if asked.kind else None
    place = {"grid": grid or None, "block": asked.block or None, "area": asked.area or None}
    chosen = Selection(_day(asked.first), _day(asked.last), kinds, **place)
    uids = tuple(dict.fromkeys(asked.uids.split(",")))[:UIDS_AT_MOST] if asked.uids else None
    return IncidentFilter(chosen, uids=uids, outside=asked.state == "outside", doubtful=asked.state == "doubtful")


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _choices(picture: Picture) -> Iterator[tuple[str, str, int]]:
    """Every configured kind: its code, its name in the page's language, how deep it lies."""
    for kind in picture.tree.kinds:
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
