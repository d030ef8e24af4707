"""Following the change feed: what happened since a state that is held in memory."""

from __future__ import annotations

from collections.abc import Sequence

from gridmap.store import audit
from gridmap.store.engine import Session

Head = audit.Head  # of the newest change

MAX_CHANGES = 1_000  # to follow one by one; behind by more, everything is read again
# What these imports bring has an entry of its own and moves nothing that was there; blocks, grids and areas may.
STANDING = "ground buildings households units sites streets cameras incidents routes tracks"
HARMLESS = {"settings.changed", *(f"import.{layer}" for layer in STANDING.split())}


def entries_between(session: Session, known: Head, head: Head) -> list[audit.Entry] | None:
    """The changes from one head to another; None when the feed does not lead from one to the other in few steps (a
    backup was put back, or very much happened).
    """
    if head[0] < known[0] or not audit.holds(session, known):
        return None
    entries = audit.changes(session, known[0], MAX_CHANGES + 1)
    return entries if 0 < len(entries) <= MAX_CHANGES else None


def may_place(entries: Sequence[audit.Entry]) -> bool:
    """Whether blocks, plans, or incidents without an entry of their own may have changed or gone."""
    return any(entry.entity != "incident" and entry.action not in HARMLESS for entry in entries)
