"""How the C library keeps memory: of what a server has freed, little stays with it.

glibc gives every few threads a heap of their own, and lets arrays of up to 32 MB lie in them once one of that size was
freed. What is freed between two that live on then stays with the process; eight threads that draw maps came to a
quarter more than they used. mallopt(3), https://man7.org/linux/man-pages/man3/mallopt.3.html
"""

from __future__ import annotations

import ctypes

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8  # malloc.h
HEAPS = 2
MAPPED_FROM_BYTES = 1 << 20  # given back at once, each by itself
KEPT_AT_THE_END_BYTES = 1 << 20


def keep_little() -> None:
    """For this process and those forked from it; another C library than glibc goes on as it does."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_ARENA_MAX, HEAPS)
        mallopt(M_MMAP_THRESHOLD, MAPPED_FROM_BYTES)
        mallopt(M_TRIM_THRESHOLD, KEPT_AT_THE_END_BYTES)
