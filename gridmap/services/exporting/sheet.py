"""What a file of a layer holds: its columns, and its rows chunk by chunk as plain values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

import numpy as np
import shapely

Cell = str | int | float | None


class Kind(StrEnum):
    TEXT = "text"
    WHOLE = "whole"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Part:
    """n rows: each column as n cells of its kind, None where empty; shapes object[n] in EPSG:4326, None where none."""

    columns: Mapping[str, list[Any]]
    shapes: np.ndarray

    def __len__(self) -> int:
        return len(self.shapes)


class Parts(Protocol):
    """The rows from the beginning, each time it is called, all from one state of the database."""

    def __call__(self) -> Iterator[Part]: ...


@dataclass(frozen=True, slots=True)
class Sheet:
    """A layer on its way into a file.

    `columns`: heading -> kind, in order. `shape_type`: as GeoPackage names it, "Unknown" for any. `about`: layer,
    time, plan, filter and so on, what a reader needs to know and an import does not.
    """

    layer: str
    columns: Mapping[str, Kind]
    shape_type: str
    about: Mapping[str, Any]
    parts: Parts = field(repr=False)

    @property
    def has_points_only(self) -> bool:
        return self.shape_type == "Point"

    def place_columns(self) -> dict[str, Kind]:
        """The columns by which a table without shapes says where a row is."""
        if self.has_points_only:
            return {"lon": Kind.NUMBER, "lat": Kind.NUMBER}
        return {"wkt": Kind.TEXT}

    def place_cells(self, part: Part) -> list[list[Any]]:
        """The cells of `place_columns`, column by column; numbers are read back to the last bit."""
        if self.has_points_only:
            return [_numbers(shapely.get_x(part.shapes)), _numbers(shapely.get_y(part.shapes))]
        return [shapely.to_wkt(part.shapes, rounding_precision=17).tolist()]


def _numbers(values: np.ndarray) -> list[float | None]:
    return [None if value != value else value for value in values.tolist()]
