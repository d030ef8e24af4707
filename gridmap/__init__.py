"""gridmap: grid management and patrol on the map."""

__version__ = "0.1.0"
