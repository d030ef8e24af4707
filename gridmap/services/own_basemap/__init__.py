"""Pictures of the organisation's own below the map: a file on this server, or tiles on its own network."""

from gridmap.services.own_basemap.address import TileAddress, tile_address
from gridmap.services.own_basemap.chosen import OwnBasemap, own_basemap_of
from gridmap.services.own_basemap.files import BasemapFile, files_there, picture_of, version_of

__all__ = [
    "BasemapFile",
    "OwnBasemap",
    "TileAddress",
    "files_there",
    "own_basemap_of",
    "picture_of",
    "tile_address",
    "version_of",
]
