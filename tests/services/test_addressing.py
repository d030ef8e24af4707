"""The gazetteer of a database: what it holds, and that it follows the change feed."""

from __future__ import annotations

import datetime as dt
import threading

import numpy as np
import pytest
import shapely

from gridmap.geo.addresses import Doubt, Level
from gridmap.services.addressing import Addresses
from gridmap.services.project import open_project
from gridmap.store import audit, bulk, ids
from gridmap.store.tables import Area, AreaAlias, Block, Building, BuildingAlias, Household, Site, Street, Unit

NOW = dt.datetime(2024, 5, 31, 4, 0, tzinfo=dt.UTC)
SECRET = b"a secret for tests, 32 bytes and more"


def box(west, south, side=0.001):
    return shapely.MultiPolygon([shapely.box(west, south, west + side, south + side)])


def record(session, action, entity="import_batch"):
    audit.append(
        session, actor="local", action=action, entity=entity, entity_uid=ids.new_uid(), fields={}, secret=SECRET, at=NOW
    )  # fmt: skip


def shapes(*made):
    return np.array([*made, None], dtype=object)[:-1]


def inserted(session, model, columns):
    return [int(one) for one in bulk.insert(session, model, columns)]


@pytest.fixture
def town(settings):
    """A community with a compound of one building, a road, a school, a shop; an area that has ended."""
    store = open_project(settings, name="城", now=NOW)
    with store.write() as session:
        district, community, compound, ended = inserted(
            session,
            Area,
            {
                "code": ["420204", "420204001001", "420204001001C1", "420204001001C2"],
                "name": ["下陆区", "青龙社区", "桂花苑小区", "旧村"],
                "level": ["district", "community", "compound", "compound"],
                "geom": shapes(
                    box(115, 30.2, 0.1), box(115, 30.2, 0.05), box(115.01, 30.21, 0.004), box(115.02, 30.21)
                ),
                "valid_to": [None, None, None, dt.date(2023, 12, 31)],
            },
        )
        bulk.update(session, Area, [community, compound, ended], {"parent_id": [district, community, community]})
        session.add(AreaAlias(area_id=compound, name="老干部院"))
        (block,) = inserted(
            session, Block,
            {"code": ["B1"], "geom": shapes(box(115, 30.2, 0.05)), "opened_at": [NOW], "community_id": [community]},
        )  # fmt: skip
        (building,) = inserted(
            session,
            Building,
            {
                "number": ["3"], "compound_id": [compound], "block_id": [block], "street_name": ["桂林路"],
                "door_number": ["12"], "floors": [6], "units": [2], "geom": shapes(box(115.011, 30.211, 0.0005)),
            },
        )  # fmt: skip
        session.add(BuildingAlias(building_id=building, name="红楼"))
        bulk.insert(
            session, Household,
            {"building_id": [building], "unit": ["2"], "room": ["501"],
             "geom": shapes(shapely.Point(115.0111, 30.2112))},
        )  # fmt: skip
        bulk.insert(
            session, Street,
            {"name": ["桂林路"], "street_class": ["street"],
             "geom": shapes(shapely.MultiLineString([[(115, 30.2105), (115.05, 30.2105)]]))},
        )  # fmt: skip
        bulk.insert(
            session, Site,
            {"name": ["青龙小学"], "kind": ["school"], "block_id": [block],
             "geom": shapes(shapely.Point(115.03, 30.22))},
        )  # fmt: skip
        bulk.insert(
            session, Unit, {"name": ["便民超市"], "block_id": [block], "geom": shapes(shapely.Point(115.031, 30.22))}
        )
        record(session, "import.buildings")
    yield store, {"community": community, "compound": compound, "building": building}
    store.close()


def test_everything_an_address_names_is_read(town):
    store, known = town
    gazetteer = Addresses(store).current()
    room = gazetteer.match("湖北省黄石市下陆区青龙社区桂花苑小区3栋2单元501室")
    assert room.accepted and room.level == Level.ROOM
    assert known.items() <= room.ids.items() and "household" in room.ids
    assert (room.lon, room.lat) == pytest.approx((115.0111, 30.2112))
    assert gazetteer.match("老干部院红楼").ids["building"] == known["building"]
    assert gazetteer.match("桂林路12号").level == Level.DOOR
    assert gazetteer.match("桂林路").level == Level.ROAD
    assert "site" in gazetteer.match("青龙小学").ids and "unit" in gazetteer.match("便民超市").ids
    assert gazetteer.match("青龙小学").within == "青龙社区"
    assert not gazetteer.match("武汉市桂花苑小区3栋").accepted


def test_an_area_that_has_ended_is_not_found(town):
    assert Addresses(town[0]).current().match("旧村").doubt == Doubt.UNKNOWN
    then = Addresses(town[0], now=lambda: dt.datetime(2023, 6, 1, tzinfo=dt.UTC))
    assert then.current().match("旧村").accepted


def test_it_follows_changes_of_names_and_stays_through_others(town):
    store, known = town
    addresses = Addresses(store)
    first = addresses.current()
    assert addresses.current() is first
    with store.write() as session:
        record(session, "incident.received", entity="incident")
        record(session, "import.tracks")
    assert addresses.current() is first
    with store.write() as session:
        session.add(AreaAlias(area_id=known["compound"], name="机关大院"))
        record(session, "import.areas")
    second = addresses.current()
    assert second is not first
    assert second.match("机关大院3栋").ids["building"] == known["building"]
    assert not first.match("机关大院3栋").accepted  # what was given stays as it was


def test_one_thread_makes_it_for_all(town, monkeypatch):
    from gridmap.services import addressing

    made = []
    real = addressing.columns.places
    monkeypatch.setattr(addressing.columns, "places", lambda session, day: made.append(day) or real(session, day))
    addresses, found = Addresses(town[0]), []
    threads = [threading.Thread(target=lambda: found.append(addresses.current())) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1 and len(found) == 6 and len(set(map(id, found))) == 1


def test_an_empty_project_has_an_empty_gazetteer(settings):
    store = open_project(settings, name="空", now=NOW)
    assert Addresses(store).current().match("桂花苑").doubt == Doubt.UNKNOWN
    store.close()
