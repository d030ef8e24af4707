"""SpatiaLite and the Python packages bring PROJ and GEOS of different versions into one process: each keeps its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

SHOW = """
import pyogrio, pyproj, rasterio, shapely
print(pyproj.proj_version_str, shapely.geos_version_string, pyogrio.__gdal_version_string__, rasterio.__gdal_version__)
print(pyproj.Transformer.from_crs(4326, 27700, always_xy=True).transform(-1.6, 54.9))
print(shapely.Point(1, 2).buffer(1).area)
"""
OPEN = """
from gridmap.store.engine import open_store
with open_store("sqlite:///{path}").read() as session:
    pass
"""


def output_of(script: str) -> str:
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("order", ["before", "after"])
def test_packages_imported_around_spatialite_use_what_they_brought(order: str, tmp_path: object) -> None:
    alone = output_of(SHOW)
    opening = OPEN.format(path=f"{tmp_path}/x.db")
    assert output_of(opening + SHOW if order == "after" else SHOW + opening) == alone
