"""One incident for somebody whose posts are for some places: what of it they may know, and where they may put one.

An incident elsewhere does not exist for them. Of one of their own nothing names a grid or a block that is not in their
places: not the grids in reach of it, nor where it was before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gridmap.errors import OnlySomePlaces
from gridmap.services.doubt import Nearest
from gridmap.services.incident_story import IncidentDetail, not_there
from gridmap.services.placing import NOWHERE
from gridmap.services.situation.ground import NO_GRID, Ground
from gridmap.services.situation.seen import UNSEEN, Seen
from gridmap.services.situation.view import View
from gridmap.store.plans import GridRow
from gridmap.store.stories import StoredIncident, StoryLine


@dataclass(frozen=True, slots=True)
class Fence:
    """The places that are open to somebody: what is seen, and its ground under the plan in force."""

    seen: Seen
    ground: Ground

    @property
    def grids(self) -> frozenset[str]:
        """The codes of the grids that may be named."""
        return frozenset(row.code for row in self.ground.grids)

    def require(self, incident: StoredIncident) -> None:
        """Raises NotFound for an incident elsewhere, as for one that is not there."""
        if not self.seen.holds(incident.lon, incident.lat, incident.block_id):
            raise not_there(incident.uid)

    def admit(self, lon: float, lat: float, block_id: int) -> None:
        """Raises OnlySomePlaces for a place elsewhere (its block -1: none)."""
        if not self.seen.holds(lon, lat, None if block_id == NOWHERE else block_id):
            raise OnlySomePlaces(
                f"Longitude {lon}, latitude {lat} is in none of the places of your posts.",
                "Check the point; if it is right, hand this on to the district centre.",
            )

    def told(self, found: IncidentDetail) -> IncidentDetail:
        """What may be known of an incident. Raises NotFound for one elsewhere."""
        self.require(found.incident)
        incident, grids = self._placed_today(found.incident), self.grids
        candidates = tuple(one for one in found.candidates if one.code in grids)
        others = [one for one in candidates if one.code != incident.grid]
        return replace(
            found,
            incident=incident,
            candidates=candidates if others else (),
            nearest=self._nearest(incident) if incident.grid is None else None,
            story=tuple(self._told_line(line) for line in found.story),
        )

    def told_content(self, content: Mapping[str, Any]) -> dict[str, Any]:
        """The content of a story's line; a place in it is told without the grid and the block that may not be named."""
        return {name: self._told_place(value) if name in {"from", "to"} else value for name, value in content.items()}

    def _told_line(self, line: StoryLine) -> StoryLine:
        return replace(line, content=self.told_content(line.content))

    def _told_place(self, place: Any) -> Any:
        if not isinstance(place, Mapping):
            return place
        known = dict(place)
        if known.get("grid") is not None and known["grid"] not in self.grids:
            known |= {"grid": None, "grid_name": None}
        if known.get("block") is not None and known["block"] not in self.ground.spots.codes:
            known["block"] = None
        return known

    def _placed_today(self, incident: StoredIncident) -> StoredIncident:
        """With a grid and a block that may be named: where it was placed by others, those of today."""
        row = next((row for row in self.ground.grids if row.code == incident.grid), None)
        block = incident.block
        if (incident.grid is not None and row is None) or (block is not None and block not in self.ground.spots.codes):
            row, block = self._today(incident)
        return replace(
            incident,
            block=block,
            grid=None if row is None else row.code,
            grid_name=None if row is None else row.name,
            community=None if row is None else row.community_name,
        )

    def _today(self, incident: StoredIncident) -> tuple[GridRow | None, str | None]:
        block_id = NOWHERE if incident.block_id is None else incident.block_id
        at = np.array([incident.lon]), np.array([incident.lat])
        spot = int(self.seen.number[self.seen.source.spots.of(np.array([block_id]), *at)[0]])
        spots = self.ground.spots
        if spot == UNSEEN or spot >= len(spots.codes):
            return None, None
        grid = int(self.ground.grid_of_spot[spot])
        return None if grid == NO_GRID else self.ground.grids[grid], spots.codes[spot]

    def _nearest(self, incident: StoredIncident) -> Nearest | None:
        near = self.ground.place(incident.lon, incident.lat).nearest
        return None if near is None else Nearest(near.code, near.name, near.distance_m)


def fence_of(view: View) -> Fence | None:
    """The places of a view; None where that is the whole."""
    seen = view.seen
    return None if seen is None else Fence(seen, view.picture().ground)
