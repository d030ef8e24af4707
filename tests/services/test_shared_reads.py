"""One read for many: few reads, and nobody gets what was read before they asked."""

from __future__ import annotations

import threading
from collections.abc import Set as AbstractSet
from concurrent.futures import ThreadPoolExecutor

import pytest

from gridmap.errors import StoreBusy
from gridmap.services.shared_reads import SharedReads

WAIT_S = 30.0


class Source:
    """A state that grows, read slowly: each read waits until it is let through."""

    def __init__(self) -> None:
        self.state = 0
        self.asked: list[AbstractSet[str]] = []
        self.begun = threading.Semaphore(0)
        self.let_through = threading.Semaphore(0)

    def read(self, keys: AbstractSet[str]) -> dict[str, tuple[str, int]]:
        self.asked.append(frozenset(keys))
        seen = self.state
        self.begun.release()
        assert self.let_through.acquire(timeout=WAIT_S)
        if seen < 0:
            raise StoreBusy("The database is locked.", "Try again.")
        return {key: (key, seen) for key in keys}


def joined(reads: SharedReads[str, tuple[str, int]], keys: set[str]) -> None:
    """Waits until all keys stand in the read that is to come."""
    for _ in range(3_000):
        waiting = reads._next
        if waiting is not None and waiting[0] == keys:
            return
        threading.Event().wait(0.01)
    raise AssertionError("they did not come together")


def test_who_asks_while_a_read_runs_is_answered_by_the_next() -> None:
    source = Source()
    reads = SharedReads(source.read)
    with ThreadPoolExecutor(9) as pool:
        first = pool.submit(reads.of, "a")
        assert source.begun.acquire(timeout=WAIT_S)
        source.state = 1  # written after the first read began: who asks now must see it
        later = [pool.submit(reads.of, key) for key in "abcabcab"]
        joined(reads, {"a", "b", "c"})
        source.let_through.release(2)
        assert first.result(WAIT_S) == ("a", 0)
        assert [answer.result(WAIT_S) for answer in later] == [(key, 1) for key in "abcabcab"]
    assert source.asked == [{"a"}, {"a", "b", "c"}]


def test_an_error_reaches_all_who_waited_and_nobody_after_them() -> None:
    source = Source()
    reads = SharedReads(source.read)
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(reads.of, "a")
        assert source.begun.acquire(timeout=WAIT_S)
        source.state = -1
        later = [pool.submit(reads.of, key) for key in "bc"]
        joined(reads, {"b", "c"})
        source.let_through.release(2)
        assert first.result(WAIT_S) == ("a", 0)
        for answer in later:
            with pytest.raises(StoreBusy, match="locked"):
                answer.result(WAIT_S)
        source.state = 2
        source.let_through.release()
        assert reads.of("b") == ("b", 2)
