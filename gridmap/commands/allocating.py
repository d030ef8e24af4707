"""How the C library keeps memory: of what a server has freed, little stays with it.

glibc gives every few threads a heap of their own, and what is freed between two things that live on stays with the
process: eight threads that draw maps came to half as much again as they used. So they share two heaps, and what lies
free in these is given back once a minute. (To map every large array by itself gives it back at once, and takes twice
the time for a surface of heat.) mallopt(3), malloc_trim(3) of the Linux man-pages.
"""

from __future__ import annotations

import ctypes
import threading
import time

M_ARENA_MAX = -8  # malloc.h
HEAPS = 2
GIVEN_BACK_EVERY_S = 60.0


def share_heaps() -> None:
    """For this process and those forked from it; another C library than glibc goes on as it does."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_ARENA_MAX, HEAPS)


def give_back() -> None:
    """From now on, in this process, beside everything else: what is free goes back to the system."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        threading.Thread(target=_give_back, args=(trim,), name="memory", daemon=True).start()


def _give_back(trim: ctypes._NamedFuncPointer) -> None:
    while True:
        time.sleep(GIVEN_BACK_EVERY_S)
        trim(0)
