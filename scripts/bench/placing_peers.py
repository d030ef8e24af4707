"""The peers of placing: each makes ready what can be made ready, and gives the work that is timed.

All of them answer "which polygon intersects this point", a point on a border twice; that is less than gridmap answers.
A peer that is not installed or does not start says why.
"""

from __future__ import annotations

import importlib.util
import io
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import psycopg
import pyarrow as pa
import shapely

ROOT = Path(__file__).resolve().parents[2]
Work = Callable[[], object]


class CannotRun(Exception):
    """Why a peer is missing from the table."""


@dataclass(frozen=True)
class Task:
    """n points and the polygons (no empty ones) they are placed in."""

    x: np.ndarray
    y: np.ndarray
    polygons: np.ndarray
    threads: int

    @property
    def points(self) -> geopandas.GeoDataFrame:
        return geopandas.GeoDataFrame({"i": np.arange(len(self.x))}, geometry=shapely.points(self.x, self.y))

    @property
    def grids(self) -> geopandas.GeoDataFrame:
        return geopandas.GeoDataFrame({"id": np.arange(len(self.polygons))}, geometry=self.polygons)


@contextmanager
def sjoin(task: Task) -> Iterator[Work]:
    points, grids = task.points, task.grids
    yield lambda: geopandas.sjoin(points, grids, predicate="intersects")


@contextmanager
def strtree(task: Task) -> Iterator[Work]:
    tree, points = shapely.STRtree(task.polygons), shapely.points(task.x, task.y)
    yield lambda: tree.query(points, predicate="intersects")


@contextmanager
def duckdb_spatial(task: Task) -> Iterator[Work]:
    try:
        import duckdb
    except ImportError:
        raise CannotRun("duckdb is not installed") from None
    with duckdb.connect() as db:
        db.execute(f"SET threads = {task.threads}")
        try:
            db.execute(f"LOAD {_spatial_extension()}")
        except duckdb.Error as error:
            why = str(error).splitlines()[0]
            raise CannotRun(f"no spatial extension for DuckDB {duckdb.__version__}: {why}") from None
        db.register("p", pa.table({"x": task.x, "y": task.y}))
        db.register("g", pa.table({"id": np.arange(len(task.polygons)), "wkb": shapely.to_wkb(task.polygons)}))
        db.execute("CREATE TABLE points AS SELECT ST_Point(x, y) AS geom FROM p")
        db.execute("CREATE TABLE grids AS SELECT id, ST_GeomFromWKB(wkb) AS geom FROM g")
        query = "SELECT count(*), sum(id) FROM points JOIN grids ON ST_Intersects(grids.geom, points.geom)"
        yield lambda: db.execute(query).fetchall()


def _spatial_extension() -> str:
    """What to LOAD: the file of the package duckdb-extension-spatial where there is one, else the one installed."""
    found = importlib.util.find_spec("duckdb_extension_spatial")
    folders = found.submodule_search_locations if found else None
    files = [file for folder in folders or [] for file in Path(folder).rglob("spatial.duckdb_extension")]
    return f"'{files[0]}'" if files else "spatial"


@contextmanager
def sedona(task: Task) -> Iterator[Work]:
    try:
        import sedonadb
    except ImportError:
        raise CannotRun("sedonadb is not installed") from None
    db = sedonadb.connect()
    db.create_data_frame(task.points).to_view("points", overwrite=True)
    db.create_data_frame(task.grids).to_view("grids", overwrite=True)
    query = (
        "SELECT count(*) AS n, sum(grids.id) AS s FROM points "
        "JOIN grids ON ST_Intersects(grids.geometry, points.geometry)"
    )
    yield lambda: pa.table(db.sql(query))


@contextmanager
def postgis(task: Task) -> Iterator[Work]:
    sys.path.insert(0, str(ROOT))
    from tests import postgres_cluster

    with tempfile.TemporaryDirectory(prefix="gridmap-bench-") as folder:
        Path(folder).chmod(0o755)  # the server runs as another user
        try:
            address = postgres_cluster.start(Path(folder) / "pg")
        except SystemExit as reason:
            raise CannotRun(" ".join(str(reason).split())) from None
        try:
            with psycopg.connect(address, autocommit=True) as connection:
                yield _postgis_join(connection, task)
        finally:
            postgres_cluster.stop(Path(folder) / "pg")


def _postgis_join(connection: psycopg.Connection, task: Task) -> Work:
    try:
        connection.execute("CREATE EXTENSION postgis")
    except psycopg.Error as error:
        raise CannotRun(f"no PostGIS: {error}") from None
    connection.execute("CREATE TABLE raw (x float8, y float8)")
    connection.execute("CREATE TABLE grids (id int, geom geometry(Geometry, 32650))")
    rows = io.StringIO()
    pd.DataFrame({"x": task.x, "y": task.y}).to_csv(rows, index=False, header=False)
    with connection.cursor() as cursor:
        with cursor.copy("COPY raw FROM STDIN (FORMAT csv)") as copy:
            copy.write(rows.getvalue())
        with cursor.copy("COPY grids FROM STDIN") as copy:
            for number, wkb in enumerate(
                shapely.to_wkb(shapely.set_srid(task.polygons, 32650), hex=True, include_srid=True)
            ):
                copy.write_row((number, wkb))
    connection.execute("CREATE TABLE points AS SELECT ST_SetSRID(ST_MakePoint(x, y), 32650) AS geom FROM raw")
    connection.execute("CREATE INDEX ON grids USING gist (geom)")
    connection.execute(f"SET max_parallel_workers_per_gather = {task.threads}")
    connection.execute("SET parallel_setup_cost = 0")
    connection.execute("SET parallel_tuple_cost = 0")
    connection.execute("VACUUM ANALYZE points")
    connection.execute("VACUUM ANALYZE grids")
    query = "SELECT count(*), sum(id) FROM points JOIN grids ON ST_Intersects(grids.geom, points.geom)"
    return lambda: connection.execute(query).fetchall()


PEERS: dict[str, Callable[[Task], AbstractContextManager[Work]]] = {
    "geopandas.sjoin": sjoin,
    "shapely STRtree": strtree,
    "DuckDB spatial": duckdb_spatial,
    "sedonadb": sedona,
    "PostGIS": postgis,
}
