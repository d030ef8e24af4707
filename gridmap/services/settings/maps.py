"""What may be wrong with the map's approval number and the organisation's own base map."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeGuard

from gridmap.config import Settings
from gridmap.errors import BadInput
from gridmap.services.own_basemap import tile_address
from gridmap.services.own_basemap.chosen import ADDRESS, FILE, NONE
from gridmap.services.own_basemap.files import SUFFIXES, path_of
from gridmap.services.settings.numbers import shown
from gridmap.services.settings.problems import Problem

FITTING = ("wgs84", "cgcs2000")
SHIFTED = {"gcj02": "GCJ-02", "bd09": "BD-09"}
LONGEST_APPROVAL, LONGEST_CREDIT, LONGEST_ADDRESS = 60, 120, 2_000
ZOOMS = (0, 22)
KEYS = {
    "source", "file", "address", "is_own_network", "datum", "min_zoom", "max_zoom", "credit", "approval_number",
}  # fmt: skip


def map_problems(content: Mapping[str, Any], settings: Settings) -> Iterator[Problem]:
    given = content.get("map")
    if not isinstance(given, Mapping) or set(given) - {"approval_number"}:
        yield Problem("map", "The section map is no table.", "Give it with approval_number.")
    else:
        yield from _text("map/approval_number", given.get("approval_number", ""), LONGEST_APPROVAL)
    own = content.get("basemap")
    if not isinstance(own, Mapping) or set(own) - KEYS:
        yield Problem("basemap", "The section basemap is no table.", f"Give it with {', '.join(sorted(KEYS))}.")
        return
    yield from _text("basemap/credit", own.get("credit", ""), LONGEST_CREDIT)
    yield from _text("basemap/approval_number", own.get("approval_number", ""), LONGEST_APPROVAL)
    for name in ("file", "address", "datum"):
        yield from _text(f"basemap/{name}", own.get(name, ""), LONGEST_ADDRESS)
    yield from _zooms(own)
    if own.get("source") not in (NONE, FILE, ADDRESS):
        yield Problem("basemap/source", "It is not said where the base map comes from.", "Choose one.")
    if own.get("source") in (FILE, ADDRESS):
        yield from _shown(own, settings)


def _shown(own: Mapping[str, Any], settings: Settings) -> Iterator[Problem]:
    """What has to hold of a base map that is shown."""
    if own["source"] == FILE:
        yield from _file(str(own.get("file", "")), settings)
    else:
        yield from _address(own, settings)
    datum = own.get("datum")
    if datum in SHIFTED:
        yield Problem(
            "basemap/datum", f"Tiles in {SHIFTED[datum]} would lie hundreds of metres off the grids.",
            "Take tiles in CGCS2000 or WGS-84, as the Tianditu service of the province has them.",
        )  # fmt: skip
    elif datum not in FITTING:
        yield Problem("basemap/datum", "The datum of the base map is not known.", "Choose CGCS2000 or WGS-84.")
    if not str(own.get("credit", "")).strip():
        yield Problem("basemap/credit", "Nobody is named as the maker of the base map.", "Name who made it.")


def _zooms(own: Mapping[str, Any]) -> Iterator[Problem]:
    low, high = own.get("min_zoom"), own.get("max_zoom")
    if not (_is_whole(low) and _is_whole(high) and ZOOMS[0] <= low <= high <= ZOOMS[1]):
        said = f"The zooms go from {shown(low)} to {shown(high)}."
        yield Problem("basemap/max_zoom", said, "Give whole numbers from 0 to 22.")


def _is_whole(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _file(name: str, settings: Settings) -> Iterator[Problem]:
    try:
        path = path_of(settings, name)
        SUFFIXES[path.suffix.lower()].facts(path)
    except BadInput as error:
        yield Problem("basemap/file", error.message, error.hint)


def _address(own: Mapping[str, Any], settings: Settings) -> Iterator[Problem]:
    try:
        found = tile_address(str(own.get("address", "")))
    except BadInput as error:
        yield Problem("basemap/address", error.message, error.hint)
        return
    if not found.is_inner and own.get("is_own_network") is not True:
        yield Problem(
            "basemap/is_own_network", f"{found.origin} does not look like an address of your own network.",
            "Every browser that opens the map would ask it. If it is yours, say so.",
        )  # fmt: skip
    is_https = settings.tls is not None or settings.public_url is not None
    if is_https and found.origin.startswith("http:"):
        yield Problem(
            "basemap/address", "This server is opened by HTTPS, the tiles are not: browsers would not show them.",
            "Let the server of the tiles speak HTTPS, too.",
        )  # fmt: skip


def _text(field: str, value: Any, longest: int) -> Iterator[Problem]:
    if not isinstance(value, str) or len(value) > longest or not value.isprintable():
        name = field.replace("/", ".")
        yield Problem(field, f"The setting {name} is no text of one line.", f"Keep to {longest} characters.")
