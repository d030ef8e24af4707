"""Reading MBTiles (https://github.com/mapbox/mbtiles-spec, 1.3): a SQLite file of tiles in Web Mercator."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from gridmap.errors import BadFile

LARGEST_TILE_BYTES = 4 << 20
AS_PICTURES = "Make it of pictures (PNG, JPEG or WebP), as `gdal_translate -of MBTiles` does."


@dataclass(frozen=True, slots=True)
class MbtilesFacts:
    """`bounds` are (west, south, east, north) in degrees, None where the file does not say."""

    min_zoom: int
    max_zoom: int
    bounds: tuple[float, float, float, float] | None
    attribution: str


def facts(path: Path) -> MbtilesFacts:
    """What the file says of itself. Raises BadFile for one that is damaged, empty or no MBTiles."""
    with _opened(path) as connection:
        told = dict(connection.execute("SELECT name, value FROM metadata"))
        low, high = connection.execute("SELECT min(zoom_level), max(zoom_level) FROM tiles").fetchone()
    if low is None:
        raise BadFile(f"{path.name} holds no tile.", "Export it again.")
    if str(told.get("format", "png")) == "pbf":
        raise BadFile(f"{path.name} holds lines and areas, no pictures.", AS_PICTURES)
    try:
        bounds = [float(part) for part in str(told["bounds"]).split(",")]
    except (KeyError, ValueError):
        bounds = []
    box = (bounds[0], bounds[1], bounds[2], bounds[3]) if len(bounds) == 4 else None
    return MbtilesFacts(int(low), int(high), box, str(told.get("attribution") or ""))


def tile(path: Path, z: int, x: int, y: int) -> bytes | None:
    """The bytes of a tile, rows counted from the north; None where there is none. Raises BadFile."""
    with _opened(path) as connection:
        row = connection.execute(
            "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?",
            (z, x, (1 << z) - 1 - y),
        ).fetchone()
    if row is None or row[0] is None:
        return None
    content = bytes(row[0])
    if len(content) > LARGEST_TILE_BYTES:
        raise BadFile(f"A tile of {path.name} is larger than 4 MB.", "Export it again, with tiles of 256 pixels.")
    return content


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    try:
        connection = sqlite3.connect(f"file:{quote(str(path))}?mode=ro&immutable=1", uri=True)
    except sqlite3.Error:
        raise BadFile(f"{path.name} cannot be opened.", "Look whether it is there and may be read.") from None
    try:
        yield connection
    except sqlite3.Error as error:
        raise BadFile(f"{path.name} is no MBTiles file, or damaged: {error}.", "Export it again.") from None
    finally:
        connection.close()
