"""A cache of large arrays: bounded by memory, and nobody computes what another thread is computing already."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar

T = TypeVar("T")


class BoundedCache(Generic[T]):
    """Least recently used first out; `size_of` tells the bytes of a value. Safe for threads.

    A value larger than the whole bound is handed out, not kept.
    """

    def __init__(self, limit_bytes: int, size_of: Callable[[T], int]) -> None:
        self._limit_bytes = limit_bytes
        self._size_of = size_of
        self._kept: OrderedDict[Hashable, T] = OrderedDict()
        self._running: dict[Hashable, Future[T]] = {}
        self._held_bytes = 0
        self._lock = threading.Lock()

    @property
    def held_bytes(self) -> int:
        return self._held_bytes

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The value under this key, made by the first who asks; an error of `make` reaches all who wait for it."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            running = self._running.get(key)
            if running is None:
                mine: Future[T] = Future()
                self._running[key] = mine
        if running is not None:
            return running.result()
        try:
            value = make()
        except BaseException as error:
            with self._lock:
                del self._running[key]
            mine.set_exception(error)
            raise
        self._keep(key, value)
        mine.set_result(value)
        return value

    def held(self, key: Hashable) -> T | None:
        """The value under this key when it is kept; nothing is made."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def hold(self, key: Hashable, value: T) -> None:
        """Keeps a value that was made elsewhere, unless there is one already."""
        self.get(key, lambda: value)

    def _keep(self, key: Hashable, value: T) -> None:
        size = self._size_of(value)
        with self._lock:
            del self._running[key]
            if size > self._limit_bytes:
                return
            self._kept[key] = value
            self._held_bytes += size
            while self._held_bytes > self._limit_bytes:
                self._held_bytes -= self._size_of(self._kept.popitem(last=False)[1])


class RenewedCache(Generic[T]):
    """A cache of what is made of some large things: with any of them another, all of it is forgotten. So of these, and
    of what was made of them, there is never more than one state in memory.
    """

    def __init__(self, limit_bytes: int, size_of: Callable[[T], int]) -> None:
        self._limit_bytes = limit_bytes
        self._size_of = size_of
        self._lock = threading.Lock()
        self._state: tuple[tuple[object, ...], BoundedCache[T]] | None = None

    def of(self, *sources: object) -> BoundedCache[T]:
        """The cache of what is made of just these."""
        with self._lock:
            if self._state is None or any(a is not b for a, b in zip(self._state[0], sources, strict=True)):
                self._state = sources, BoundedCache(self._limit_bytes, self._size_of)
            return self._state[1]
