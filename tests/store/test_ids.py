"""UUID version 7: the right bits, rising, never twice."""

from __future__ import annotations

import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from gridmap.store import ids


def test_the_bits_are_those_of_version_7() -> None:
    before_ms = time.time_ns() // 1_000_000
    made = uuid.UUID(ids.new_uid())
    after_ms = time.time_ns() // 1_000_000
    assert made.version == 7
    assert made.variant == uuid.RFC_4122
    assert before_ms <= made.int >> 80 <= after_ms + 1


def test_many_are_distinct_and_rise() -> None:
    first, second = ids.new_uids(50_000), ids.new_uids(50_000)
    assert len(set(first + second)) == 100_000
    assert first + second == sorted(first + second)
    assert {len(uid) for uid in first} == {36}


def test_threads_never_get_the_same() -> None:
    with ThreadPoolExecutor(8) as pool:
        made = [uid for part in pool.map(lambda _: ids.new_uids(2_000), range(16)) for uid in part]
    assert len(set(made)) == 32_000
    assert len({uid[:23] for uid in made}) == 32_000  # the counter alone tells them apart


def test_a_clock_that_is_set_back_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    before = ids.new_uid()
    monkeypatch.setattr(time, "time_ns", lambda: 1)
    assert ids.new_uid() > before


def test_a_full_counter_goes_on_in_the_next_millisecond(monkeypatch: pytest.MonkeyPatch) -> None:
    frozen_ms = time.time_ns() // 1_000_000 + 60_000
    monkeypatch.setattr(time, "time_ns", lambda: frozen_ms * 1_000_000)
    monkeypatch.setattr(ids, "_last_ms", frozen_ms)
    monkeypatch.setattr(ids, "_last_counter", (1 << ids.COUNTER_BITS) - 2)
    made = [ids.new_uids(1)[0], *ids.new_uids(2)]
    assert [uuid.UUID(uid).int >> 80 for uid in made] == [frozen_ms, frozen_ms + 1, frozen_ms + 1]
    assert made == sorted(made)


def test_none_and_too_many() -> None:
    assert ids.new_uids(0) == []
    with pytest.raises(ValueError, match="too many"):
        ids.new_uids(1 << ids.COUNTER_BITS)
