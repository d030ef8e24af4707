"""Addresses in a drawn country: each case says the text and the place it means, or why a person is asked."""

from __future__ import annotations

import pickle
import threading

import numpy as np
import pytest
import shapely

from gridmap.geo.addresses import Areas, Buildings, Doubt, Gazetteer, Level, Places, Rooms, normalise
from tests.unit.geo import drawn_addresses as drawn

ACCEPTED = [
    # one name twice: the community tells which
    ("城东社区幸福小区1栋", Level.BUILDING, {"building": 200}),
    ("城西社区幸福小区1栋", Level.BUILDING, {"building": 202}),
    ("黄楼街道城西幸福小区1栋2单元301", Level.ROOM, {"building": 202}),
    ("幸福小区3栋", Level.BUILDING, {"building": 203}),  # only one of them has a number 3
    ("人民路10号幸福小区1栋", Level.BUILDING, {"building": 200}),
    # numbers and letters
    ("阳光花园A座1801", Level.ROOM, {"building": 204}),
    ("阳光花园a栋", Level.BUILDING, {"building": 204}),
    ("阳光花园B座5楼", Level.BUILDING, {"building": 205}),
    ("阳光花园十二幢二单元三〇一", Level.ROOM, {"building": 206}),
    ("阳光花园１２＃２单元３０１", Level.ROOM, {"building": 206}),
    ("阳光花园012栋", Level.BUILDING, {"building": 206}),
    # other names: former ones, a building's own, of a compound
    ("老纺织厂宿舍12栋", Level.BUILDING, {"building": 206}),
    ("阳光小区红楼1801", Level.ROOM, {"building": 204}),
    ("阳光花园原6栋", Level.BUILDING, {"building": 206}),
    # doors
    ("人民路10号", Level.DOOR, {"building": 200}),
    ("花园街3号附1", Level.DOOR, {"building": 205}),
    ("花园街3-1号", Level.DOOR, {"building": 205}),
    ("花园街3号附9", Level.DOOR, {"building": 204}),  # not listed: the door it belongs to
    ("人民路12号2单元201", Level.ROOM, {"building": 201}),
    ("人民路10号2栋", Level.BUILDING, {"building": 201}),  # the door is the gate of the compound
    ("百货大楼3楼", Level.BUILDING, {"building": 210}),
    ("人民路百货大楼", Level.BUILDING, {"building": 210}),
    # groups of villages
    ("黄楼村三组", Level.COMPOUND, {"compound": 109}),
    ("黄楼村3社", Level.COMPOUND, {"compound": 109}),
    ("黄楼村第三村民小组7号", Level.BUILDING, {"building": 207}),
    ("夹河村3组7号", Level.BUILDING, {"building": 209}),
    ("夹河庄三社7号", Level.BUILDING, {"building": 209}),
    ("潍坊青州市黄楼街道夹河村三组", Level.COMPOUND, {"compound": 111}),
    # greenhouses
    ("黄楼村大棚3排5号", Level.AREA_PLOT, {"site": 301}),
    ("黄楼大棚三排六号", Level.AREA_PLOT, {"site": 302}),
    ("夹河村蔬菜大棚第3排第5个棚", Level.AREA_PLOT, {"site": 303}),
    ("夹河村3排5号大棚", Level.AREA_PLOT, {"site": 303}),
    ("大棚3排6号", Level.AREA_PLOT, {"site": 302}),  # the only one
    ("城西社区大棚2排7号", Level.LANDMARK, {"site": 304}),  # no plots known there: the whole greenhouse
    ("城西大棚第2排", Level.LANDMARK, {"site": 304}),
    ("黄楼村大棚3排", Level.AREA_PLOT, {"community": 102}),
    ("黄楼大棚一区", Level.LANDMARK, {"site": 300}),
    # slips of the hand
    ("阳广花园12栋", Level.BUILDING, {"building": 206}),
    ("羊光花圆12栋", Level.BUILDING, {"building": 206}),
    ("实验小学校", Level.LANDMARK, {"site": 305}),
    # areas
    ("黄楼街道办事处", Level.STREET, {"street": 101}),
    ("夹河村委会", Level.COMMUNITY, {"community": 103}),
    ("山东省潍坊市青州市", Level.DISTRICT, {"district": 100}),
]

ASKED = [
    ("", Doubt.EMPTY),
    (" 。，\n", Doubt.EMPTY),
    ("不知道在哪", Doubt.UNKNOWN),
    ("幸福小区", Doubt.SEVERAL),
    ("幸福小区1栋", Doubt.SEVERAL),
    ("三组", Doubt.SEVERAL),
    ("三组7号", Doubt.SEVERAL),
    ("大棚3排5号", Doubt.SEVERAL),
    ("弯路与人民路交叉口", Doubt.SEVERAL),
    ("阳光花园2单元301", Doubt.NUMBER_MISSING),
    ("阳光花园13栋", Doubt.NO_SUCH_NUMBER),
    ("阳光花园12栋3单元301", Doubt.NO_SUCH_NUMBER),
    ("阳光花园12栋2单元901", Doubt.NO_SUCH_NUMBER),
    ("百货大楼9楼", Doubt.NO_SUCH_NUMBER),
    ("人民路11号", Doubt.NO_SUCH_NUMBER),
    ("黄楼村五组", Doubt.NO_SUCH_NUMBER),
    ("黄楼村大棚9排9号", Doubt.NO_SUCH_NUMBER),
    ("黄楼村大棚9排", Doubt.NO_SUCH_NUMBER),
    ("丽景苑3排7号", Doubt.NO_SUCH_NUMBER),  # a row of houses, not of the greenhouse in the same community
    ("人民路3社", Doubt.LEFT_OVER),
    ("实验小学3组", Doubt.LEFT_OVER),
    ("百货大楼2排5号", Doubt.LEFT_OVER),
    ("夹河村阳光花园12栋", Doubt.CONTRADICTION),
    ("花园街与北环路交叉口", Doubt.CONTRADICTION),
    ("临朐县阳光花园12栋", Doubt.LEFT_OVER),
    ("阳光花园12栋或A栋", Doubt.LEFT_OVER),
    ("人民路老王面馆", Doubt.LEFT_OVER),
    ("阴光花园12栋", Doubt.UNSURE),  # another sign, another sound: another name
]


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return drawn.gazetteer()


@pytest.mark.parametrize(("text", "level", "ids"), ACCEPTED, ids=[row[0] for row in ACCEPTED])
def test_one_place_is_meant(gazetteer, text, level, ids):
    match = gazetteer.match(text)
    assert match.accepted, (match.doubt, match.name, [other.name for other in match.alternatives])
    assert match.level == level
    assert ids.items() <= match.ids.items()
    assert 0.75 <= match.score <= 1 and match.doubt == Doubt.NONE


@pytest.mark.parametrize(("text", "doubt"), ASKED, ids=[repr(row[0]) for row in ASKED])
def test_a_person_is_asked(gazetteer, text, doubt):
    match = gazetteer.match(text)
    assert not match.accepted
    assert match.doubt == doubt, match.name


def test_who_is_asked_gets_the_alternatives(gazetteer):
    match = gazetteer.match("幸福小区1栋")
    assert {match.ids["building"], *(other.ids.get("building") for other in match.alternatives)} >= {200, 202}
    names = [other.name for other in gazetteer.match("人民路11号").alternatives]
    assert names[:2] == ["人民路10号", "人民路12号"]


@pytest.mark.parametrize(
    ("text", "left_over", "name"),
    [
        ("丽景苑3社", "3组", "丽景苑"),
        ("丽景苑3栋2单元", "3栋2单元", "丽景苑"),
        ("北环路7号附2", "7号附2", "北环路"),
        ("城西大棚2排7号", "2排7号", "城西花卉大棚"),
        ("黄楼村三组", "", "三组"),
        ("人民路10号", "", "人民路10号"),
    ],
)
def test_what_nobody_could_look_up_is_told_and_covered(gazetteer, text, left_over, name):
    match = gazetteer.match(text)
    assert match.accepted and (match.name, match.left_over) == (name, left_over)
    if left_over:
        assert match.uncertainty_m >= gazetteer.match(name).uncertainty_m


def test_whose_very_name_it_is_comes_first():
    areas = Areas(
        ids=np.array([1, 2, 3]), codes=["", "", ""], names=["仪表厂生活区", "仪表厂家属院", "仪表厂宿舍"],
        levels=["compound"] * 3, parents=np.full(3, -1), aliases=[["仪表厂宿舍"], ["仪表厂宿舍"], []],
        shapes=np.array([drawn.square(k, 0, 0.3) for k in range(3)]),
    )  # fmt: skip
    match = Gazetteer(Places(areas=areas)).match("仪表厂宿舍")
    assert match.doubt == Doubt.SEVERAL
    assert [match.name, *(other.name for other in match.alternatives)] == ["仪表厂宿舍", "仪表厂生活区", "仪表厂家属院"]


def test_a_room_s_uncertainty_covers_its_building():
    house = shapely.box(*drawn.at(0.5, 0.5), *drawn.at(0.6, 0.52))  # 89 m long, its only room at the western end
    buildings = Buildings(
        ids=np.array([7]), compounds=np.array([0]), communities=np.array([-1]), numbers=["1"], names=[""],
        aliases=[[]], roads=[""], doors=[""], floors=np.array([6]), units=np.array([1]), shapes=np.array([house]),
    )  # fmt: skip
    areas = Areas(
        ids=np.array([1]), codes=[""], names=["长安小区"], levels=["compound"], parents=np.array([-1]), aliases=[[]],
        shapes=np.array([drawn.square(0.5, 0.5, 0.5)]),
    )  # fmt: skip
    lon, lat = drawn.at(0.505, 0.51)
    rooms = Rooms(np.array([9]), np.array([0]), ["1"], ["101"], np.array([lon]), np.array([lat]))
    made = Gazetteer(Places(areas=areas, buildings=buildings, rooms=rooms))
    for text in ("长安小区1栋", "长安小区1栋1单元", "长安小区1栋1单元101"):
        match = made.match(text)
        assert match.accepted
        for corner in shapely.get_coordinates(house):
            away_m = made.directory.plane.distance_m((match.lon, match.lat), tuple(corner))
            assert away_m + 4 < match.uncertainty_m, text


def test_whoever_asks_may_know_the_community(gazetteer):
    assert gazetteer.match("幸福小区1栋", within=104).ids["building"] == 200
    assert gazetteer.match("幸福小区1栋", within=105).ids["building"] == 202
    assert gazetteer.match("三组7号", within=103).ids["building"] == 209
    assert gazetteer.match("阳光花园12栋", within=103).doubt == Doubt.CONTRADICTION


def metres_from(gazetteer, match, x, y):
    return gazetteer.directory.plane.distance_m((match.lon, match.lat), drawn.at(x, y))


@pytest.mark.parametrize(
    "text", ["人民路与花园街交叉口", "花园街人民路路口", "人民路/花园街十字路口", "人民路口花园街"]
)
def test_a_junction_is_where_the_roads_meet(gazetteer, text):
    match = gazetteer.match(text)
    assert match.accepted and match.level == Level.JUNCTION
    assert metres_from(gazetteer, match, 0.5, 0.5) < 1


def test_lines_that_end_just_before_each_other_meet(gazetteer):
    match = gazetteer.match("人民路与建设大街交叉口")
    assert match.accepted and metres_from(gazetteer, match, 1.0, 0.4975) < 1


def test_metres_to_a_side_move_the_point_and_widen_the_doubt(gazetteer):
    at = gazetteer.match("百货大楼")
    for text in ("百货大楼北侧100米", "百货大楼以北约100米处", "百货大楼往北100m", "百货大楼100米以北"):
        match = gazetteer.match(text)
        assert match.accepted and match.level == Level.LANDMARK
        away_m = metres_from(gazetteer, match, 1.5, 0.45)
        assert 100 <= away_m <= 100 + at.uncertainty_m, text  # from the wall or from the middle, nobody says
        assert match.lat > at.lat and match.lon == pytest.approx(at.lon)
        assert match.uncertainty_m > away_m - 100 + 30


def test_opposite_is_across_the_road(gazetteer):
    match = gazetteer.match("百货大楼对面")  # 0.05 south of the road, 55 m: farther than a road is wide
    assert metres_from(gazetteer, match, 1.5, 0.45) < 1
    near = gazetteer.match("百货大楼").uncertainty_m
    assert match.accepted and match.level == Level.LANDMARK and match.uncertainty_m > near


def test_uncertainty_grows_with_vagueness(gazetteer):
    texts = ("百货大楼", "百货大楼门口", "百货大楼旁边", "百货大楼附近")
    found = [gazetteer.match(text).uncertainty_m for text in texts]
    assert found == sorted(found) and len(set(found)) == 4


def test_a_remark_in_brackets_is_no_part_of_the_address(gazetteer):
    assert gazetteer.match("阳光花园12栋（人民路10号旁边）").ids["building"] == 206
    assert gazetteer.match("阳光花园（老纺织厂）12栋").ids["building"] == 206


def test_a_telephone_number_is_no_room(gazetteer):
    assert gazetteer.match("阳光花园12栋13800138000").level == Level.BUILDING


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("十二栋", "12栋"),
        ("二十一号", "21号"),
        ("一百零八号", "108号"),
        ("三〇二室", "302室"),
        ("十五零一", "1501"),
        ("３号楼", "3栋"),
        ("3＃２－５０１", "3栋2-501"),
        ("3 2 501", "3-2-501"),
        ("百货大楼", "百货大楼"),
        ("枫林壹号", "枫林1号"),
        ("A 座", "A栋"),
        ("東區３號樓", "东区3栋"),
    ],
)
def test_one_writing_for_one_address(text, written):
    assert normalise(text) == written
    assert normalise(written) == written


def test_nothing_breaks_on_odd_texts(gazetteer):
    signs = "（(【》3栋-#号单元一十百千零幸福小区人民路与对面东侧米.．\u0000\U0001f600 \n/"
    turned = [signs[k:] + signs[:k] * n for k in range(len(signs)) for n in (1, 2, 3, 7)]
    for text in [*turned, "幸福小区" * 5_000, "一" * 5_000]:
        match = gazetteer.match(text)
        assert not match.accepted, text[:60]
        assert 0 <= match.score <= 1


def test_empty_projects_know_nothing():
    from gridmap.geo.addresses import Places

    empty = Gazetteer(Places())
    assert empty.match("幸福小区1栋").doubt == Doubt.UNKNOWN
    assert empty.complete("幸福") == []


def test_a_gazetteer_pickles_and_serves_threads(gazetteer):
    copy = pickle.loads(pickle.dumps(gazetteer))
    texts = [row[0] for row in ACCEPTED]
    expected = [gazetteer.match(text).name for text in texts]
    found = {}

    def work(k):
        found[k] = [match.name for match in copy.match_many(texts)]

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(found.values()) == [expected] * 4


# completion


def said(gazetteer, typed, limit=10):
    return [suggestion.text for suggestion in gazetteer.complete(typed, limit)]


def test_completion_goes_on_from_names(gazetteer):
    assert said(gazetteer, "阳光")[:1] == ["阳光花园"]
    assert said(gazetteer, "幸福小区").count("幸福小区") == 2  # both, told apart by where they lie
    assert {one.within for one in gazetteer.complete("幸福小区", 2)} == {"城东社区", "城西社区"}
    assert said(gazetteer, "YGH") == ["阳光花园"]
    assert said(gazetteer, "城西社区幸") == ["幸福小区"]
    assert "实验小学" in said(gazetteer, "小学")


def test_completion_goes_on_from_numbers(gazetteer):
    assert said(gazetteer, "阳光花园1") == ["阳光花园12栋"]
    assert said(gazetteer, "阳光花园12栋")[:3] == ["阳光花园12栋", "阳光花园12栋1单元", "阳光花园12栋2单元"]
    assert said(gazetteer, "阳光花园12-2-3") == ["阳光花园12栋2单元301室", "阳光花园12栋2单元302室"]
    assert said(gazetteer, "人民路1")[:3] == ["人民路10号", "人民路12号", "人民路101号"]


def test_what_is_suggested_is_understood(gazetteer):
    for typed in ("阳光", "阳光花园12栋", "人民路1", "花园街", "黄楼", "百", "实验", "阳光花园A栋1"):
        for suggestion in gazetteer.complete(typed):
            match = gazetteer.match(suggestion.text)
            assert match.accepted, suggestion.text
            assert (match.lon, match.lat) == pytest.approx((suggestion.lon, suggestion.lat)), suggestion.text


def test_completion_keeps_to_its_limit(gazetteer):
    assert len(gazetteer.complete("大", 3)) == 3
    assert gazetteer.complete("", 3) == []
