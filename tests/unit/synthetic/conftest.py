"""A district of two square kilometres, drawn once a run: enough for every rule of the large one."""

from __future__ import annotations

import pandas as pd
import pytest

from gridmap.synthetic.blocks import Drawing, draw
from gridmap.synthetic.demo import Demo, make_demo
from gridmap.synthetic.district import District, settle_district
from gridmap.synthetic.sketch import (
    Centre,
    DedicatedSpot,
    Hill,
    Lake,
    Railway,
    River,
    Road,
    Seed,
    Sketch,
    VillageSpot,
)

SEED = 3
SMALL = Sketch(
    origin_lon=114.965,
    origin_lat=30.19,
    outline=((-800, -700), (-750, 750), (50, 820), (820, 720), (880, -100), (700, -780), (0, -720)),
    hills=(Hill("北山", -500, 520, 330, 230, 20, 110),),
    rivers=(River("小港", ((-900, -50), (-300, 40), (250, -60), (950, 60)), 12, 22),),
    lakes=(Lake("东湖", ((480, 420), (640, 380), (660, 560), (500, 590))),),
    railways=(Railway("支线", ((-900, -450), (0, -420), (950, -480)), (0.4, 0.6)),),
    roads=(
        Road("人民路", ((0, -900), (20, 0), (-40, 900)), "南北"),
        Road("建设大道", ((-900, 200), (0, 230), (900, 180))),
    ),
    centres=(Centre(250, 100, 900, 10), Centre(-300, -300, 700, -12)),
    communities=(
        Seed("990101001001", -400, 300, "hill"),
        Seed("990101001002", 400, 200, "new"),
        Seed("990101001003", 0, -300, "old"),
    ),
    villages=(VillageSpot("石家湾", -350, -560, 110),),
    dedicated=(DedicatedSpot("market", "东门市场", 300, 150, 1.0),),
    trunk_spacing_m=700,
    street_spacing_m=220,
    residential_grids=8,
    households=4200,
    buildings=620,
    cameras=20,
    incidents=3000,
)


@pytest.fixture(scope="session")
def small_sketch() -> Sketch:
    return SMALL


@pytest.fixture(scope="session")
def small_source() -> pd.DataFrame:
    rows = [
        ("990101", "试验区", "district", ""),
        ("990101001", "城中街道", "street", "990101"),
        ("990101001001", "北山社区居委会", "community", "990101001"),
        ("990101001002", "东湖社区居委会", "community", "990101001"),
        ("990101001003", "南站社区居民委员会", "community", "990101001"),
    ]
    return pd.DataFrame(rows, columns=["code", "name", "level", "parent_code"])


@pytest.fixture(scope="session")
def small_drawing(small_sketch: Sketch) -> Drawing:
    return draw(small_sketch, SEED)


@pytest.fixture(scope="session")
def small_district(small_sketch: Sketch, small_drawing: Drawing) -> District:
    return settle_district(small_sketch, small_drawing, ["北山", "东湖", "南站"], SEED)


@pytest.fixture(scope="session")
def small_demo(small_sketch: Sketch, small_source: pd.DataFrame) -> Demo:
    return make_demo(small_sketch, small_source, SEED)
