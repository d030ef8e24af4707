"""Posts from a list, all rows or none: who has which post where, with deputy and days."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from gridmap.config import Settings
from gridmap.domain.areas import Validity
from gridmap.services.given_rows import RowError
from gridmap.services.posts.answers import HELD_BY_ONE, ImportedPosts, PostsRefused
from gridmap.services.posts.assigning import columns_of, posts_at, today
from gridmap.services.posts.finding import Found, PeopleFinder, PlaceFinder, Unclear
from gridmap.services.posts.reading import Line, Listing, read_list
from gridmap.services.posts.rules import Standing, Wanted, fault, in_the_way, overlap
from gridmap.services.posts.titles import title_named
from gridmap.store import audit, posts
from gridmap.store.engine import Session, Store


@dataclass(slots=True)
class _Sorted:
    """The rows of a list, sorted into what is to be done."""

    wanted: list[tuple[Line, Wanted]] = field(default_factory=list)
    new: list[Wanted] = field(default_factory=list)
    known: int = 0
    empty: int = 0
    fills: dict[int, Wanted] = field(default_factory=dict)  # vacant post id -> who has it now
    ends: dict[int, dt.date] = field(default_factory=dict)  # post id -> its last day
    errors: list[RowError] = field(default_factory=list)


def import_table(
    store: Store,
    settings: Settings,
    path: Path,
    *,
    actor: str,
    now: dt.datetime,
    told: Mapping[str, str] | None = None,
    sheet: str | None = None,
    encoding: str | None = None,
    replacing: bool = False,
    dry_run: bool = False,
) -> ImportedPosts:
    """Store the posts of an XLSX or CSV with one audit entry; a post that is stored already is not stored again.

    A row without a person is left out; a person who is not known by name is made; a vacant post is filled.
    `replacing`: a worker of a grid gives way to the new one, the day before that one begins (today where the list
    names no day). Raises PostsRefused, with every bad row and its reason, when any row cannot be used; BadFile and
    BadInput as `read_list`; StoreBusy. Then nothing was stored.
    """
    listing = read_list(path, told or {}, sheet, encoding)
    with store.read() as session:  # names are looked up before the lock: that may take seconds
        day = today(session, now)
        places = _places(PlaceFinder(session, now, day), listing)

    def work(session: Session) -> ImportedPosts:
        people = PeopleFinder(session)
        rows = _sorted(session, listing, places, people, day if replacing else None)
        if rows.errors:
            raise PostsRefused(listing.file, len(listing.lines), rows.errors)
        done = ImportedPosts(
            listing.file, len(listing.lines), len(rows.new) + len(rows.fills), rows.known, rows.empty, len(rows.ends),
            len(people.new_names), listing.columns, listing.notes,
        )  # fmt: skip
        if done.stored and not dry_run:
            _store(session, rows, people)
            _tell(session, settings, listing, done, actor, now)
        return done

    return store.transact(work)


def _places(finder: PlaceFinder, listing: Listing) -> list[Found | Unclear]:
    """The place of each row."""
    return [
        finder.find(replace(line, title=title_named(line.title or "")))
        for line in listing.lines
    ]  # fmt: skip


def _sorted(
    session: Session,
    listing: Listing,
    places: list[Found | Unclear],
    people: PeopleFinder,
    replacing_from: dt.date | None,
) -> _Sorted:
    """`replacing_from`: the day from which those who take a place over have it, where the list names none; None:
    nobody is replaced.
    """
    rows = _Sorted(errors=list(listing.errors))
    unreadable = {error.row for error in listing.errors}
    for line, place in zip(listing.lines, places, strict=True):
        if not (line.worker or line.account or line.deputy):
            rows.empty += 1
            continue
        read = _read(line, place, people)
        if isinstance(read, Unclear):
            rows.errors.append(RowError(line.row, read.reason))
        elif line.row not in unreadable:
            begins = read.valid.from_on or (replacing_from if read.title in HELD_BY_ONE else None)
            rows.wanted.append((line, replace(read, valid=Validity(begins, read.valid.to_on))))
    _against_each_other(rows)
    _against_stored(session, rows, replacing=replacing_from is not None)
    return rows


def _read(line: Line, place: Found | Unclear, people: PeopleFinder) -> Wanted | Unclear:
    """What a row asks for, by ids."""
    title = None if line.title is None else title_named(line.title)
    holder, deputy = people.find(line.worker, line.account), people.find(line.deputy)
    unclear = [each.reason for each in (place, holder, deputy) if isinstance(each, Unclear)]
    if title is None:
        unclear.append("the title is empty" if line.title is None else f"'{line.title}' is no post gridmap knows")
    if title is None or isinstance(place, Unclear) or isinstance(holder, Unclear) or isinstance(deputy, Unclear):
        return Unclear("; ".join(unclear))
    valid = Validity(line.valid_from, line.valid_to)
    wanted = Wanted(title, place.column, place.id, holder, deputy, line.stairwell, valid)
    why = fault(wanted)
    return wanted if why is None else Unclear(why)


def _against_each_other(rows: _Sorted) -> None:
    """Rows of one list that contradict each other."""
    before: dict[tuple[str, str, int, str | None], list[tuple[Line, Wanted]]] = defaultdict(list)
    for line, wanted in rows.wanted:
        for earlier, other in before[wanted.place]:
            is_same = wanted.worker_id == other.worker_id
            if overlap(wanted.valid, other.valid) and (is_same or wanted.title in HELD_BY_ONE):
                why = "stands there twice" if is_same else "has another holder there"
                rows.errors.append(RowError(line.row, f"the same post {why}, in row {earlier.row}"))
                break
        before[wanted.place].append((line, wanted))


def _against_stored(session: Session, rows: _Sorted, *, replacing: bool) -> None:
    """What is stored already, what gives way, and what contradicts."""
    at_place: dict[tuple[str, str, int, str | None], list[Standing]] = defaultdict(list)
    for standing in posts_at(session, {(wanted.column, wanted.place_id) for _, wanted in rows.wanted}):
        at_place[standing.post.place].append(standing)
    for line, wanted in rows.wanted:
        vacant = [each for each in at_place[wanted.place] if each.post.worker_id is None and each.id not in rows.fills]
        others = [each for each in in_the_way(wanted, at_place[wanted.place]) if each not in vacant]
        if any(_is_known(wanted, each.post, replacing=replacing) for each in others):
            rows.known += 1
            continue
        given_way = {each.id: _last_day(each.post, wanted) for each in others} if replacing else {}
        if others and (not replacing or None in given_way.values()):
            rows.errors.append(RowError(line.row, _contradiction(wanted, others[0].post)))
            continue
        rows.ends |= {key: day for key, day in given_way.items() if day is not None}
        free = next((each for each in vacant if overlap(each.post.valid, wanted.valid)), None)
        if free is None:
            rows.new.append(wanted)
        else:
            rows.fills[free.id] = wanted


def _is_known(wanted: Wanted, stored: Wanted, *, replacing: bool) -> bool:
    """Whether the row says what is stored. Where holders are exchanged, one who holds it on is not exchanged."""
    if replacing and wanted.title in HELD_BY_ONE and wanted.worker_id == stored.worker_id:
        return wanted.deputy_id == stored.deputy_id and wanted.valid.to_on == stored.valid.to_on
    return wanted == stored


def _last_day(stored: Wanted, wanted: Wanted) -> dt.date | None:
    """The day before the new one begins; None where the stored one would have no day left."""
    if wanted.title not in HELD_BY_ONE or wanted.valid.from_on is None:
        return None
    last = wanted.valid.from_on - dt.timedelta(days=1)
    return last if Validity(stored.valid.from_on, last).is_possible() else None


def _contradiction(wanted: Wanted, stored: Wanted) -> str:
    days = f"from {stored.valid.from_on or 'ever'} to {stored.valid.to_on or 'open'}"
    if wanted.worker_id == stored.worker_id:
        return f"this person holds it already {days}, with other days or another deputy: end that post first"
    return f"it has a holder {days}: end that post first, or let the list replace holders"


def _store(session: Session, rows: _Sorted, people: PeopleFinder) -> None:
    new_ids = posts.add_workers(session, people.new_names)

    def stored(key: int | None) -> int | None:
        return new_ids[-1 - key] if key is not None and key < 0 else key

    by_day: dict[dt.date, list[int]] = defaultdict(list)
    for post_id, day in rows.ends.items():
        by_day[day].append(post_id)
    for day, post_ids in by_day.items():
        posts.end(session, post_ids, day)
    def as_stored(wanted: Wanted) -> Wanted:
        return replace(wanted, worker_id=stored(wanted.worker_id), deputy_id=stored(wanted.deputy_id))

    for post_id, wanted in rows.fills.items():
        posts.change(session, post_id, {name: value for name, (value,) in columns_of([as_stored(wanted)]).items()})
    if rows.new:
        posts.add_rows(session, columns_of([as_stored(wanted) for wanted in rows.new]))


def _tell(
    session: Session, settings: Settings, listing: Listing, done: ImportedPosts, actor: str, now: dt.datetime
) -> None:
    audit.append(
        session, actor=actor, action="import.posts", entity="post", entity_uid=None,
        fields={"file_sha256": listing.sha256, "stored": done.stored, "ended": done.ended, "people": done.new_people},
        secret=settings.secret(), at=now,
    )  # fmt: skip
