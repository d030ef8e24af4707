from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely

from gridmap.synthetic.blocks import Drawing
from gridmap.synthetic.demo import Demo, bearing_entropy, make_demo, short_names
from gridmap.synthetic.sketch import Sketch

from .conftest import SEED


def test_same_seed_same_frames(small_sketch: Sketch, small_source: pd.DataFrame, small_demo: Demo) -> None:
    again = make_demo(small_sketch, small_source, SEED)
    assert again.notes == small_demo.notes
    for name, frame in small_demo.frames.items():
        pd.testing.assert_frame_equal(pd.DataFrame(again.frames[name]), pd.DataFrame(frame))


def test_numbers_asked_for_are_there(small_sketch: Sketch, small_demo: Demo) -> None:
    counts = small_demo.notes["counts"]
    assert counts["households"] == small_sketch.households
    assert counts["buildings"] == small_sketch.buildings
    assert counts["incidents"] == small_sketch.incidents
    assert counts["cameras"] == small_sketch.cameras
    assert counts["grids"] == small_sketch.residential_grids + len(small_sketch.dedicated)


def test_codes_join(small_demo: Demo) -> None:
    f = small_demo.frames
    assert set(f["assignment"]["block_code"]) == set(f["blocks"]["code"])
    assert set(f["assignment"]["grid_code"]) == set(f["grids"]["code"])
    assert set(f["households"]["building_code"]) <= set(f["buildings"]["code"])
    assert set(f["units"]["building_code"]) <= set(f["buildings"]["code"])
    assert set(f["buildings"]["compound_code"]) - {""} <= set(f["areas"]["code"])
    assert set(f["areas"]["parent_code"]) - {""} <= set(f["areas"]["code"])
    for name in (
        "areas",
        "blocks",
        "grids",
        "buildings",
        "households",
        "units",
        "sites",
        "streets",
        "ground",
        "cameras",
    ):
        assert f[name]["code"].is_unique, name


def test_short_names() -> None:
    names = ("马鞍山社区居委会", "东昌社区居民委员会", "长乐山工业园管理委员会", "团城山街道")
    source = pd.DataFrame({"code": list("abcd"), "name": names})
    assert short_names(source) == {"a": "马鞍山社区", "b": "东昌社区", "c": "长乐山工业园", "d": "团城山街道"}


def test_streets_do_not_run_in_two_directions_only(small_drawing: Drawing) -> None:
    assert bearing_entropy(small_drawing) > 3.5  # a grid has 2.0


def test_a_community_that_is_not_in_the_source_is_an_error(small_sketch: Sketch, small_source: pd.DataFrame) -> None:
    with pytest.raises(KeyError):
        make_demo(small_sketch, small_source[small_source["code"] != "990101001002"], SEED)


def test_incident_points_are_in_the_district_but_for_a_dozen(small_demo: Demo) -> None:
    rows = small_demo.frames["incidents"]
    ground = shapely.union_all(small_demo.frames["blocks"].geometry.to_numpy())
    shapely.prepare(ground)
    outside = ~shapely.intersects_xy(ground, rows["lon"], rows["lat"])
    assert outside.sum() == 12
    assert np.isfinite(rows[["lon", "lat"]].to_numpy()).all()
