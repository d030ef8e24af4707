"""A small place to import into: a project on a fresh database, and maps drawn as letters."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import shapely
import sqlalchemy as sa

from gridmap.config import Settings
from gridmap.services import project
from gridmap.services.exchange import Report, import_file
from gridmap.store import audit
from gridmap.store.engine import Store

NOW = dt.datetime(2024, 7, 1, 4, 0, tzinfo=dt.UTC)
WEST, NORTH = 114.96, 30.20  # the upper left corner of every drawn map
CELL_DEG = 0.01  # about a kilometre


@dataclass(frozen=True)
class Bench:
    """A project to import into. `run` is `import_file` with the clock stopped and no base map."""

    store: Store
    settings: Settings
    folder: Path

    def run(self, layer: str, path: Path, **options: Any) -> Report:
        options = {"now": NOW, "with_basemap": False, **options}
        return import_file(self.store, self.settings, layer, path, **options)

    def csv(self, text: str, name: str = "in.csv") -> Path:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def geojson(
        self, rows: Sequence[tuple[Mapping[str, Any], shapely.Geometry | None]], name: str = "in.geojson"
    ) -> Path:
        features = [
            {
                "type": "Feature",
                "properties": dict(properties),
                "geometry": None if shape is None else json.loads(shapely.to_geojson(shape)),
            }
            for properties, shape in rows
        ]
        path = self.folder / name
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
        return path

    def drawing(self, *lines: str, name: str = "in.geojson", **more: Any) -> Path:
        """Polygons drawn as letters, a cell each; the letter is the code."""
        letters = sorted({letter for line in lines for letter in line if letter.isalpha()})
        return self.geojson([({"code": letter, **more}, shape_of(letter, lines)) for letter in letters], name)

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with self.store.read() as session:
            return [tuple(row) for row in session.execute(sa.text(statement))]

    def one(self, statement: str) -> Any:
        return self.rows(statement)[0][0]

    def chain_is_whole(self) -> bool:
        with self.store.read() as session:
            return audit.verify(session) == []


def cell(column: int, row: int) -> shapely.Polygon:
    (west, north), (east, south) = at(column, row), at(column + 1, row + 1)
    return shapely.box(west, south, east, north)


def shape_of(letter: str, lines: Sequence[str]) -> shapely.Geometry:
    cells = [
        cell(c, r) for r, line in enumerate(lines) for c, sign in enumerate(line.replace(" ", "")) if sign == letter
    ]
    return shapely.coverage_union_all(cells)


def at(column: float, row: float) -> tuple[float, float]:
    """lon, lat of a place in a drawn map; (0.5, 0.5) is the middle of its first cell."""
    return round(WEST + column * CELL_DEG, 7), round(NORTH - row * CELL_DEG, 7)


@pytest.fixture
def bench(store: Store, settings: Settings, tmp_path: Path) -> Bench:
    project.prepare(store, now=NOW)
    return Bench(store, settings, tmp_path)


@pytest.fixture
def place() -> Any:
    return at


@pytest.fixture
def square() -> Any:
    return cell
