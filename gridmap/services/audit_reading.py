"""What an auditor asks: the newest entries, a record's story, who saw it, what an account did; and all of it as CSV."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from gridmap.config import Settings
from gridmap.domain.access import Actor
from gridmap.services.auditing import EXPORTED, OPENED, REVEALED, append
from gridmap.services.project import DEFAULT_TIME_ZONE
from gridmap.store import audit, audit_reading, project
from gridmap.store.audit import Entry
from gridmap.store.audit_reading import Wanted
from gridmap.store.engine import Session, Store

SORTS = ("seen", "changed", "signed_in")  # of actions, beside single ones
SEEN = (OPENED, REVEALED, EXPORTED)
SIGNING_IN = "account.sign_in"
HEADINGS = ("seq", "at", "actor", "action", "entity", "entity_uid", "name", "fields", "algorithm", "prev_hash", "hash")
FIRST_DAY, LAST_DAY = dt.date(1, 1, 3), dt.date(9999, 12, 29)
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would run what begins so


@dataclass(frozen=True, slots=True)
class Asked:
    """A question in a person's words: `record` is a uid or a name (a case number, an account's), `action` an action or
    one of SORTS, the days local ones, both in. What is None or empty is not asked for.
    """

    actor: str | None = None
    action: str | None = None
    entity: str | None = None
    record: str | None = None
    from_on: dt.date | None = None
    to_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Entries, the newest first. `names`: of the records they are about, by uid; `before` leads to the next page."""

    entries: tuple[Entry, ...]
    names: dict[str, str]
    before: int | None
    record_uid: str | None


@dataclass(frozen=True, slots=True)
class Choices:
    """What there is to ask for: actors with the names they show, actions, and how many entries there are."""

    actors: dict[str, str]
    actions: list[str]
    total: int
    head: audit.Head


def entries(store: Store, asked: Asked, *, before: int | None = None, limit: int = 50) -> Page:
    """One page of the answer."""
    with store.read() as session:
        wanted = _wanted(session, asked)
        found = audit_reading.page(session, wanted, before=before, limit=limit + 1)
        shown = found[:limit]
        following = shown[-1].seq if len(found) > limit else None
        return Page(tuple(shown), audit_reading.names(session, shown), following, wanted.entity_uid)


def choices(store: Store) -> Choices:
    """What the auditor's page offers."""
    with store.read() as session:
        shown = audit_reading.shown_names(session)
        names = {name: shown.get(name, name) for name in audit_reading.actors(session)}
        head = audit.head(session)
        return Choices(names, audit_reading.actions(session), head[0], head)


def export(store: Store, settings: Settings, asked: Asked, *, actor: Actor, now: dt.datetime) -> Iterator[str]:
    """The answer as lines of CSV, the newest entry first. That it was taken away is an entry, too, and stored before
    the first line goes out; it is not among the lines. Raises StoreBusy before the first line.
    """
    given = {name: value for name in Asked.__slots__ if (value := getattr(asked, name)) is not None}

    def tell(session: Session) -> int:
        return append(session, settings, actor, f"audit.{EXPORTED}", "audit", None, given, now=now)

    own = store.transact(tell)
    return _lines(store, asked, own)


def _lines(store: Store, asked: Asked, own: int) -> Iterator[str]:
    with store.read() as session:
        zone = _zone(session)
    yield "\ufeff" + _line(HEADINGS)
    before: int | None = own
    while before is not None:
        page = entries(store, asked, before=before, limit=audit_reading.CHUNK)
        for entry in page.entries:
            yield _line(_cells(entry, page.names, zone))
        before = page.before


def _cells(entry: Entry, names: dict[str, str], zone: ZoneInfo) -> tuple[object, ...]:
    return (
        entry.seq,
        entry.at.astimezone(zone).isoformat(timespec="microseconds"),
        entry.actor,
        entry.action,
        entry.entity,
        entry.entity_uid,
        names.get(entry.entity_uid or ""),
        " ".join(sorted(entry.digests)),
        entry.algorithm,
        entry.prev_hash.hex(),
        entry.hash.hex(),
    )


def _line(cells: tuple[object, ...]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(["'" + c if isinstance(c, str) and c.startswith(FORMULA) else c for c in cells])
    return out.getvalue()


def _wanted(session: Session, asked: Asked) -> Wanted:
    """The question as conditions on rows."""
    zone = _zone(session)
    return Wanted(
        actor=asked.actor or None,
        actions=_actions(session, asked.action),
        entity=asked.entity or None,
        entity_uid=audit_reading.uid_of(session, asked.record) if asked.record else None,
        since=None if asked.from_on is None else _midnight(asked.from_on, zone),
        until=None if asked.to_on is None else _midnight(asked.to_on, zone) + dt.timedelta(days=1),
    )


def _midnight(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    """The local day's begin; of a day that has none in UTC, or no day after it, that of the nearest that has."""
    return dt.datetime.combine(min(max(day, FIRST_DAY), LAST_DAY), dt.time(tzinfo=zone))


def _zone(session: Session) -> ZoneInfo:
    row = project.get(session)
    return ZoneInfo(DEFAULT_TIME_ZONE if row is None else row.time_zone)


def _actions(session: Session, action: str | None) -> tuple[str, ...] | None:
    if not action:
        return None
    if action not in SORTS:
        return (action,)
    return tuple(name for name in audit_reading.actions(session) if sort_of(name) == action)


def sort_of(action: str) -> str:
    """To which of SORTS an action belongs."""
    if action.rpartition(".")[2] in SEEN:
        return "seen"
    return "signed_in" if action.startswith(SIGNING_IN) else "changed"
