"""The base map that the settings name, as the map page needs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from gridmap.errors import BadInput
from gridmap.services.own_basemap.address import tile_address

NONE, FILE, ADDRESS = "none", "file", "address"


@dataclass(frozen=True, slots=True)
class OwnBasemap:
    """Either `file` (a name in the folder) or `template` (with the `origin` that a page's policy has to name) is given.

    Zooms are those that there are tiles of.
    """

    min_zoom: int
    max_zoom: int
    credit: str
    approval_number: str
    file: str | None = None
    template: str | None = None
    origin: str | None = None


def own_basemap_of(configuration: Mapping[str, Any]) -> OwnBasemap | None:
    """What a configuration has under `basemap`; None where it has none, or nothing that can be shown.

    The map must come up with whatever a database holds: what is no zoom is taken for the usual one, and the doctor
    names it.
    """
    given = configuration.get("basemap", {})
    source = given.get("source", NONE)
    own = OwnBasemap(
        min_zoom=_whole(given.get("min_zoom"), 0),
        max_zoom=_whole(given.get("max_zoom"), 18),
        credit=str(given.get("credit", "")),
        approval_number=str(given.get("approval_number", "")),
    )
    if source == FILE:
        return replace(own, file=str(given.get("file", "")))
    if source != ADDRESS:
        return None
    try:
        address = tile_address(str(given.get("address", "")))
    except BadInput:
        return None
    return replace(own, template=address.template, origin=address.origin)


def _whole(value: Any, usual: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else usual
