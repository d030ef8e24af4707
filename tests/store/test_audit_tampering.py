"""Whoever owns the database bends the audit at random places; the walk along the chain finds it each time, by name."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from gridmap.store import audit
from gridmap.store.engine import Store
from gridmap.store.tables import Audit, AuditHead
from tests.store.district import NOW, append_entry, unguarded

ENTRIES = 24
NOTED_AT = 16  # the newest entry when the head was noted
TAMPERED = "the transaction is given up"


def edit(session: Session, dice: random.Random) -> int:
    """One column of one entry."""
    seq = dice.randint(1, ENTRIES)
    changes: dict[str, object] = {
        "actor": "somebody",
        "action": "incident.changed",
        "entity": "household",
        "entity_uid": None,
        "at": NOW + dt.timedelta(microseconds=1),
        "digests": {"kind": "0" * 64},
        "prev_hash": dice.randbytes(32),
        "hash": dice.randbytes(32),
    }
    name = dice.choice(sorted(changes))
    session.execute(sa.update(Audit).where(Audit.seq == seq).values({name: changes[name]}))
    return seq


def drop(session: Session, dice: random.Random) -> int:
    """One entry; the one after it no longer follows."""
    seq = dice.randint(1, ENTRIES - 1)
    session.execute(sa.delete(Audit).where(Audit.seq == seq))
    return seq + 1


def swap(session: Session, dice: random.Random) -> int:
    """Two entries change places."""
    first, second = sorted(dice.sample(range(1, ENTRIES + 1), 2))
    for old, new in ((first, 999), (second, first), (999, second)):
        session.execute(sa.update(Audit).where(Audit.seq == old).values(seq=new))
    return first


def insert(session: Session, dice: random.Random) -> int:
    """A forged entry that hashes rightly, put between others, which move on by one."""
    seq = dice.randint(2, ENTRIES)
    entries = audit.since(session, 0)
    session.execute(sa.delete(Audit).where(Audit.seq >= seq))
    forged = rehashed(dataclasses.replace(entries[seq - 2], seq=seq, actor="somebody", prev_hash=entries[seq - 2].hash))
    moved = [dataclasses.replace(entry, seq=entry.seq + 1) for entry in entries[seq - 1 :]]
    store_entries(session, [forged, *moved])
    session.execute(sa.update(AuditHead).values(seq=ENTRIES + 1))
    return seq + 1


def forge(session: Session, dice: random.Random) -> int:
    """An entry written anew with a right hash: the next one does not continue it."""
    seq = dice.randint(1, ENTRIES - 1)
    entry = rehashed(dataclasses.replace(audit.since(session, seq - 1, 1)[0], actor="somebody"))
    session.execute(sa.update(Audit).where(Audit.seq == seq).values(actor=entry.actor, hash=entry.hash))
    return seq + 1


def cut(session: Session, dice: random.Random) -> int:
    """The last entries."""
    session.execute(sa.delete(Audit).where(Audit.seq > dice.randint(0, ENTRIES - 1)))
    return ENTRIES


def cut_with_head(session: Session, dice: random.Random) -> int:
    """The last entries, and the head says so: a shorter true chain."""
    seq = dice.randint(0, NOTED_AT - 1)
    session.execute(sa.delete(Audit).where(Audit.seq > seq))
    last = audit.since(session, seq - 1, 1)[0].hash if seq else audit.GENESIS
    session.execute(sa.update(AuditHead).values(seq=seq, hash=last))
    return NOTED_AT


def compute_anew(session: Session, dice: random.Random) -> int:
    """One entry up to the noted one is bent and all after it are made anew: a true chain of other things."""
    bent = dice.randint(1, NOTED_AT)
    entries = audit.since(session, 0)
    session.execute(sa.delete(Audit))
    made: list[audit.Entry] = []
    for entry in entries:
        changed = dataclasses.replace(entry, prev_hash=made[-1].hash if made else audit.GENESIS)
        made.append(rehashed(dataclasses.replace(changed, actor="somebody") if entry.seq == bent else changed))
    store_entries(session, made)
    session.execute(sa.update(AuditHead).values(hash=made[-1].hash))
    return NOTED_AT


ALONE = [edit, drop, swap, insert, forge, cut]  # the chain itself shows these
BY_HEAD = [cut_with_head, compute_anew]  # a head noted elsewhere does


def rehashed(entry: audit.Entry) -> audit.Entry:
    return dataclasses.replace(entry, hash=audit._hash_of(entry))


def store_entries(session: Session, entries: list[audit.Entry]) -> None:
    session.execute(sa.insert(Audit), [dataclasses.asdict(entry) for entry in entries])


@pytest.fixture
def chained(store: Store) -> Store:
    with store.write() as session:
        for i in range(ENTRIES):
            append_entry(session, entity_uid=f"uid-{i}", at=NOW + dt.timedelta(seconds=i))
    return store


def found(store: Store, tamper: Callable[[Session, random.Random], int], times: int, *, with_head: bool) -> list[bool]:
    """Whether the tampered place was named, each time; the database is afterwards as before."""
    dice = random.Random(f"{tamper.__name__} {times}")
    named = []
    for _ in range(times):
        with pytest.raises(RuntimeError, match=TAMPERED), store.write() as session:
            noted = (NOTED_AT, audit.since(session, NOTED_AT - 1, 1)[0].hash)
            with unguarded(session):
                at = tamper(session, dice)
            problems = audit.verify(session, noted=noted if with_head else None)
            named.append(at in {problem.seq for problem in problems})
            raise RuntimeError(TAMPERED)
    return named


def of_both(times: int) -> list[object]:
    return [pytest.param(times, id=f"{times}"), pytest.param(100, id="100", marks=pytest.mark.full)]


@pytest.mark.parametrize("times", of_both(15))
@pytest.mark.parametrize("tamper", ALONE, ids=lambda tamper: tamper.__name__)
def test_the_chain_shows_it_each_time(chained: Store, tamper: Callable[..., int], times: int) -> None:
    assert found(chained, tamper, times, with_head=False) == [True] * times
    with chained.read() as session:
        assert audit.verify(session) == []


@pytest.mark.parametrize("times", of_both(15))
@pytest.mark.parametrize("tamper", BY_HEAD, ids=lambda tamper: tamper.__name__)
def test_a_noted_head_shows_it_each_time(chained: Store, tamper: Callable[..., int], times: int) -> None:
    assert found(chained, tamper, 1, with_head=False) == [False]  # a true chain, as far as it goes
    assert found(chained, tamper, times, with_head=True) == [True] * times
    with chained.read() as session:
        noted = (NOTED_AT, audit.since(session, NOTED_AT - 1, 1)[0].hash)
        assert audit.verify(session, noted=noted) == []
