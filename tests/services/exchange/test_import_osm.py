"""OpenStreetMap extracts: each layer gets what belongs to it, from XML and from PBF alike."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
import shapely

from gridmap.errors import BadFile
from gridmap.services.exchange.files import Format, open_source
from gridmap.services.exchange.osm import WANTED
from gridmap.services.exchange.reading import ReadOptions, read_stream
from gridmap.services.exchange.table import Table
from tests.services.exchange.osm_fixture import XML, as_pbf


@pytest.fixture(params=["in.osm", "in.osm.pbf", "in.osm.gz"])
def extract(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    name = str(request.param)
    content = as_pbf(XML) if name.endswith("pbf") else XML.encode()
    path = tmp_path / name
    path.write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    return path


def whole(path: Path, target: str) -> Table:
    return read_stream(open_source(path), ReadOptions(target=target)).first


def row(table: Table, index: int = 0) -> dict[str, object]:
    return {heading: cells[index] for heading, cells in table.columns.items() if cells[index] is not None}


def test_streets(extract: Path) -> None:
    table = whole(extract, "streets")
    assert row(table) == {
        "code": "way/10", "name": "杭州西路", "class": "primary", "other_tags": '"highway"=>"primary","lanes"=>"4"'
    }  # fmt: skip
    assert table.n == 1
    assert "1 features of other kinds are left out (lines)." in table.notes  # one under construction
    assert "OpenStreetMap contributors" in table.notes[0]
    assert table.crs == "EPSG:4326"


def test_buildings_with_their_address(extract: Path) -> None:
    table = whole(extract, "buildings")
    assert table.n == 1
    found = row(table)
    assert (found["code"], found["kind"], found["floors"]) == ("way/12", "apartments", "6")
    assert (found["street_name"], found["door_number"]) == ("杭州西路", "8号")
    assert table.shapes is not None
    assert table.shapes[0].equals(shapely.box(114.90, 30.10, 114.91, 30.11))


def test_ground_is_what_parts_the_land(extract: Path) -> None:
    table = whole(extract, "ground")
    pairs = dict(zip(table.columns["code"], table.columns["kind"], strict=True))
    assert pairs == {"way/13": "water", "way/14": "railway", "way/17": "wall", "way/16": "green"}  # no tunnel
    assert {shape.geom_type for shape in table.shapes} == {"LineString", "MultiPolygon"}  # type: ignore[union-attr]


def test_sites_need_a_name(extract: Path) -> None:
    table = whole(extract, "sites")
    assert row(table)["name"] == "团城山小学"
    assert row(table)["kind"] == "school"
    assert '"wheelchair"=>"yes"' in str(row(table)["other_tags"])
    assert table.n == 1
    assert "1 features without a name are left out (points)." in table.notes


def test_areas_are_administrative_boundaries(extract: Path) -> None:
    table = whole(extract, "areas")
    assert (row(table)["code"], row(table)["name"], row(table)["level"]) == ("relation/20", "团城山街道", "street")


BEYOND = """<way id="30" version="1"><nd ref="1"/><nd ref="99"/><tag k="highway" v="primary"/></way>
<way id="31" version="1"><nd ref="1"/><nd ref="2"/><nd ref="98"/><tag k="highway" v="primary"/></way>
<way id="32" version="1"><nd ref="98"/><nd ref="99"/><tag k="waterway" v="river"/></way>
<relation id="20\""""


def beyond(folder: Path, name: str, xml: str) -> Path:
    path = folder / name
    path.write_bytes(as_pbf(xml) if name.endswith("pbf") else xml.encode())
    return path


@pytest.mark.parametrize("name", ["in.osm", "in.osm.pbf"])
def test_ways_that_go_beyond_the_extract_are_told(tmp_path: Path, name: str) -> None:
    path = beyond(tmp_path, name, XML.replace('<relation id="20"', BEYOND))
    streets = whole(path, "streets")
    assert streets.columns["code"].tolist() == ["way/10", "way/31"]
    (note,) = [note for note in streets.notes if "outside the extract" in note]
    assert note.startswith("1 ways lie outside the extract but for one node or less: they are not read.")
    assert note.endswith("1 ways lie partly outside the extract: they end where its nodes end.")
    assert "1 ways lie outside the extract" in " ".join(whole(path, "ground").notes)
    assert "outside the extract" not in " ".join(whole(path, "buildings").notes)


def test_an_extract_without_one_whole_way_says_why(tmp_path: Path) -> None:
    only = XML.replace('k="highway" v="primary"', 'k="x" v="y"').replace('<relation id="20"', BEYOND)
    path = beyond(tmp_path, "in.osm.pbf", only.replace('<nd ref="2"/><nd ref="98"/>', '<nd ref="98"/>'))
    with pytest.raises(BadFile, match="no streets whose nodes are in it: 2 ways have none or one"):
        whole(path, "streets")


def test_layers_it_has_nothing_for(extract: Path) -> None:
    with pytest.raises(BadFile, match="nothing for incidents") as caught:
        whole(extract, "incidents")
    assert all(layer in caught.value.hint for layer in WANTED)


def test_extracts_that_cannot_be_used(tmp_path: Path) -> None:
    path = tmp_path / "in.osm"
    path.write_text('<osm version="0.6"><node id="1" lat="1" lon="1"/></osm>', encoding="utf-8")
    with pytest.raises(BadFile, match="holds no streets"):
        whole(path, "streets")
    path = tmp_path / "cut.osm.pbf"
    path.write_bytes(as_pbf(XML)[:-40])
    assert open_source(path).format is Format.OSM_PBF
    with pytest.raises(BadFile, match="cannot be read as OpenStreetMap PBF"):
        whole(path, "streets")


def test_floors_that_are_no_whole_number_stay_a_tag(tmp_path: Path) -> None:
    path = tmp_path / "in.osm"
    path.write_text(XML.replace('k="building:levels" v="6"', 'k="building:levels" v="6;7"'), encoding="utf-8")
    found = row(whole(path, "buildings"))
    assert "floors" not in found
    assert '"building:levels"=>"6;7"' in str(found["other_tags"])
