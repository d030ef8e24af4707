"""The auditor's pages: the newest entries and what is asked of them, the check of the chain, what is taken away."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from flask import Response, request, stream_with_context
from flask_babel import gettext

from gridmap.errors import BadFile
from gridmap.services import audit_heads, audit_reading
from gridmap.services.audit_heads import NotedHead, Verdict
from gridmap.services.audit_reading import Asked
from gridmap.store.audit import Entry
from web import dates
from web.access import actor
from web.context import running
from web.pages import audit_words as words
from web.pages import shell

PAGE_ROWS = 50
SHOWN_PROBLEMS = 20
LONGEST = 120
MAX_SEQ_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Row:
    """An entry as the page shows it; `name` is what people call its record, `fields` what it holds digests of."""

    seq: int
    when: str
    actor: str
    actor_name: str
    action: str
    mark: str
    entity: str
    uid: str | None
    name: str
    fields: str
    hash: str


@dataclass(frozen=True, slots=True)
class Check:
    """A walk along the chain that was asked for just now. `refusal`: why the head given could not be compared with."""

    verdict: Verdict | None
    took_s: float
    noted: NotedHead | None = None
    refusal: str = ""

    @property
    def is_good(self) -> bool:
        is_whole = self.verdict is not None and not self.verdict.problems
        return is_whole and not self.refusal and (self.noted is None or self.noted.is_signed)


def show() -> Response:
    """`?actor=&action=&entity=&record=&from=&to=&before=`."""
    return _page(None)


def check() -> Response:
    """The page again, after a walk along the whole chain; a head that was noted before may come with the form."""
    parts = running()
    given = request.files.get("head")
    begun_s = time.perf_counter()
    noted, refusal, verdict = None, "", None
    try:
        if given is not None and given.filename:
            noted = audit_heads.read_head(given.stream.read(audit_heads.MAX_BYTES), secret=parts.settings.secret())
        verdict = audit_heads.verify(parts.store, noted)
    except BadFile as error:
        refusal = words.refusal(error)
    return _page(Check(verdict, time.perf_counter() - begun_s, noted, refusal))


def download() -> Response:
    """The entries asked for, as CSV that spreadsheets read as UTF-8."""
    parts = running()
    asked, wrong = _asked()
    if wrong:
        return _page(None)
    now = parts.situation.now()
    lines = audit_reading.export(parts.store, parts.settings, asked, actor=actor(), now=now)
    response = Response(stream_with_context(lines), mimetype="text/csv; charset=utf-8")
    return _taken(response, f"audit-{now:%Y%m%d-%H%M%S}.csv")


def head() -> Response:
    """The newest entry in a signed file, to be kept where nobody of this machine writes."""
    parts = running()
    now = parts.situation.now()
    text = audit_heads.note_head(parts.store, secret=parts.settings.secret(), now=now)
    return _taken(Response(text, mimetype="application/json"), f"audit-head-{now:%Y%m%d-%H%M%S}.json")


def _page(check: Check | None) -> Response:
    parts = running()
    asked, wrong = _asked()
    offered = audit_reading.choices(parts.store)
    found = audit_reading.entries(parts.store, asked, before=_before(), limit=PAGE_ROWS)
    zone = parts.situation.picture().project.time_zone
    rows = [] if wrong else [_row(entry, found.names, offered.actors, zone) for entry in found.entries]
    response = shell.show(
        "audit.html",
        here="audit",
        asked=asked,
        wrong=wrong,
        rows=rows,
        older=None if found.before is None else address(asked, before=found.before),
        is_first=_before() is None,
        offered=offered,
        actors=[(code, words.actor(code, offered.actors)) for code in offered.actors],
        actions=_by_sort(offered.actions),
        entities=[(code, words.entity(code)) for code in words.ENTITIES],
        sorts=words.SORTS,
        address=address,
        about=_about(asked, found.record_uid, rows),
        actor_name=words.actor(asked.actor, offered.actors) if asked.actor else "",
        check=check,
        problems=_problems(check),
        noted_at=dates.instant(check.noted.noted_at, zone) if check is not None and check.noted is not None else "",
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def address(asked: Asked, *, path: str = "/audit", before: int | None = None, **changes: Any) -> str:
    """The address of a question, with some of it changed."""
    changed = replace(asked, **changes)
    given = {
        "actor": changed.actor, "action": changed.action, "entity": changed.entity, "record": changed.record,
        "from": changed.from_on, "to": changed.to_on, "before": before,
    }  # fmt: skip
    kept = {name: str(value) for name, value in given.items() if value}
    return path + (f"?{urlencode(kept)}" if kept else "")


def _asked() -> tuple[Asked, dict[str, str]]:
    """What the address asks for, and what of it cannot be used."""
    given = {name: (request.args.get(name) or "").strip()[:LONGEST] for name in ("actor", "action", "entity", "record")}
    days, wrong = {}, {}
    for name in ("from", "to"):
        text = (request.args.get(name) or "").strip()
        try:
            days[name] = dt.date.fromisoformat(text) if text else None
        except ValueError:
            days[name], wrong[name] = None, gettext("This is no day (YYYY-MM-DD).")
    if days["from"] and days["to"] and days["from"] > days["to"]:
        wrong["to"] = gettext("The first day is after the last.")
    return Asked(**given, from_on=days["from"], to_on=days["to"]), wrong


def _before() -> int | None:
    text = request.args.get("before", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MAX_SEQ_DIGITS else None


def _row(entry: Entry, names: dict[str, str], shown: dict[str, str], zone: str) -> Row:
    uid = entry.entity_uid
    return Row(
        seq=entry.seq,
        when=dates.instant(entry.at, zone),
        actor=entry.actor,
        actor_name=words.actor(entry.actor, shown),
        action=words.action(entry.action),
        mark=words.mark(entry.action),
        entity=words.entity(entry.entity),
        uid=uid,
        name=names.get(uid or "", uid or ""),
        fields=", ".join(sorted(entry.digests)),
        hash=entry.hash.hex(),
    )


def _by_sort(actions: Sequence[str]) -> list[tuple[str, list[tuple[str, str]]]]:
    """The actions there are, by their sorts."""
    return [
        (sort, [(code, words.action(code)) for code in actions if audit_reading.sort_of(code) == sort])
        for sort in words.SORTS
    ]


def _about(asked: Asked, uid: str | None, rows: Sequence[Row]) -> Row | None:
    """The newest entry about the record that was asked for: what it is, and how people call it."""
    return next((row for row in rows if row.uid == uid), None) if asked.record else None


def _problems(check: Check | None) -> list[tuple[int, str]]:
    if check is None or check.verdict is None:
        return []
    return [(found.seq, words.problem(found)) for found in check.verdict.problems[:SHOWN_PROBLEMS]]


def _taken(response: Response, name: str) -> Response:
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
