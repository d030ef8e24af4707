"""The newest entry of the audit, noted in a small file that is kept elsewhere.

A chain shows every entry that was changed inside it. Whoever owns the database can still cut off its end, or compute
it anew as a whole: a head that was noted before shows both, up to the entry it names. Entries after it are not
protected by it, so note one often (each backup does).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass

from gridmap.errors import BadFile
from gridmap.store import audit, project
from gridmap.store.engine import Store

MAX_BYTES = 4_096
PURPOSE = b"gridmap audit head\n"  # what the secret signs here cannot be mistaken for another digest


@dataclass(frozen=True, slots=True)
class NotedHead:
    """The newest entry at one time. `is_signed`: the file bears the signature of this project's secret."""

    project_uid: str
    head: audit.Head
    noted_at: dt.datetime
    is_signed: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a walk along the chain found; no `problems`: it is whole."""

    head: audit.Head
    problems: tuple[audit.Problem, ...]


def head_text(project_uid: str, head: audit.Head, *, secret: bytes, now: dt.datetime) -> bytes:
    """The content of a head's file: JSON, signed with the project's secret (HMAC-SHA-256)."""
    content: dict[str, object] = {
        "project": project_uid,
        "seq": head[0],
        "hash": head[1].hex(),
        "algorithm": audit.ALGORITHM,
        "noted_at": now.astimezone(dt.UTC).isoformat(),
    }
    return json.dumps(content | {"signature": _signature(content, secret)}, indent=1).encode() + b"\n"


def note_head(store: Store, *, secret: bytes, now: dt.datetime) -> bytes:
    """The file about the newest entry there is now."""
    with store.read() as session:
        return head_text(_project_uid(store), audit.head(session), secret=secret, now=now)


def read_head(text: bytes, *, secret: bytes) -> NotedHead:
    """What a head's file says. Raises BadFile when it is none."""
    try:
        content = json.loads(text[:MAX_BYTES])
        signature = str(content.pop("signature", ""))
        entry_hash = bytes.fromhex(content["hash"])
        noted = NotedHead(
            project_uid=str(content["project"]),
            head=(int(content["seq"]), entry_hash),
            noted_at=dt.datetime.fromisoformat(content["noted_at"]),
            is_signed=hmac.compare_digest(signature.encode(), _signature(content, secret).encode()),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        noted = None
    if noted is None or len(entry_hash) != 32 or noted.head[0] < 0:
        raise BadFile("The file is no head of an audit.", "Give a file that `gridmap audit head FILE` wrote.")
    return noted


def verify(
    store: Store, noted: NotedHead | None = None, on_progress: Callable[[int, int], None] | None = None
) -> Verdict:
    """Walk the whole chain, in one snapshot. Raises BadFile for the head of another project."""
    if noted is not None and noted.project_uid != _project_uid(store):
        raise BadFile("The head is another project's.", "Give a head that was noted in this one.")
    with store.read() as session:
        problems = audit.verify(session, on_progress, noted=None if noted is None else noted.head)
        return Verdict(audit.head(session), tuple(problems))


def _project_uid(store: Store) -> str:
    with store.read() as session:
        row = project.get(session)
        return "" if row is None else row.uid


def _signature(content: dict[str, object], secret: bytes) -> str:
    return hmac.new(secret, PURPOSE + audit.canonical(content), hashlib.sha256).hexdigest()
