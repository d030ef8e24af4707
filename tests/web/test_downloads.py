"""What the map shows, taken away: each file holds just the selection, and says so."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pyogrio
import pytest
import python_calamine
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from gridmap.services.reporting.coloured import SCALES

MAY = "from=2024-05-01&to=2024-05-31"


def rows_of(body: bytes) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """A CSV download -> what it says about itself, and its rows."""
    about, _, table = body.decode("utf-8-sig").partition("\r\n")
    return json.loads(about.removeprefix("# gridmap export ")), list(csv.DictReader(io.StringIO(table)))


@pytest.mark.parametrize("words", [MAY, f"{MAY}&kinds=order", f"{MAY}&grid=G1", f"{MAY}&area=0101&kinds=help"])
def test_incidents_are_those_that_are_counted(client: FlaskClient, words: str) -> None:
    counts = client.get(f"/api/v1/counts?{words}").get_json()
    answer = client.get(f"/api/v1/downloads/incidents.csv?{words}")
    assert answer.status_code == 200, answer.get_json()
    about, rows = rows_of(answer.data)
    assert len(rows) == counts["total"] > 0
    assert about["filter"]["from"] == "2024-05-01" and about["plan"]["uid"]
    assert "filename=gridmap-incidents-2024-05-01-2024-05-31.csv" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_every_table_form_can_be_opened(client: FlaskClient, tmp_path: Path) -> None:
    bodies = {}
    for what in ("incidents", "grids"):
        for form in ("gpkg", "geojson", "xlsx"):
            answer = client.get(f"/api/v1/downloads/{what}.{form}?{MAY}")
            assert answer.status_code == 200
            path = tmp_path / f"{what}.{form}"
            path.write_bytes(answer.data)
            bodies[path.name] = path
    features = {name: pyogrio.read_info(path)["features"] for name, path in bodies.items() if path.suffix != ".xlsx"}
    total = client.get(f"/api/v1/counts?{MAY}").get_json()["total"]
    assert features == {"incidents.gpkg": total, "incidents.geojson": total, "grids.gpkg": 2, "grids.geojson": 2}
    book = python_calamine.CalamineWorkbook.from_path(bodies["grids.xlsx"])
    assert "grid_figures" in book.sheet_names


def test_figures_of_grids_are_those_of_the_map(client: FlaskClient) -> None:
    about, rows = rows_of(client.get(f"/api/v1/downloads/grids.csv?{MAY}").data)
    counts = client.get(f"/api/v1/counts?{MAY}").get_json()["by_grid"]
    rates = client.get(f"/api/v1/choropleth?{MAY}&by=rate").get_json()["values"]
    assert about["layer"] == "grid_figures"
    assert {row["code"]: int(row["incidents"]) for row in rows} == {"G1": counts["G1"], "G2": counts["G2"]}
    for row in rows:
        value = rates[row["code"]]["value"]
        assert row["rate_smoothed"] == ("" if value is None else str(value))
    assert {row["change_more_than_chance"] for row in rows} <= {"", "yes", "no"}


def test_maps_are_whole_files(client: FlaskClient) -> None:
    page = client.get(f"/api/v1/downloads/map.html?{MAY}&hours=2.0-23&grid=G1&lang=en")
    assert page.status_code == 422  # an unknown word is refused
    page = client.get(f"/api/v1/downloads/map.html?{MAY}&hours=2.0-23&grid=G1")
    text = page.get_data(as_text=True)
    assert "周二" in text and "青龙一网格" in text and "网格方案" in text
    picture = client.get(f"/api/v1/downloads/map.png?{MAY}&bw=200")
    assert Image.open(io.BytesIO(picture.data)).width >= 1100


def test_a_page_shows_the_grids_in_the_colours_of_the_map(client: FlaskClient) -> None:
    found = client.get(f"/api/v1/choropleth?{MAY}&by=rate").get_json()
    text = client.get(f"/api/v1/downloads/map.html?{MAY}&by=rate").get_data(as_text=True)
    assert "各网格每百户事件数" in text and "无数据" in text and "核带宽" not in text
    assert f"≥ {found['breaks'][-1]:g}" in text
    for value in found["values"].values():
        if value["class"] is not None:
            assert f'"fill": "{SCALES["classes"][value["class"]]}"' in text
    without = [code for code, value in found["values"].items() if value["class"] is None]
    assert text.count('"fill": null') == len(without)
    assert ('fillColor: "url(#no-data)"' in text) == bool(without)
    assert 'class="hatched"' in text
    heat = client.get(f"/api/v1/downloads/map.html?{MAY}").get_data(as_text=True)
    assert text.count("data:image/png") == heat.count("data:image/png") - 1  # no heat over the colours
    refused = client.get(f"/api/v1/downloads/map.png?{MAY}&by=rate")
    assert refused.status_code == 422 and refused.get_json()["error"]["hint"]


def test_a_page_tells_what_is_left_out_and_how_few_days_are_scaled(client: FlaskClient) -> None:
    broken = "from=2024-05-02&to=2024-05-31"
    for by in ("", "&by=count", "&by=rate"):
        text = client.get(f"/api/v1/downloads/map.html?{broken}{by}").get_data(as_text=True)
        assert "另有 4 起只知月份" in text
        assert "另有" not in client.get(f"/api/v1/downloads/map.html?{MAY}{by}").get_data(as_text=True)
    day = "from=2024-05-21&to=2024-05-21&kinds=help"
    client.set_cookie("lang", "en")
    text = client.get(f"/api/v1/downloads/map.html?{day}").get_data(as_text=True)
    assert "21 May 2024 to 21 May 2024" in text
    assert "Scaled from 1 to 30 days: 1 incident counts as 30" in text and "no hot spot" in text
    legend = client.get("/api/v1/legend?days=1&kinds=help").get_json()
    assert legend["widened"] and f"{legend['max']:g}+</li>" in text


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("incidents.csv?from=2020-01-01&to=2020-01-31", 404),  # nothing in it
        (f"incidents.csv?{MAY}&hours=2.0-23", 404),  # none of them has a time of day
        ("incidents.exe", 404),
        ("grids.csv?plan=0192", 404),
        ("incidents.csv?grid=NOPE", 404),
        ("incidents.csv?from=yesterday", 422),
    ],
)
def test_what_cannot_be_made_is_refused_in_words(client: FlaskClient, address: str, status: int) -> None:
    answer = client.get(f"/api/v1/downloads/{address}")
    assert answer.status_code == status
    error = answer.get_json()["error"]
    assert error["message"] and error["hint"]


def test_no_file_is_left_behind(app: Flask, client: FlaskClient) -> None:
    folder = app.extensions["gridmap"].settings.var
    client.get(f"/api/v1/downloads/incidents.csv?{MAY}")
    client.get("/api/v1/downloads/incidents.csv?grid=NOPE")
    assert list(folder.glob("download-*")) == []
