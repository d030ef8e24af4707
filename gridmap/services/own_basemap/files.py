"""The files that may lie below the map: those an administrator of the machine has put into one folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gridmap.config import Settings
from gridmap.errors import BadFile
from gridmap.services.own_basemap import geotiff
from gridmap.store import mbtiles

SUFFIXES = {".mbtiles": mbtiles, ".tif": geotiff, ".tiff": geotiff}
# signs that a picture begins with -> its type
PICTURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"RIFF": "image/webp"}


@dataclass(frozen=True, slots=True)
class BasemapFile:
    """A file of the folder: the zooms it has, or what is wrong with it."""

    name: str
    size_bytes: int
    min_zoom: int = 0
    max_zoom: int = 0
    error: BadFile | None = None


def files_there(settings: Settings) -> list[BasemapFile]:
    """The files of the folder, by name; [] where there is no folder."""
    folder = settings.own_basemap_dir
    paths = sorted(folder.iterdir()) if folder.is_dir() else []
    return [_looked_at(path) for path in paths if path.suffix.lower() in SUFFIXES and path.is_file()]


def path_of(settings: Settings, name: str) -> Path:
    """The file of that name in the folder. Raises BadFile for any other."""
    path = settings.own_basemap_dir / name
    if not name or Path(name).name != name or path.suffix.lower() not in SUFFIXES or not path.is_file():
        raise BadFile(f"There is no file '{name}' for the base map.", "Put an .mbtiles or .tif file into its folder.")
    return path


def version_of(settings: Settings, name: str) -> str | None:
    """Names the state of a file for caches; None where it is gone."""
    try:
        stat = path_of(settings, name).stat()
    except (BadFile, OSError):
        return None
    return f"{stat.st_mtime_ns:x}-{stat.st_size:x}"


def picture_of(settings: Settings, name: str, z: int, x: int, y: int) -> tuple[bytes, str] | None:
    """A tile of the file and its type, rows counted from the north; None where it has none. Raises BadFile."""
    path = path_of(settings, name)
    content = SUFFIXES[path.suffix.lower()].tile(path, z, x, y)
    if content is None:
        return None
    kind = next((kind for sign, kind in PICTURES.items() if content.startswith(sign)), None)
    if kind is None:
        raise BadFile(f"A tile of {name} is no picture.", mbtiles.AS_PICTURES)
    return content, kind


def _looked_at(path: Path) -> BasemapFile:
    size_bytes = path.stat().st_size
    try:
        found = SUFFIXES[path.suffix.lower()].facts(path)
    except BadFile as error:
        return BasemapFile(path.name, size_bytes, error=error)
    return BasemapFile(path.name, size_bytes, found.min_zoom, found.max_zoom)
