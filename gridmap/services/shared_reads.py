"""One read for many threads: who asks while a read runs waits for the next, and that one answers all of them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Mapping
from collections.abc import Set as AbstractSet
from concurrent.futures import Future
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class SharedReads(Generic[K, V]):
    """What `read` finds for a key, never from before it was asked for: as group commit does it for writes. Safe for
    threads.

    `read` is given all keys that were asked for since the read before it began, and gives a value for each.
    """

    def __init__(self, read: Callable[[AbstractSet[K]], Mapping[K, V]]) -> None:
        self._read = read
        self._lock = threading.Lock()
        self._reading = threading.Lock()  # one read at a time
        self._next: tuple[set[K], Future[Mapping[K, V]]] | None = None  # not begun yet: may be joined

    def of(self, key: K) -> V:
        """The value of a key; an error of `read` reaches all who wait for it."""
        with self._lock:
            is_first = self._next is None
            keys, found = self._next = self._next or (set(), Future())
            keys.add(key)
        if is_first:
            with self._reading:
                with self._lock:
                    self._next = None
                try:
                    found.set_result(self._read(keys))
                except BaseException as error:
                    found.set_exception(error)
        return found.result()[key]
