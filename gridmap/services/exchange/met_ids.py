"""Which source ids a long file has had so far, eight bytes each: twenty million fit where their texts would not."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from gridmap.services.exchange.table import Objects


class MetIds:
    """A set of texts, kept as hashes of 64 bits. That two of 20 million are taken for one has odds of 1 in 90,000."""

    def __init__(self) -> None:
        self._parts: list[NDArray[np.uint64]] = []

    def add(self, texts: Objects) -> None:
        """Take in n texts; None is none."""
        found = {_hash(text) for text in texts if text is not None}
        if not found:
            return
        self._parts.append(np.sort(np.fromiter(found, np.uint64, len(found))))
        while len(self._parts) > 1 and len(self._parts[-2]) < 2 * len(self._parts[-1]):  # few parts to look through
            last = self._parts.pop()
            self._parts[-1] = np.sort(np.concatenate([self._parts[-1], last]))

    def __contains__(self, text: str) -> bool:
        value = np.uint64(_hash(text))
        for part in self._parts:
            at = int(np.searchsorted(part, value))
            if at < len(part) and part[at] == value:
                return True
        return False


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")
