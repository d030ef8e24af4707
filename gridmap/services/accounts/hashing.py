"""Passwords as argon2id hashes: the cost in one place, and never more at once than the memory has room for."""

from __future__ import annotations

import threading
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from gridmap.domain.passwords import normalised

AT_ONCE = 4  # hashes computed at the same time: four times 64 MiB


class Hashing:
    """Makes and checks hashes. The defaults are the second recommended option of RFC 9106, section 4."""

    def __init__(self, *, passes: int = 3, memory_kib: int = 65_536, lanes: int = 4) -> None:
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=lanes)
        self._gate = threading.BoundedSemaphore(AT_ONCE)

    def hash(self, password: str) -> str:
        """The hash of a password with a salt of its own."""
        with self._gate:
            return self._hasher.hash(normalised(password))

    def is_right(self, stored: str | None, password: str) -> bool:
        """Whether the password is that of the hash. Without a hash a decoy is computed: it takes as long."""
        decoy = self._decoy  # made at the first check of all, whether it is needed there or not
        try:
            with self._gate:
                return self._hasher.verify(stored or decoy, normalised(password)) and stored is not None
        except (VerificationError, InvalidHashError):
            return False

    def is_outdated(self, stored: str) -> bool:
        """Whether a hash was made at another cost than today's."""
        return self._hasher.check_needs_rehash(stored)

    @cached_property
    def _decoy(self) -> str:
        return self._hasher.hash("nobody's password")


HASHING = Hashing()
