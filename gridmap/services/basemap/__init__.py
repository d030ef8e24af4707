"""The base map: one PMTiles file that the page draws under and over the data, remade after imports.

Everything in it comes from the project's own layers, so a real district is not bare and nothing is fetched from
outside. Grids, incidents and heat are not in it: they change.
"""

from __future__ import annotations

from pathlib import Path

from gridmap.services.basemap.layers import Progress, layers_of, read
from gridmap.services.basemap.tiling import write_pmtiles
from gridmap.store.engine import Store

__all__ = ["FILE_NAME", "build"]

FILE_NAME = "basemap.pmtiles"


def build(store: Store, folder: Path, *, on_progress: Progress | None = None) -> Path | None:
    """Writes `folder`/basemap.pmtiles from ground, streets, buildings, areas, blocks and sites -> its path.

    The file is complete before it takes the old one's place, so a reader has the old or the new one. Without any
    shape to draw the old file is removed and None is returned. `on_progress` is told (label, done, total).
    Raises GridmapError when tippecanoe fails.
    """
    tell = on_progress or _silent
    tell("base map: read", 0, 3)
    with store.read() as session:
        ground = read(session)
    tell("base map: lay out", 1, 3)
    features = layers_of(ground)
    target = folder / FILE_NAME
    if not any(len(layer) for layer in features):
        target.unlink(missing_ok=True)
        tell("base map", 3, 3)
        return None
    tell("base map: tiles", 2, 3)
    write_pmtiles(features, target, attribution=ground.attribution)
    tell("base map", 3, 3)
    return target


def _silent(label: str, done: int, total: int) -> None:
    """Nobody wants to know."""
