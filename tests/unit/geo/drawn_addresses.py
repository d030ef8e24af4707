"""A small drawn country for addresses: two villages with greenhouses, two compounds of one name, letters, sub-doors.

    north    黄楼村 | 夹河村      each 1 km wide; 1 km is 0.01 degrees here
    south    城东社区 | 城西社区

X, Y below are hundredths of a degree from the south-west corner at 118.50, 36.60.
"""

from __future__ import annotations

import numpy as np
import shapely

from gridmap.geo.addresses import Areas, Buildings, Gazetteer, Places, Roads, Rooms, Sites

WEST, SOUTH, STEP = 118.50, 36.60, 0.01


def at(x: float, y: float) -> tuple[float, float]:
    """lon, lat of a place in the drawing."""
    return WEST + x * STEP, SOUTH + y * STEP


def square(x: float, y: float, side: float) -> shapely.Polygon:
    return shapely.box(*at(x - side / 2, y - side / 2), *at(x + side / 2, y + side / 2))


def line(*corners: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString([at(*corner) for corner in corners])


# name, level, parent, aliases, shape
AREAS = [
    ("青州市", "district", -1, [], square(1, 1, 2)),
    ("黄楼街道", "street", 0, ["黄楼"], square(1, 1, 2)),
    ("黄楼村", "village", 1, [], square(0.5, 1.5, 1)),
    ("夹河村", "village", 1, ["夹河庄"], square(1.5, 1.5, 1)),
    ("城东社区", "community", 1, [], square(0.5, 0.5, 1)),
    ("城西社区", "community", 1, [], square(1.5, 0.5, 1)),
    ("幸福小区", "compound", 4, [], square(0.3, 0.3, 0.3)),
    ("幸福小区", "compound", 5, [], square(1.3, 0.3, 0.3)),
    ("阳光花园", "compound", 4, ["老纺织厂宿舍", "阳光小区"], square(0.7, 0.7, 0.3)),
    ("三组", "compound", 2, [], square(0.3, 1.3, 0.3)),
    ("四组", "compound", 2, [], square(0.3, 1.7, 0.3)),
    ("三组", "compound", 3, [], square(1.3, 1.3, 0.3)),
    ("丽景苑", "compound", 5, [], square(1.7, 0.7, 0.3)),
]
# compound, community, number, name, aliases, road, door, floors, units, x, y
BUILDINGS = [
    (6, 4, "1", "", [], "人民路", "10", 6, 2, 0.25, 0.25),
    (6, 4, "2", "", [], "人民路", "12", 6, 2, 0.35, 0.25),
    (7, 5, "1", "", [], "", "", 6, 2, 1.25, 0.25),
    (7, 5, "3", "", [], "", "", 6, 2, 1.35, 0.25),
    (8, 4, "A", "", ["红楼"], "花园街", "3", 18, 1, 0.65, 0.65),
    (8, 4, "B", "", [], "花园街", "3附1", 18, 1, 0.75, 0.65),
    (8, 4, "12", "", ["原六栋"], "花园街", "5", 6, 2, 0.75, 0.75),
    (9, 2, "7", "", [], "", "", 2, 0, 0.25, 1.25),
    (9, 2, "8", "", [], "", "", 2, 0, 0.28, 1.25),
    (11, 3, "7", "", [], "", "", 2, 0, 1.25, 1.25),
    (-1, 5, "", "百货大楼", [], "人民路", "101", 8, 0, 1.5, 0.45),
]
ROADS = [
    ("人民路", line((0, 0.5), (2, 0.5))),
    ("花园街", line((0.5, 0), (0.5, 1))),
    ("北环路", line((0, 1.9), (2, 1.9))),
    ("建设大街", line((1.0, 0), (1.0, 0.495))),  # ends 5 m before the middle of 人民路
    ("弯路", line((0.2, 0), (0.2, 0.8), (1.8, 0.8), (1.8, 0))),  # meets 人民路 twice
]
# name, kind, community, x, y, side
SITES = [
    ("黄楼大棚一区", "greenhouse", 2, 0.6, 1.6, 0.2),
    ("黄楼大棚3排5号", "greenhouse", 2, 0.6, 1.55, 0.01),
    ("黄楼大棚3排6号", "greenhouse", 2, 0.62, 1.55, 0.01),
    ("夹河大棚3排5号", "greenhouse", 3, 1.6, 1.55, 0.01),
    ("城西花卉大棚", "greenhouse", 5, 1.8, 0.2, 0.1),
    ("实验小学", "school", 4, 0.2, 0.8, 0.1),
]
FLATS = ("101", "102", "201", "202", "301", "302")
ROOMS = [(k, unit, flat) for k in (0, 1, 2, 3, 6) for unit in ("1", "2") for flat in FLATS]
ROOMS += [(4, "1", "1801"), (5, "1", "501")]


def gazetteer() -> Gazetteer:
    """The drawing; ids of areas are 100 + row, of buildings 200 + row, of sites 300 + row."""
    places = Places(
        areas=Areas(
            ids=100 + np.arange(len(AREAS)),
            codes=[""] * len(AREAS),
            names=[row[0] for row in AREAS],
            levels=[row[1] for row in AREAS],
            parents=np.array([row[2] for row in AREAS]),
            aliases=[row[3] for row in AREAS],
            shapes=np.array([row[4] for row in AREAS]),
        ),
        buildings=Buildings(
            ids=200 + np.arange(len(BUILDINGS)),
            compounds=np.array([row[0] for row in BUILDINGS]),
            communities=np.array([row[1] for row in BUILDINGS]),
            numbers=[row[2] for row in BUILDINGS],
            names=[row[3] for row in BUILDINGS],
            aliases=[row[4] for row in BUILDINGS],
            roads=[row[5] for row in BUILDINGS],
            doors=[row[6] for row in BUILDINGS],
            floors=np.array([row[7] for row in BUILDINGS]),
            units=np.array([row[8] for row in BUILDINGS]),
            shapes=np.array([square(row[9], row[10], 0.03) for row in BUILDINGS]),
        ),
        rooms=Rooms(
            ids=np.arange(len(ROOMS)),
            buildings=np.array([row[0] for row in ROOMS]),
            units=[row[1] for row in ROOMS],
            rooms=[row[2] for row in ROOMS],
            lon=np.array([at(BUILDINGS[row[0]][9], 0)[0] for row in ROOMS]),
            lat=np.array([at(0, BUILDINGS[row[0]][10])[1] for row in ROOMS]),
        ),
        roads=Roads([row[0] for row in ROADS], np.array([row[1] for row in ROADS])),
        sites=Sites(
            ids=300 + np.arange(len(SITES)),
            names=[row[0] for row in SITES],
            kinds=[row[1] for row in SITES],
            communities=np.array([row[2] for row in SITES]),
            shapes=np.array([square(row[3], row[4], row[5]) for row in SITES]),
            table=["site"] * len(SITES),
        ),
        above=("山东省", "潍坊市"),
    )
    return Gazetteer(places)
