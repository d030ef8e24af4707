"""One independent random stream per layer, so that a new layer never changes an older one."""

from __future__ import annotations

import zlib

import numpy as np


def stream(seed: int, layer: str) -> np.random.Generator:
    """Generator of one layer: SeedSequence(seed) spawned by the layer's name (CRC-32 as spawn key)."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(zlib.crc32(layer.encode()),)))
