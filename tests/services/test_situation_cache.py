"""The cache of surfaces: one computes while others wait, and memory stays bounded."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from gridmap.services.situation.cache import BoundedCache


def bounded(limit: int) -> BoundedCache[bytes]:
    return BoundedCache(limit, len)


def test_a_value_is_made_once() -> None:
    cache, made = bounded(10), []
    for _ in range(3):
        assert cache.get("a", lambda: made.append(1) or b"x") == b"x"
    assert made == [1]


def test_the_least_recently_used_goes_first() -> None:
    cache = bounded(3)
    for key in "abc":
        cache.get(key, lambda: b"x")
    cache.get("a", lambda: pytest.fail("a is still kept"))
    cache.get("d", lambda: b"x")
    assert cache.held_bytes == 3
    assert cache.get("a", lambda: b"new") == b"x"
    assert cache.get("b", lambda: b"new") == b"new"


def test_what_is_larger_than_the_bound_is_handed_out_and_not_kept() -> None:
    cache = bounded(3)
    cache.get("small", lambda: b"x")
    assert cache.get("big", lambda: b"large") == b"large"
    assert cache.held_bytes == 1
    assert cache.get("small", lambda: b"new") == b"x"


def test_threads_that_ask_at_once_share_one_computation() -> None:
    cache, made, asked = bounded(10), [], threading.Barrier(8)
    release = threading.Event()

    def make() -> bytes:
        made.append(1)
        release.wait(5)
        return b"x"

    def ask() -> bytes:
        asked.wait(5)
        return cache.get("a", make)

    with ThreadPoolExecutor(8) as pool:
        answers = [pool.submit(ask) for _ in range(8)]
        release.set()
        assert [answer.result(5) for answer in answers] == [b"x"] * 8
    assert made == [1]


def test_an_error_reaches_whoever_waits_and_is_not_kept() -> None:
    cache = bounded(10)
    with pytest.raises(ZeroDivisionError):
        cache.get("a", lambda: bytes([1 // 0]))
    assert cache.get("a", lambda: b"x") == b"x"
