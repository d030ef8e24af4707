"""Real data through the whole read side: what was imported unedited is on the map, counted as by hand."""

from __future__ import annotations

import io
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from PIL import Image

from gridmap.config import Settings
from gridmap.services.exchange import import_file
from gridmap.services.project import open_project
from tests.services.test_situation_heat import tile_and_pixel
from web.app import create_app


def by_brute_force(folder: Path) -> tuple[dict[str, int], int]:
    """Reports by ward code (the lowest code on a border), and those in no ward."""
    wards = gpd.read_file(folder / "incidents" / "northumbria_wards.gpkg").to_crs(4326).sort_values("ward_code")
    table = pd.read_csv(folder / "incidents" / "northumbria_asb.tab", sep="\t")
    points = shapely.points(table["longitude"], table["latitude"])
    found = np.full(len(points), -1)
    for ordinal, ward in reversed(list(enumerate(wards.geometry))):
        shapely.prepare(ward)
        found[shapely.intersects(ward, points)] = ordinal
    counted = pd.Series(wards["ward_code"].to_numpy()[found[found >= 0]]).value_counts()
    return counted.to_dict(), int((found < 0).sum())


@pytest.mark.timeout(300)
def test_a_year_of_police_reports_by_ward(settings: Settings, sample_data: Path) -> None:
    open_project(settings, time_zone="Europe/London").close()
    store = open_project(settings)
    incidents = sample_data / "incidents"
    import_file(store, settings, "grids", incidents / "northumbria_wards.gpkg", with_basemap=False)
    client = create_app(settings, warm_up=False).test_client()
    assert client.get("/api/v1/situation").json["counts"]["incidents"] == 0
    import_file(store, settings, "incidents", incidents / "northumbria_asb.tab", with_basemap=False)
    store.close()

    situation = client.get("/api/v1/situation").json
    assert (situation["counts"]["incidents"], situation["counts"]["outside"]) == (39_706, 2)
    assert situation["period"]["recent"] is False
    first = client.get("/api/v1/counts").json
    assert first["total"] == first["month_rows"] > 3_000  # the default period is a whole month: nothing is cut off

    always = f"from={situation['first_on']}&to={situation['last_on']}"
    counts = client.get(f"/api/v1/counts?{always}").json
    by_ward, outside = by_brute_force(sample_data)
    assert counts["by_grid"] == by_ward
    assert (counts["outside"], counts["total"]) == (outside, 39_706)

    months = client.get("/api/v1/timeline").json["months"]
    assert sum(month["count"] for month in months) == 39_706
    assert not any(client.get("/api/v1/timeline").json["daily"])  # nobody knows a day: none has a first of the month
    patterns = client.get(f"/api/v1/patterns?{always}").json
    assert not any(patterns["hours"]) and (patterns["month_rows"], patterns["total"]) == (39_706, 39_706)
    at_midnight = client.get(f"/api/v1/counts?{always}&hours=1.0,2.0,3.0,4.0,5.0,6.0,7.0").json
    assert (at_midnight["total"], at_midnight["month_rows"]) == (0, 39_706)
    assert client.get("/").status_code == 200
    x, y, row, col = tile_and_pixel(-1.6143, 54.9712, 12)  # the middle of Newcastle
    tile = client.get(f"/tiles/heat/12/{x}/{y}.png?{always}")
    assert np.asarray(Image.open(io.BytesIO(tile.data)).convert("RGBA"))[row, col, 3] > 200
