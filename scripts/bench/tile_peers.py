"""One tile of a ready surface, drawn by gridmap and by others: the same values, the same palette, a PNG.

Every peer gets the surface in the form it likes best, made beforehand. Each is asked in its own way first; then, to see
how much of that is drawing, with our palette and Pillow behind its reading.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from gridmap.geo.palettes import LEVELS, classify, heat_palette, palette_png
from gridmap.geo.projection import MERCATOR_HALF_M
from gridmap.geo.tiles import TILE_PX, Surface, tile_values

Draw = Callable[[int, int, int], bytes]


@dataclass(frozen=True, slots=True)
class Canvas:
    """A surface, where its scale ends, and a folder for files."""

    heat: Surface
    top: float
    folder: Path

    def peers(self) -> dict[str, Draw]:
        """Our tile first, then every peer's."""
        return {
            "gridmap": self.ours,
            "rio-tiler: open, tile, render": self._rio_tiler(),
            "rio-tiler kept open + our palette": self._rio_tiler_read(),
            "datashader: raster, shade, PNG": self._datashader(),
            "datashader raster + our palette": self._datashader_read(),
        }

    def ours(self, z: int, x: int, y: int) -> bytes:
        return palette_png(classify(tile_values(self.heat, z, x, y), self.top), heat_palette("light"))

    def _rio_tiler(self) -> Draw:
        """As its documentation draws a tile, file opened each time: reader, rescale to a byte, colour map, PNG."""
        from rio_tiler.io import Reader

        file = self._geotiff()
        colours = {entry: tuple(int(part) for part in rgba) for entry, rgba in enumerate(heat_palette("light"))}

        def draw(z: int, x: int, y: int) -> bytes:
            with Reader(str(file)) as source:
                image = source.tile(x, y, z, tilesize=TILE_PX, resampling_method="bilinear")
            image.rescale(in_range=((0, self.top),))
            return image.render(img_format="PNG", colormap=colours, zlevel=1)

        return draw

    def _rio_tiler_read(self) -> Draw:
        from rio_tiler.io import Reader

        source = Reader(str(self._geotiff()))

        def draw(z: int, x: int, y: int) -> bytes:
            image = source.tile(x, y, z, tilesize=TILE_PX, resampling_method="bilinear")
            return self._palette_png(np.asarray(image.array[0].filled(0.0)))

        return draw

    def _datashader(self) -> Draw:
        """Its own shading knows one opacity for all: the picture is opaque, which spares it work."""
        import datashader.transfer_functions as tf

        colours = ["#{:02x}{:02x}{:02x}".format(*rgba[:3]) for rgba in heat_palette("light")[1:]]
        raster = self._datashader_raster()

        def draw(z: int, x: int, y: int) -> bytes:
            picture = tf.shade(raster(z, x, y), cmap=colours, how="linear", span=(0, self.top)).to_pil()
            out = io.BytesIO()
            picture.save(out, "PNG", compress_level=1)
            return out.getvalue()

        return draw

    def _datashader_read(self) -> Draw:
        raster = self._datashader_raster()
        return lambda z, x, y: self._palette_png(np.nan_to_num(raster(z, x, y).values[::-1]).astype(np.float32))

    def _datashader_raster(self) -> Callable[[int, int, int], object]:
        import datashader as ds
        import xarray as xr

        nodes = self.heat.lattice.nodes
        at_y, at_x = nodes.y0 + np.arange(nodes.rows) * nodes.step_y, nodes.x0 + np.arange(nodes.cols) * nodes.step_x
        surface = xr.DataArray(self.heat.values[::-1], coords={"y": at_y[::-1], "x": at_x}, dims=("y", "x"))

        def raster(z: int, x: int, y: int) -> object:
            side = 2 * MERCATOR_HALF_M / 2**z
            west, north = x * side - MERCATOR_HALF_M, MERCATOR_HALF_M - y * side
            canvas = ds.Canvas(TILE_PX, TILE_PX, x_range=(west, west + side), y_range=(north - side, north))
            return canvas.raster(surface, interpolate="linear")

        return raster

    def _geotiff(self) -> Path:
        """The surface as rio-tiler likes it: in Web Mercator, in blocks, with overviews."""
        import rasterio
        from rasterio.enums import Resampling
        from rasterio.transform import from_origin

        file = self.folder / "surface.tif"
        nodes, cell = self.heat.lattice.nodes, self.heat.lattice.cell
        profile = {"driver": "GTiff", "dtype": "float32", "count": 1, "width": nodes.cols, "height": nodes.rows}
        place = from_origin(nodes.x0 - cell / 2, nodes.y0 + cell / 2, cell, cell)
        blocks = {"tiled": True, "blockxsize": 256, "blockysize": 256}
        with rasterio.open(file, "w", **profile, crs="EPSG:3857", transform=place, **blocks) as target:
            target.write(self.heat.values, 1)
            target.build_overviews([2, 4, 8], Resampling.average)
        return file

    def _palette_png(self, values: np.ndarray) -> bytes:
        palette = heat_palette("light")
        picture = Image.fromarray(classify(values, self.top))
        picture.putpalette(palette[:, :3].tobytes())
        out = io.BytesIO()
        picture.save(out, "PNG", compress_level=1, transparency=palette[:, 3].tobytes())
        return out.getvalue()


def alike(png: bytes, other: bytes) -> float:
    """The share of pixels whose colours differ by two palette entries at most (opacity left aside)."""
    one, two = (np.asarray(Image.open(io.BytesIO(data)).convert("RGBA")).astype(int) for data in (png, other))
    shown = (one[..., 3] > 0) & (two[..., 3] > 0)
    near = np.abs(one[..., :3] - two[..., :3]).max(axis=-1) <= 2 * 256 / LEVELS * 4
    return float(np.mean(near[shown])) if shown.any() else 1.0
