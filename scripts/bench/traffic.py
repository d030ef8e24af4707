"""What people of an organisation ask of the server: tiles, figures, lists, the map, look-ups, writes; mixed by dice."""

from __future__ import annotations

import datetime as dt
import json
import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from bench.browsers import PAGE, Browser
from bench.organisation import PASSWORD, Person
from gridmap.domain.access import ALLOWED, TITLES, Action
from gridmap.store.ids import new_uid

# Kind of request -> how often of a thousand, and the right that it needs.
MIX = {
    "tile": (170, Action.SEE_MAP),
    "tile, known": (130, Action.SEE_MAP),  # with If-None-Match
    "what has changed": (200, Action.SEE_MAP),
    "figures": (160, Action.SEE_MAP),
    "list of incidents": (80, Action.SEE_INCIDENTS),
    "points": (20, Action.SEE_INCIDENTS),
    "map page": (40, Action.SEE_MAP),
    "grids and areas": (30, Action.SEE_MAP),
    "look-up of a place": (50, Action.SEE_MAP),
    "address, typed": (55, Action.SEE_MAP),
    "incident page": (40, Action.SEE_INCIDENTS),
    "report": (15, Action.REPORT_INCIDENT),
    "amendment": (6, Action.AMEND_INCIDENT),
    "sign-in": (4, Action.USE_OWN_ACCOUNT),
}
ZOOMS = (13, 14, 15, 16)
DAYS = (30, 30, 30, 7, 90, 365)  # the lengths of periods that are looked at
STAYS = 0.9  # how often a filter stays what it is from one request to the next
FIGURES = ("situation", "counts", "timeline", "patterns", "choropleth", "expectation", "legend", "heat/value")
OF_PERIOD = ("counts", "patterns", "choropleth")
FEW = 40  # incidents that somebody goes on with


@dataclass(frozen=True, slots=True)
class Ask:
    """One request. `known`: with the ETag that the browser holds."""

    method: str
    address: str
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    is_known: bool = False


@dataclass
class User:
    """Somebody at a browser: what they may do, where and when they look, the incidents they know."""

    person: Person
    browser: Browser
    bounds: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    last_on: dt.date = dt.date.min
    kinds: list[str] = field(default_factory=list)
    incidents: list[dict[str, Any]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    seq: int = 0
    window: dict[str, str] = field(default_factory=dict)

    async def begin(self) -> None:
        """Sign in, and look at the first view as its page does."""
        await self.browser.sign_in(self.person.name, PASSWORD)
        found = await self.browser.get_json("/api/v1/situation")
        self.seq = found["seq"]
        self.bounds = tuple(found["incident_bounds"] or found["project"]["extent"])
        self.last_on = dt.date.fromisoformat(found["last_on"] or found["project"]["now_on"])
        self.kinds = [kind["code"] for kind in found["kinds"] if kind["count"]]
        self.window = {"from": found["period"]["from"], "to": found["period"]["to"]}
        if self.may(Action.SEE_INCIDENTS):
            self.incidents = (await self.browser.get_json(f"/api/v1/incidents?limit={FEW}"))["items"]
        areas = (await self.browser.get_json("/api/v1/areas"))["items"]
        self.names = [area["name"] for area in areas if area["level"] != "district"]

    def may(self, action: Action) -> bool:
        return action in ALLOWED[TITLES[self.person.title]]

    def can(self, kind: str) -> bool:
        """Whether they have the right to a kind of request, and what it takes."""
        needs_incident = kind in {"incident page", "report", "amendment"}
        return self.may(MIX[kind][1]) and (bool(self.incidents) or not needs_incident)


def arrivals(rng: random.Random, *, per_s: float, seconds: float) -> Iterator[tuple[float, str]]:
    """When requests come (seconds from now) and of which kind, as of many who do not know of each other (Poisson)."""
    at_s, kinds, weights = 0.0, list(MIX), [share for share, _ in MIX.values()]
    while (at_s := at_s + rng.expovariate(per_s)) < seconds:
        yield at_s, rng.choices(kinds, weights)[0]


def asked(user: User, kind: str, rng: random.Random) -> Ask:
    """What somebody asks, in the words that the pages use."""
    if rng.random() > STAYS:
        _look_elsewhere(user, rng)
    return WORDS[kind](user, rng)


def _look_elsewhere(user: User, rng: random.Random) -> None:
    end = user.last_on - dt.timedelta(days=rng.choice((0, 0, 0, 30, 365)))
    begin = end - dt.timedelta(days=rng.choice(DAYS) - 1)
    user.window = {"from": begin.isoformat(), "to": end.isoformat()}
    if user.kinds and rng.random() < 0.5:
        user.window["kinds"] = rng.choice(user.kinds)


def _tile(user: User, rng: random.Random) -> Ask:
    lon, lat = _point(user, rng)
    side = 2 ** (zoom := rng.choice(ZOOMS))
    x = int((lon + 180) / 360 * side)
    y = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * side)
    return Ask("GET", f"/tiles/heat/{zoom}/{x}/{y}.png?{urlencode(user.window)}")


def _known_tile(user: User, rng: random.Random) -> Ask:
    held = [address for address in user.browser.etags if address.startswith("/tiles/")]
    return Ask("GET", rng.choice(held), is_known=True) if held else _tile(user, rng)


def _changes(user: User, rng: random.Random) -> Ask:  # noqa: ARG001
    return Ask("GET", f"/api/v1/changes?since={user.seq}")


def _figures(user: User, rng: random.Random) -> Ask:
    which = rng.choice(FIGURES)
    words = dict(user.window) if which in OF_PERIOD else {}
    if which == "timeline" and "kinds" in user.window:
        words = {"kinds": user.window["kinds"]}
    if which == "heat/value":
        lon, lat = _point(user, rng)
        words = {**user.window, "lon": f"{lon:.6f}", "lat": f"{lat:.6f}"}
    return Ask("GET", f"/api/v1/{which}?{urlencode(words)}".rstrip("?"), is_known=rng.random() < 0.5)


def _list(user: User, rng: random.Random) -> Ask:
    if rng.random() < 0.3:
        return Ask("GET", "/incidents", headers=PAGE)
    return Ask("GET", f"/api/v1/incidents?{urlencode({**user.window, 'limit': 50})}")


def _points(user: User, rng: random.Random) -> Ask:
    return Ask("GET", f"/api/v1/points?{urlencode({**user.window, 'zoom': rng.choice(ZOOMS)})}")


def _map(user: User, rng: random.Random) -> Ask:  # noqa: ARG001
    return Ask("GET", "/", headers=PAGE)


def _ground(user: User, rng: random.Random) -> Ask:  # noqa: ARG001
    which = rng.choice(("grids.geojson", "areas.geojson?level=community", "areas", "plans"))
    return Ask("GET", f"/api/v1/{which}", is_known=rng.random() < 0.5)


def _place(user: User, rng: random.Random) -> Ask:
    lon, lat = _point(user, rng)
    return Ask("GET", f"/api/v1/locate?lon={lon:.6f}&lat={lat:.6f}")


def _address(user: User, rng: random.Random) -> Ask:
    known = [text for one in user.incidents if (text := one.get("address"))] + user.names
    text = rng.choice(known or ["幸福"])
    return Ask("GET", f"/api/v1/addresses?{urlencode({'q': text[: rng.randint(1, len(text))]})}")


def _page(user: User, rng: random.Random) -> Ask:
    return Ask("GET", f"/incidents/{rng.choice(user.incidents)['uid']}", headers=PAGE)


def _report(user: User, rng: random.Random) -> Ask:
    like = rng.choice(user.incidents)
    body = {"uid": new_uid(), "kind": like["kind"], "occurred_on": user.last_on.isoformat()}
    body |= {"lon": like["lon"], "lat": like["lat"], "summary": "压力测试", "reporter": {"phone": "13800138000"}}
    return _change(user, "POST", "/api/v1/incidents", body)


def _amendment(user: User, rng: random.Random) -> Ask:
    uid = rng.choice(user.incidents)["uid"]
    return _change(user, "PATCH", f"/api/v1/incidents/{uid}", {"summary": f"压力测试 {rng.randrange(10_000)}"})


def _sign_in(user: User, rng: random.Random) -> Ask:  # noqa: ARG001
    """Where it begins; the browser goes on by itself."""
    return Ask("GET", "/sign-in", headers=PAGE)


def _change(user: User, method: str, address: str, body: dict[str, Any]) -> Ask:
    headers = {"Content-Type": "application/json", "X-CSRFToken": user.browser.token}
    return Ask(method, address, json.dumps(body, ensure_ascii=False).encode(), headers)


def _point(user: User, rng: random.Random) -> tuple[float, float]:
    west, south, east, north = user.bounds
    return rng.uniform(west, east), rng.uniform(south, north)


WORDS: dict[str, Callable[[User, random.Random], Ask]] = {
    "tile": _tile,
    "tile, known": _known_tile,
    "what has changed": _changes,
    "figures": _figures,
    "list of incidents": _list,
    "points": _points,
    "map page": _map,
    "grids and areas": _ground,
    "look-up of a place": _place,
    "address, typed": _address,
    "incident page": _page,
    "report": _report,
    "amendment": _amendment,
    "sign-in": _sign_in,
}
