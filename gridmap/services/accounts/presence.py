"""Who is signed in, for the requests of one process: what they may do is read when it may have changed.

Before each answer one query, shared with who asks at the same time, reads whether the session still holds and how far
the audit has come. Whatever changes an
account, a post or a place that posts are held for has its entry there, in the same transaction; where one has come,
what is held is read anew. So a change counts from the next request on, in every process.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from gridmap.domain.access import Actor
from gridmap.services.accounts.acting import Present, read_present
from gridmap.services.shared_reads import SharedReads
from gridmap.store import accounts, audit
from gridmap.store.accounts import Standing
from gridmap.store.audit import Head
from gridmap.store.engine import Session, Store

HELD_FOR = dt.timedelta(minutes=1)  # what depends on the clock (a lock that ends) is told that late
MOST_ENTRIES = 1_000  # to look at one by one; behind by more, nothing is held

Held = dict[str, tuple[dt.datetime, Present]]  # account uid -> when it was read, and what


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody who asks, and the newest change of data when they asked."""

    present: Present
    change: Head


class Presence:
    """One for a process, safe for threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._standings: SharedReads[str, Standing | None] = SharedReads(self._read_standings)
        self._lock = threading.Lock()
        self._head: Head = (0, audit.GENESIS)
        self._held: Held = {}

    def of(self, account_uid: str, epoch: int, *, now: dt.datetime) -> Arrival | None:
        """Who a session belongs to; None when the account is disabled or the session was ended (its epoch raised).

        A lock after wrong passwords keeps others out and does not end this: else whoever knows a name could.
        """
        standing = self._standings.of(account_uid)
        if standing is None or standing.is_disabled or standing.epoch != epoch:
            return None
        held = self._held_at(standing.head)
        at, found = held.get(account_uid, (now, None))
        if found is None or not dt.timedelta() <= now - at < HELD_FOR:
            with self._store.read() as session:
                found = read_present(session, account_uid, now)
            if found is None:
                return None
            held[account_uid] = now, found
        return Arrival(found, standing.change)

    def _read_standings(self, uids: AbstractSet[str]) -> dict[str, Standing | None]:
        with self._store.read() as session:
            found = accounts.standings(session, uids)
        return {uid: found.get(uid) for uid in uids}

    def _held_at(self, head: Head) -> Held:
        """What is held and true at that head. Who asked before what another thread has seen gets nothing."""
        with self._lock:
            if head != self._head:
                if head[0] < self._head[0]:
                    return {}
                with self._store.read() as session:
                    self._forget(session, head)
                self._head = head
            return self._held

    def _forget(self, session: Session, head: Head) -> None:
        """All that the entries up to a head, or later ones, may have made untrue. What is forgotten is not emptied: a
        thread that asked before may be writing to it.
        """
        leads_on = head[0] > self._head[0] and audit.holds(session, self._head)
        entries = audit.aside_from_incidents(session, self._head[0], MOST_ENTRIES + 1) if leads_on else None
        if entries is None or len(entries) > MOST_ENTRIES or any(entity != "account" for entity, _ in entries):
            self._held = {}
        elif entries:
            changed = {uid for _, uid in entries}
            self._held = {uid: held for uid, held in self._held.items() if uid not in changed}


def actor(store: Store, account_uid: str, epoch: int, *, now: dt.datetime) -> Actor | None:
    """What the owner of a session may do, for who asks once. None as of `Presence.of`."""
    found = Presence(store).of(account_uid, epoch, now=now)
    return None if found is None else found.present.actor
