from __future__ import annotations

import numpy as np
import pytest
import shapely

from gridmap.errors import BadInput
from gridmap.geo.adjacency import borders
from gridmap.synthetic.areas import connected_parts, heal_communities
from gridmap.synthetic.grids import deal_grids, settle, share_out


def board(n: int) -> np.ndarray:
    return np.array(
        [shapely.box(10 * x, 10 * y, 10 * x + 10, 10 * y + 10) for y in range(n) for x in range(n)], dtype=object
    )


def test_shares_sum_up_and_follow_the_weights() -> None:
    assert share_out(10, np.array([1.0, 1.0, 2.0]), 1).tolist() in ([2, 3, 5], [3, 2, 5])
    assert share_out(5, np.array([100.0, 0.0, 0.0]), 1).tolist() == [3, 1, 1]


def test_grids_are_connected_balanced_and_stay_in_their_community() -> None:
    blocks = board(8)
    community = np.array([0] * 32 + [1] * 32)
    flats = np.random.default_rng(1).uniform(20, 60, 64)
    grids = deal_grids(blocks, np.arange(64), community, [""] * 64, flats, 8)
    edge = borders(blocks)
    totals = np.bincount(grids.of_block, flats)
    assert len(grids.kinds) == 8
    assert totals.max() < 1.5 * totals.min()
    for g in range(8):
        members = np.flatnonzero(grids.of_block == g)
        assert len(connected_parts(members, edge.first, edge.second)) == 1
        assert set(community[members]) == {grids.community[g]}


def test_grids_of_a_horseshoe_are_connected() -> None:
    # x . x
    # x . x   cut from the middle of either arm, the rest falls apart and must be put together again
    # x x x
    ring = [k for k in range(81) if not (k % 9 in (3, 4, 5) and k // 9 > 1)]
    blocks = board(9)[ring]
    edge = borders(blocks)
    for parts in (2, 3, 5, 7):
        grids = deal_grids(
            blocks,
            np.arange(len(ring)),
            np.zeros(len(ring), dtype=np.int64),
            [""] * len(ring),
            np.ones(len(ring)),
            parts,
        )
        for g in range(parts):
            members = np.flatnonzero(grids.of_block == g)
            assert len(connected_parts(members, edge.first, edge.second)) == 1


def test_dedicated_blocks_make_a_grid_of_their_own() -> None:
    blocks = board(4)
    # the market takes the second row but one block; the corner behind it stays reachable
    words = ["market" if k in (5, 6) else "" for k in range(16)]
    grids = deal_grids(blocks, np.arange(16), np.zeros(16, dtype=np.int64), words, np.full(16, 100.0), 2)
    assert grids.kinds == ("market", "residential", "residential")
    assert np.flatnonzero(grids.of_block == 0).tolist() == [5, 6]


def test_a_piece_cut_off_by_a_dedicated_grid_joins_it() -> None:
    blocks = board(3)
    words = ["park" if k in (1, 4, 3) else "" for k in range(9)]  # block 0 is cut off
    flats = np.where(np.arange(9) == 0, 0.0, 100.0)
    grids = deal_grids(blocks, np.arange(9), np.zeros(9, dtype=np.int64), words, flats, 1)
    assert grids.of_block[0] == 0


def test_a_community_in_pieces_is_refused() -> None:
    blocks = board(3)
    community = np.array([0, 1, 0, 1, 1, 1, 1, 1, 1])  # 0 and 2 do not touch
    with pytest.raises(BadInput, match="several pieces"):
        deal_grids(blocks, np.arange(9), community, [""] * 9, np.full(9, 100.0), 2)
    healed = heal_communities(blocks, community)
    assert sorted(np.bincount(healed).tolist()) == [1, 8]


def test_households_keep_the_band_and_the_total() -> None:
    flats = np.array([450.0, 900.0, 700.0, 30.0])
    residential = np.array([True, True, True, False])
    wanted = settle(flats, residential, 1700)
    assert wanted.sum() == 1700
    assert wanted[3] == 0
    assert (wanted[:3] >= 405).all()
    assert (wanted[:3] <= np.minimum(flats[:3], 795)).all()


def test_a_band_that_cannot_be_met_says_what_to_do() -> None:
    with pytest.raises(BadInput, match="1 grids are too small"):
        settle(np.array([100.0, 900.0]), np.array([True, True]), 900)
