"""Changing one incident: a moved point, another uncertainty, an answer for its grid, other facts."""

from __future__ import annotations

import datetime as dt
from typing import Any

from gridmap.config import Settings
from gridmap.domain.incidents import Amendment, PlacedBy, require_happened
from gridmap.domain.kinds import KindTree
from gridmap.errors import Stale
from gridmap.services import incident_place as place
from gridmap.services import incident_story as story
from gridmap.services.current_places import CurrentPlaces, Places
from gridmap.services.incident_place import Spot
from gridmap.services.incident_record import Record
from gridmap.services.incident_scope import Fence
from gridmap.services.incident_story import IncidentDetail
from gridmap.services.kind_names import required_kind
from gridmap.services.placing import NOWHERE
from gridmap.store import configuration, incidents
from gridmap.store.engine import Session, Store
from gridmap.store.stories import StoredIncident

WHEN = {"occurred_at", "occurred_on", "precision"}


def amend(
    store: Store,
    settings: Settings,
    uid: str,
    amendment: Amendment,
    *,
    actor: str,
    now: dt.datetime,
    places: CurrentPlaces | None = None,
    fence: Fence | None = None,
) -> IncidentDetail:
    """Change one stored incident; what it was stays in its story. A moved point is placed again at once.

    A change that was made already writes nothing. `grid` must be one of the candidates (or None where it lies in no
    grid): the incident then goes to the nearest block of that grid, so that every plan counts it there, and is no
    longer doubtful. Raises NotFound, OutsideExtent, BadInput, StoreBusy, and Stale when it is no longer in the state
    that `amendment.version` names; of somebody whose places have a `fence` NotFound for an incident elsewhere, and
    OnlySomePlaces for one that would go elsewhere. Then nothing was written.
    """
    record, places = Record(settings, actor, now), places or CurrentPlaces()

    def work(session: Session) -> IncidentDetail:
        before = story.required(session, uid, lock=True)
        if fence is not None:
            fence.require(before)
        present = places.at(session, now)
        changes = _differing(amendment, before, session, now)
        if changes:
            _require_fresh(session, amendment, before, present, fence)
            _apply(session, record, before, changes, amendment.note, present, fence)
        found = story.detail(session, uid, present)
        return found if fence is None else fence.told(found)

    return store.transact(work)


def _apply(
    session: Session,
    record: Record,
    before: StoredIncident,
    changes: dict[str, Any],
    note: str | None,
    present: Places,
    fence: Fence | None,
) -> None:
    """Write the changes, one line of the story for each sort of them, and one audit entry."""
    facts = {name: changes[name] for name in changes if name not in {"lon", "lat", "uncertainty_m", "grid"}}
    where = _new_place(session, changes, before, present, fence)
    incidents.change(session, before.id, {**facts, **where})
    after = story.required(session, before.uid)
    if fence is not None:
        fence.admit(after.lon, after.lat, NOWHERE if after.block_id is None else after.block_id)
    lines: dict[str, dict[str, Any]] = {}
    if where:
        action = story.CONFIRMED if "grid" in changes else story.MOVED if "lon" in changes else story.CHANGED
        lines[action] = story.line_of(story.place_of(before), story.place_of(after), note)
    if facts:
        told = lines.setdefault(story.CHANGED, story.line_of({}, {}, None if where else note))
        told["from"] |= {name: _plain(getattr(before, name)) for name in facts}
        told["to"] |= {name: _plain(value) for name, value in facts.items()}
    if story.MOVED in lines and present.doubt is not None:
        lines[story.MOVED]["distance_m"] = present.doubt.distance_m(before, after)
    for action, content in lines.items():
        record.tell(session, before.id, action, content)
    record.audit(session, next(iter(lines)), before.uid, {**facts, **where, "note": note})


def _new_place(
    session: Session, changes: dict[str, Any], before: StoredIncident, present: Places, fence: Fence | None
) -> dict[str, Any]:
    """The columns of where it is now, by a move, another uncertainty or an answer; {} when none of them is given."""
    if "grid" in changes:
        among = None if fence is None else fence.grids
        answer = place.answered(session, changes["grid"], before, present, among)
        return {**answer, "placed_by": str(PlacedBy.PERSON)}
    given: dict[str, Any] = {name: changes[name] for name in ("lon", "lat", "uncertainty_m") if name in changes}
    if not given:
        return {}
    uncertainty_m = given.get("uncertainty_m", before.uncertainty_m)
    if "lon" in given:
        place.require_inside(session, given["lon"], given["lat"])
        where = place.placed(present, given["lon"], given["lat"], uncertainty_m)
        return {**given, **where, "placed_by": str(PlacedBy.MAP)}
    if before.placed_by == PlacedBy.PERSON:
        return given  # who was there knows better than a radius; only a move asks again
    is_doubtful = place.is_doubtful_at(present, before.lon, before.lat, uncertainty_m, before.grid_id)
    return {**given, "is_doubtful": is_doubtful}


def _differing(
    amendment: Amendment, before: StoredIncident, session: Session, now: dt.datetime
) -> dict[str, Any]:
    """The changes that are none yet, as columns; `occurrence` becomes its three."""
    wanted = dict(amendment.changes)
    if "kind" in wanted:
        wanted["kind"] = required_kind(wanted["kind"], KindTree.of(configuration.current(session)[1]), kept=before.kind)
    if "occurrence" in wanted:
        when = wanted.pop("occurrence")
        require_happened(when, now)
        wanted |= {"occurred_at": when.at, "occurred_on": when.on, "precision": str(when.precision)}
    if amendment.moves and place.is_same_place(Spot(wanted["lon"], wanted["lat"]), before):
        del wanted["lon"], wanted["lat"]
    is_answered = before.placed_by == PlacedBy.PERSON and not before.is_doubtful
    if "grid" in wanted and wanted["grid"] == before.grid and is_answered:
        del wanted["grid"]
    plain = set(wanted) - {"lon", "lat", "grid"}
    same = {name for name in plain if wanted[name] == getattr(before, name)}
    if not same >= WHEN:
        same -= WHEN  # the three go together
    return {name: value for name, value in wanted.items() if name not in same}


def _require_fresh(
    session: Session, amendment: Amendment, before: StoredIncident, present: Places, fence: Fence | None
) -> None:
    found = story.detail_of(session, before, present)
    found = found if fence is None else fence.told(found)
    if amendment.version in (None, found.version):
        return
    since = story.lines_after(amendment.version or "", list(found.story))
    raise Stale(
        f"Incident {before.case_number} was changed by somebody else meanwhile.",
        "Look at what it is now, then decide again.",
        details={
            "version": found.version,
            "changed": [
                {"at": line.at.isoformat(), "actor": line.actor, "action": line.action, **line.content}
                for line in since
            ],
        },
    )


def _plain(value: Any) -> Any:
    """As JSON keeps it."""
    return value.isoformat() if isinstance(value, dt.date) else value
