from __future__ import annotations

import numpy as np
import shapely

from gridmap.geo.adjacency import borders
from gridmap.synthetic.areas import connected_parts
from gridmap.synthetic.blocks import Drawing, draw
from gridmap.synthetic.sketch import Sketch

from .conftest import SEED


def test_blocks_are_a_coverage_of_the_outline(small_drawing: Drawing) -> None:
    blocks = small_drawing.blocks
    assert shapely.is_valid(blocks).all()
    assert shapely.coverage_is_valid(blocks, gap_width=0.01)
    assert np.isclose(shapely.area(blocks).sum(), small_drawing.outline.area, rtol=1e-3)


def test_communities_are_in_one_piece(small_drawing: Drawing) -> None:
    edge = borders(small_drawing.blocks)
    assert set(small_drawing.community) == {0, 1, 2}
    for c in range(3):
        members = np.flatnonzero(small_drawing.community == c)
        assert len(connected_parts(members, edge.first, edge.second)) == 1


def test_streets_share_the_vertices_they_meet_in(small_drawing: Drawing) -> None:
    lines = [s.line for s in small_drawing.streets if s.name != "北山步道" and s.klass != "path"]
    vertices = [{tuple(c) for c in shapely.get_coordinates(g)} for g in lines]
    tree = shapely.STRtree(lines)
    crossings = 0
    for k, line in enumerate(lines):
        for other in tree.query(line, predicate="intersects"):
            if other <= k:
                continue
            for point in shapely.get_coordinates(line.intersection(lines[other])):
                crossings += 1
                assert tuple(point) in vertices[k]
                assert tuple(point) in vertices[other]
    assert crossings > 50


def test_only_trunk_roads_cross_water_and_rails(small_drawing: Drawing) -> None:
    bare = shapely.union_all([g for _, g in (*small_drawing.rivers, *small_drawing.railways)])
    crossing = {s.klass for s in small_drawing.streets if s.line.intersects(bare)}
    assert "lane" not in crossing
    assert "street" not in crossing


def test_same_seed_same_blocks(small_sketch: Sketch, small_drawing: Drawing) -> None:
    again = draw(small_sketch, SEED)
    assert shapely.equals_exact(again.blocks, small_drawing.blocks, 0.0).all()
    assert again.use == small_drawing.use
    other = draw(small_sketch, SEED + 1)
    assert len(other.blocks) != len(again.blocks) or not shapely.equals_exact(other.blocks, again.blocks, 0.0).all()
