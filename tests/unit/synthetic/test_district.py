from __future__ import annotations

import numpy as np
import shapely

from gridmap.synthetic.buildings import outlines
from gridmap.synthetic.district import District
from gridmap.synthetic.roads import HALF_WIDTH_M
from gridmap.synthetic.sketch import Sketch


def test_footprints_keep_to_their_block_and_apart(small_district: District) -> None:
    shapes = outlines(small_district.buildings)
    blocks = small_district.drawing.blocks[[b.block for b in small_district.buildings]]
    assert shapely.within(shapes, blocks).all()
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    assert (first == second).all()


def test_no_building_in_water_on_rails_or_on_a_street(small_district: District) -> None:
    drawing = small_district.drawing
    tree = shapely.STRtree(outlines(small_district.buildings))
    water = [g for _, g in (*drawing.rivers, *drawing.lakes)]
    assert len(tree.query([*water, *(g for _, g in drawing.railways)], predicate="intersects")[0]) == 0
    made = [s for s in drawing.streets if s.klass != "path"]
    ways = [s.line.buffer(HALF_WIDTH_M[s.klass], cap_style="flat") for s in made]
    assert len(tree.query(ways, predicate="intersects")[0]) == 0


def test_cores_lie_within_footprints(small_district: District) -> None:
    for b in small_district.buildings:
        x, y, length, depth, angle = b.core
        c, s = np.cos(angle), np.sin(angle)
        u, v = np.array([c, s]) * length / 2, np.array([-s, c]) * depth / 2
        m = np.array([x, y])
        box = shapely.Polygon([m - u - v, m + u - v, m + u + v, m - u + v])
        assert b.outline.buffer(0.01).contains(box), b.kind


def test_households_meet_the_band(small_sketch: Sketch, small_district: District) -> None:
    grids, blocks = small_district.grids, [b.block for b in small_district.buildings]
    count = np.bincount(grids.of_block[blocks][small_district.households.building], minlength=len(grids.kinds))
    residential = np.array([k == "residential" for k in grids.kinds])
    assert count.sum() == small_sketch.households
    assert ((count[residential] >= 400) & (count[residential] <= 800)).all()
    assert (count[~residential] < 400).all()


def test_compounds_have_names_of_their_own_and_stay_in_their_community(small_district: District) -> None:
    names = [c.name for c in small_district.compounds]
    assert len(set(names)) == len(names)
    assert "石家湾" in names
    for compound in small_district.compounds:
        assert set(small_district.drawing.community[compound.blocks]) == {compound.community}


def test_building_numbers_run_through_each_compound(small_district: District) -> None:
    for k in range(len(small_district.compounds)):
        numbers = sorted(n for n in small_district.number_of[small_district.compound_of == k].tolist() if n)
        assert numbers == list(range(1, len(numbers) + 1))


def test_no_door_number_twice_on_a_street(small_district: District) -> None:
    streets = small_district.drawing.streets
    doors = [(streets[d.street].name, d.number) for d in small_district.doors if d.street >= 0]
    assert len(doors) > 100
    assert len(set(doors)) == len(doors)


def test_schools_have_buildings_and_a_camera(small_district: District) -> None:
    schools = [s for s in small_district.sites if s.kind == "school"]
    assert schools
    points = shapely.points([(c.x, c.y) for c in small_district.cameras])
    built = shapely.STRtree(outlines(small_district.buildings))
    for school in schools:
        assert shapely.distance(points, school.shape).min() < 30
        assert len(built.query(school.shape, predicate="contains")) > 0


def test_walls_have_gates_and_stay_out_of_the_water(small_district: District) -> None:
    walls = [f.shape for f in small_district.ground if f.kind == "wall"]
    water = shapely.union_all([g for _, g in small_district.drawing.rivers])
    assert walls
    assert not any(w.is_ring for w in walls)
    assert not any(w.intersects(water) for w in walls)


def test_tracks_and_ponds_are_free_of_buildings(small_district: District) -> None:
    tree = shapely.STRtree(outlines(small_district.buildings))
    free = [f.shape for f in small_district.ground if f.kind in ("track", "water", "square")]
    assert len(tree.query(free, predicate="intersects")[0]) == 0
