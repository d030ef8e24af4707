import os
from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely
from shapely import MultiPolygon, Polygon, box

from gridmap.errors import BadInput
from gridmap.geo.projection import local_projection
from gridmap.geo.topology import check_coverage, dissolve

GAP_M = 0.01

# 10 +---+---+
#    | A | B |
#  0 +---+---+
#    0   10  20
A, B = box(0, 0, 10, 10), box(10, 0, 20, 10)


def only(findings):
    assert len(findings) == 1, findings
    return findings[0]


@pytest.mark.parametrize(
    "polygons", [[], [A], [A, B], [A, box(50, 0, 60, 10)], [MultiPolygon([A, box(30, 0, 40, 9)]), B]]
)
def test_what_covers_its_ground_once_has_no_finding(polygons):
    assert check_coverage(polygons, GAP_M) == []


def test_an_overlap_names_both_its_place_and_its_size():
    overlap = only(check_coverage([A, box(9, 2, 20, 8)], GAP_M))
    assert (overlap.kind, overlap.ordinals) == ("overlap", (0, 1))
    assert overlap.area_m2 == pytest.approx(6.0)
    assert 9 < overlap.x < 10 and 2 < overlap.y < 8
    assert overlap.width_m == pytest.approx(2 * 6 / 14)


@pytest.mark.parametrize(
    ("polygons", "pairs"),
    [
        ([A, A], {(0, 1): 100.0}),
        ([A, box(2, 2, 3, 3)], {(0, 1): 1.0}),
        ([box(0, 4, 10, 6), box(4, 0, 6, 10)], {(0, 1): 4.0}),
        ([A, A, A], {(0, 1): 100.0, (0, 2): 100.0, (1, 2): 100.0}),
        ([A, box(9, 0, 20, 10), box(19, 0, 30, 10)], {(0, 1): 10.0, (1, 2): 10.0}),
    ],
    ids=["twice", "inside", "cross", "three times", "chain"],
)
def test_every_pair_that_overlaps_is_found(polygons, pairs):
    findings = check_coverage(polygons, GAP_M)
    assert {f.ordinals: pytest.approx(f.area_m2) for f in findings if f.kind == "overlap"} == pairs
    assert all(f.kind == "overlap" for f in findings)


def test_a_sliver_between_two_borders_is_a_gap():
    # B's border has a dent of 5 mm
    dented = Polygon([(10, 0), (20, 0), (20, 10), (10, 10), (10.005, 5)])
    left = Polygon([(0, 0), (10, 0), (10, 10), (0, 10)])
    gap = only(check_coverage([left, dented], GAP_M))
    assert (gap.kind, gap.ordinals) == ("gap", (0, 1))
    assert gap.area_m2 == pytest.approx(0.025)
    assert 10 < gap.x < 10.005
    assert only(check_coverage([left, dented], 0.001)).kind == "hole"  # wider than asked: perhaps meant


def test_enclosed_open_ground_of_any_width_is_seen():
    # +-----------+
    # |   +---+   |   A lake or a forgotten polygon: the borders all match
    # |   |   |   |
    # +-----------+
    ring = Polygon(box(0, 0, 10, 10).exterior.coords, [box(3, 3, 7, 7).exterior.coords])
    hole = only(check_coverage([ring], GAP_M))
    assert (hole.kind, hole.ordinals, hole.area_m2) == ("hole", (0,), 16.0)
    moat = only(check_coverage([ring, box(4, 4, 6, 6)], GAP_M))
    assert (moat.kind, moat.area_m2) == ("hole", 12.0)  # the island is not part of it
    assert 3 < moat.x < 7 and not box(4, 4, 6, 6).contains(shapely.Point(moat.x, moat.y))
    assert check_coverage([ring, box(3, 3, 7, 7)], GAP_M) == []


def test_borders_that_do_not_share_their_vertices_are_unmatched():
    # A's east side runs along B and C without a vertex where they meet
    findings = check_coverage([A, box(10, 0, 20, 5), box(10, 5, 20, 10)], GAP_M)
    assert {f.kind for f in findings} == {"unmatched"}
    assert findings[0].x == pytest.approx(10) and findings[0].area_m2 == 0
    assert {0, 1} <= {ordinal for f in findings for ordinal in f.ordinals}


def test_a_narrow_gap_open_to_the_outside_is_unmatched():
    finding = only(check_coverage([A, box(10.005, 0, 20, 10)], GAP_M))
    assert (finding.kind, finding.ordinals) == ("unmatched", (0, 1))
    assert finding.x == pytest.approx(10, abs=0.01)


def test_empty_and_invalid_shapes_are_named_and_the_rest_is_still_checked():
    bow_tie = Polygon([(40, 0), (50, 10), (50, 0), (40, 10)])
    findings = check_coverage([A, None, Polygon(), bow_tie, box(9, 0, 20, 10)], GAP_M)
    assert [(f.kind, f.ordinals) for f in findings] == [
        ("empty", (1,)),
        ("empty", (2,)),
        ("invalid", (3,)),
        ("overlap", (0, 4)),
    ]
    assert (findings[2].x, findings[2].y) == (45.0, 5.0)
    assert findings[2].detail == "Self-intersection"
    assert findings[0].x is None


def test_an_invalid_polygon_still_overlaps_its_neighbours():
    bow_tie = Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])  # two triangles that meet in (5, 5)
    findings = check_coverage([bow_tie, box(8, 4, 20, 6)], GAP_M)
    assert [(f.kind, f.ordinals) for f in findings] == [("invalid", (0,)), ("overlap", (0, 1))]
    assert findings[1].area_m2 == pytest.approx(4.0)


def test_the_largest_overlap_comes_first():
    areas = [f.area_m2 for f in check_coverage([A, box(9.5, 0, 20, 10), box(18, 0, 30, 10)], GAP_M)]
    assert areas == pytest.approx([20.0, 5.0])


def test_the_callers_shapes_are_not_repaired_behind_its_back():
    shapes = np.array([Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])])
    check_coverage(shapes, GAP_M)
    assert not shapes[0].is_valid


def test_a_negative_width_is_refused():
    with pytest.raises(BadInput, match="0 or more"):
        check_coverage([A], -1.0)


# C C      labels 7 7 3
# A B               with A, C of 3 and B of 7: merged shapes come in the order 3, 7
def test_dissolve_merges_by_label_in_the_labels_order():
    merged = dissolve([A, B, box(0, 10, 20, 20)], [7, 3, 7])
    assert len(merged) == 2
    assert merged[0].equals(B)
    assert merged[1].equals(shapely.union(A, box(0, 10, 20, 20)))
    assert merged[1].geom_type == "Polygon"


def test_dissolve_keeps_parts_and_holes():
    around = Polygon(box(-5, -5, 25, 15).exterior.coords, [box(0, 0, 20, 10).exterior.coords])
    merged = dissolve([around, B, box(40, 0, 50, 10)], ["x", "x", "x"])
    assert merged[0].area == pytest.approx(600 - 200 + 100 + 100)
    assert merged[0].geom_type == "MultiPolygon"


def test_dissolve_of_overlapping_shapes_still_counts_the_ground_once():
    assert dissolve([A, box(5, 0, 15, 10)], [1, 1])[0].area == pytest.approx(150)


def test_dissolve_passes_over_empty_shapes():
    merged = dissolve([A, None, Polygon()], [0, 0, 1])
    assert merged[0].equals(A) and merged[1] is None
    assert len(dissolve([], [])) == 0
    with pytest.raises(BadInput, match="one label for each"):
        dissolve([A], [1, 2])


def sample(name):
    folder = os.environ.get("GRIDMAP_SAMPLE_DATA")
    if not folder:
        pytest.skip("GRIDMAP_SAMPLE_DATA is not set")
    return geopandas.read_file(Path(folder) / name)


def test_the_wards_of_northumbria_match_to_a_centimetre_but_not_to_a_decimetre():
    wards = sample("incidents/northumbria_wards.gpkg").geometry
    assert check_coverage(wards, 0.01) == []
    assert {f.kind for f in check_coverage(wards, 0.1)} == {"unmatched"}


def test_the_precincts_of_delaware_cover_their_ground_once_and_dissolve_without_loss():
    frame = sample("blocks/delaware_precincts.gpkg").to_crs("EPSG:4326")
    metric = local_projection(tuple(frame.total_bounds)).forward_shapes(frame.geometry.to_numpy())
    assert check_coverage(metric, GAP_M) == []
    merged = dissolve(metric, np.arange(len(metric)) % 7)
    assert shapely.area(merged).sum() == pytest.approx(shapely.area(metric).sum(), rel=1e-12)
    assert check_coverage(merged, GAP_M) == []
