from __future__ import annotations

import numpy as np

from gridmap.synthetic.seeds import stream


def test_same_seed_same_layer_same_numbers() -> None:
    assert np.array_equal(stream(7, "roads").random(5), stream(7, "roads").random(5))


def test_layers_and_seeds_have_streams_of_their_own() -> None:
    first = stream(7, "roads").random(5)
    assert not np.array_equal(first, stream(7, "buildings").random(5))
    assert not np.array_equal(first, stream(8, "roads").random(5))
