"""One incident as its own page shows it: where it is, which grids it may belong to, and what was done to it.

The lines of a story hold what was and what became of it: {"from": ..., "to": ..., "note": ...}. A place is
{"lon", "lat", "uncertainty_m", "block", "grid", "grid_name"}, with codes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gridmap.errors import NotFound
from gridmap.services.current_places import Places
from gridmap.services.doubt import Candidate, Nearest
from gridmap.store import audit, stories
from gridmap.store.engine import Session
from gridmap.store.incidents import IncidentRow
from gridmap.store.stories import StoredIncident, StoredPlace, StoryLine

RECEIVED, MOVED, CONFIRMED, CHANGED, IMPORTED = "received", "moved", "confirmed", "changed", "imported"


@dataclass(frozen=True, slots=True)
class IncidentDetail:
    """An incident, the grids in reach of it (the one it lies in, then the most likely), its story (oldest line first).

    `candidates` are those of the plan in force; empty where the uncertainty reaches no other grid. `nearest` is the
    nearest grid of an incident in none. `version` names this state, for `Amendment.version`.
    """

    incident: StoredIncident
    version: str
    candidates: tuple[Candidate, ...]
    nearest: Nearest | None
    story: tuple[StoryLine, ...]


def detail(session: Session, uid: str, places: Places) -> IncidentDetail:
    """The incident of that uid. Raises NotFound."""
    return detail_of(session, required(session, uid), places)


def detail_of(session: Session, incident: StoredIncident, places: Places) -> IncidentDetail:
    """What belongs to an incident that was just read."""
    lines = stories.lines(session, incident.id)
    candidates = candidates_of(session, incident, places)
    nearest = nearest_of(session, incident, places)
    others = [one for one in candidates if one.grid_id != incident.grid_id]
    return IncidentDetail(incident, version_of(incident, lines), candidates if others else (), nearest, tuple(lines))


def required(session: Session, uid: str, *, lock: bool = False) -> StoredIncident:
    """The incident of that uid, `lock`ed until the transaction ends. Raises NotFound."""
    incident = stories.whole(session, uid, lock=lock)
    if incident is None:
        raise not_there(uid)
    return incident


def not_there(uid: str) -> NotFound:
    """What is said of an incident that does not exist, or not for whoever asks."""
    return NotFound(f"There is no incident {uid}.", "Look it up in the list of incidents.")


def candidates_of(session: Session, incident: StoredIncident, places: Places) -> tuple[Candidate, ...]:
    """All grids in reach of an incident, its own among them."""
    if places.doubt is None:
        return ()
    return places.doubt.candidates(session, incident.lon, incident.lat, incident.uncertainty_m)


def nearest_of(session: Session, incident: StoredIncident | IncidentRow, places: Places) -> Nearest | None:
    """The grid nearest to an incident that lies in none; None for one that has a grid."""
    if incident.grid is not None or places.doubt is None:
        return None
    return places.doubt.nearest(session, incident.lon, incident.lat)


def version_of(incident: StoredIncident, lines: list[StoryLine]) -> str:
    """Names a state: the last line of the story, and a digest of what may be changed also without one (an import)."""
    what = (
        incident.lon, incident.lat, incident.uncertainty_m, incident.grid_id, incident.block_id, incident.is_doubtful,
        incident.placed_by, incident.kind, incident.occurred_at, incident.occurred_on, incident.precision,
        incident.address, incident.summary,
    )  # fmt: skip
    last = lines[-1].id if lines else 0
    return f"{last}-{hashlib.sha256(audit.canonical(what)).hexdigest()[:16]}"


def lines_after(version: str, lines: list[StoryLine]) -> list[StoryLine]:
    """What happened since the state that a version names."""
    seen = version.partition("-")[0]
    return [line for line in lines if not seen.isdigit() or line.id > int(seen)]


def place_of(incident: StoredIncident | StoredPlace) -> dict[str, Any]:
    """Where an incident is, as a line of its story tells it."""
    return {
        "lon": incident.lon,
        "lat": incident.lat,
        "uncertainty_m": incident.uncertainty_m,
        "block": incident.block,
        "grid": incident.grid,
        "grid_name": incident.grid_name,
    }


def line_of(before: Mapping[str, Any] | None, after: Mapping[str, Any], note: str | None = None) -> dict[str, Any]:
    """The content of a line of a story."""
    content: dict[str, Any] = {"to": dict(after)}
    if before is not None:
        content["from"] = dict(before)
    if note:
        content["note"] = note
    return content
