"""Taking in one incident: placed, stored, told in its story and audited in one transaction."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from gridmap.config import Settings
from gridmap.domain.incidents import IncidentReport, require_happened
from gridmap.domain.kinds import KindTree
from gridmap.domain.parties import PartyRole, Retention
from gridmap.errors import BadInput, Conflict
from gridmap.services import incident_place as place
from gridmap.services import incident_story as story
from gridmap.services.current_places import CurrentPlaces, Places
from gridmap.services.doubt import Nearest
from gridmap.services.incident_place import Spot
from gridmap.services.incident_record import Record
from gridmap.services.incident_scope import Fence
from gridmap.services.incident_story import IncidentDetail
from gridmap.services.kind_names import required_kind
from gridmap.services.privacy.sealer import Sealer
from gridmap.store import configuration, ids, incidents, parties, project, stories
from gridmap.store.engine import Session, Store
from gridmap.store.incidents import IncidentRow


@dataclass(frozen=True, slots=True)
class ReceivedIncident:
    """What became of a report. `is_new` is False when it had been received before: nothing was written then.

    `block` and `grid` are codes, None where it lies in none; `nearest` then says which grid is next to it.
    `is_doubtful`: it may belong to another grid, somebody has to say to which.
    """

    uid: str
    case_number: str
    block: str | None
    grid: str | None
    is_new: bool
    nearest: Nearest | None = None
    is_doubtful: bool = False


def receive(
    store: Store,
    settings: Settings,
    report: IncidentReport,
    *,
    actor: str,
    now: dt.datetime,
    places: CurrentPlaces | None = None,
    fence: Fence | None = None,
) -> ReceivedIncident:
    """Store one report, placed by the blocks and the plan of `now`, with its audit entry and its story's first line.

    A report that comes again under its uid is answered with what was stored. `places` keeps blocks and plan in memory
    from one report to the next. A place in no grid is stored, and the nearest grid is named. Raises OutsideExtent,
    BadInput for an unknown kind, a day in the future or a uid that is none, Conflict for a uid that is another
    report's, StoreBusy, and OnlySomePlaces for a place elsewhere, of somebody whose places have a `fence`; then nothing
    was written.
    """
    uid = _checked_uid(report.uid)
    record, places = Record(settings, actor, now), places or CurrentPlaces()

    def work(session: Session) -> ReceivedIncident:
        present = places.at(session, now)
        if fence is not None:
            fence.admit(report.lon, report.lat, present.placer.place_one(report.lon, report.lat)[0])
        before = incidents.get(session, uid)
        if before is not None:
            _require_same(session, report, before)
            return _answer(session, before, present, is_new=False)
        _store(session, record, report, uid, present)
        stored = incidents.get(session, uid)
        if stored is None:
            raise RuntimeError(f"Incident {uid} was stored, but cannot be read.")
        return _answer(session, stored, present, is_new=True)

    return store.transact(work)


def _store(session: Session, record: Record, report: IncidentReport, uid: str, present: Places) -> None:
    require_happened(report.occurrence, record.now)
    place.require_inside(session, report.lon, report.lat)
    version, content = configuration.current(session)
    where = place.placed(present, report.lon, report.lat, report.uncertainty_m)
    number = incidents.next_case_numbers(session, report.occurrence.on.year, 1)[0]
    values: dict[str, Any] = {
        "kind": required_kind(report.kind, KindTree.of(content)),
        "occurred_at": report.occurrence.at,
        "occurred_on": report.occurrence.on,
        "precision": str(report.occurrence.precision),
        "reported_at": report.reported_at or record.now,
        "address": report.address,
        "summary": report.summary,
        "lon": report.lon,
        "lat": report.lat,
        "uncertainty_m": report.uncertainty_m,
        "placed_by": str(report.placed_by),
        "source_id": report.source_id,
        **where,
    }
    incident_id = incidents.add(session, uid=uid, case_number=number, configuration_version=version, **values)
    after = story.place_of(story.required(session, uid))
    told = {
        **story.line_of(None, after),
        "placed_by": str(report.placed_by),
        "is_doubtful": where["is_doubtful"],
        "occurred_on": report.occurrence.on.isoformat(),
        "occurred_at": None if report.occurrence.at is None else report.occurrence.at.isoformat(),
    }
    record.tell(session, incident_id, story.RECEIVED, told)
    given = _store_reporter(session, record, report, incident_id, Retention.of(content))
    record.audit(session, story.RECEIVED, uid, {"case_number": number, **values, **given})


def _store_reporter(
    session: Session, record: Record, report: IncidentReport, incident_id: int, retention: Retention
) -> dict[str, object]:
    """Who reported it, encrypted -> what the audit's entry says: which fields, no digest of a value."""
    if not report.reporter:
        return {}
    found = project.get(session)
    zone = ZoneInfo(found.time_zone if found else "UTC")
    reported_on = (report.reported_at or record.now).astimezone(zone).date()
    parties.add(
        session,
        [incident_id],
        role=PartyRole.REPORTER,
        sealed=[Sealer.newest(record.settings).columns(report.reporter)],
        purge_after=[retention.parties_until(reported_on)],
        at=record.now,
    )
    return {f"{PartyRole.REPORTER}.{name}": True for name in report.reporter.given()}


def tell(
    store: Store, uid: str, *, now: dt.datetime, places: CurrentPlaces, fence: Fence | None = None
) -> IncidentDetail:
    """One incident with its candidates and its story; for somebody whose places have a `fence`, as far as these go.

    Raises NotFound, also for an incident elsewhere.
    """
    with store.read() as session:
        found = story.detail(session, uid, places.at(session, now))
    return found if fence is None else fence.told(found)


def _checked_uid(uid: str | None) -> str:
    if uid is None:
        return ids.new_uid()
    try:
        return str(uuid.UUID(uid))
    except ValueError:
        raise BadInput(f"'{uid}' is no uid.", "Send a UUID (version 7), or none: then one is made.") from None


def _require_same(session: Session, report: IncidentReport, before: IncidentRow) -> None:
    """A uid stands for one report: the place and time it first came with (it may have been moved since), or it is
    somebody else's.
    """
    at = None if report.occurrence.at is None else report.occurrence.at.isoformat()
    said = (Spot(report.lon, report.lat), report.occurrence.on.isoformat(), at)
    if not any(_is_same(said, known) for known in (_as_stored(before), _as_received(session, before)) if known):
        raise Conflict(
            f"The uid {before.uid} is another incident's ({before.case_number}).", "Make a new uid for a new incident."
        )


Said = tuple[Spot, str, str | None]  # where, day, instant


def _is_same(said: Said, known: Said) -> bool:
    return place.is_same_place(said[0], known[0]) and said[1:] == known[1:]


def _as_stored(before: IncidentRow) -> Said:
    at = None if before.occurred_at is None else before.occurred_at.isoformat()
    return Spot(before.lon, before.lat), before.occurred_on.isoformat(), at


def _as_received(session: Session, before: IncidentRow) -> Said | None:
    """What the first line of its story says; None for an incident that was imported."""
    first = next((line for line in stories.lines(session, before.id) if line.action == story.RECEIVED), None)
    if first is None:
        return None
    there = first.content["to"]
    return Spot(there["lon"], there["lat"]), first.content["occurred_on"], first.content["occurred_at"]


def _answer(session: Session, row: IncidentRow, present: Places, *, is_new: bool) -> ReceivedIncident:
    nearest = story.nearest_of(session, row, present)
    return ReceivedIncident(row.uid, row.case_number, row.block, row.grid, is_new, nearest, row.is_doubtful)
