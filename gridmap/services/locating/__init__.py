"""Placing files of any size: two columns more, in constant memory, on one machine or on many.

`locate_file` is the door. A CSV or Parquet file goes through in batches (`delimited`, `parquet`); a folder of Parquet
files one by one, or spread over the workers of a Dask cluster (`folder`). All of them ask the same `Places` about the
same `Coordinates`, so the answers are the same.
"""

from gridmap.services.locating.coordinates import Wanted
from gridmap.services.locating.counts import Counts
from gridmap.services.locating.files import Located, locate_file
from gridmap.services.locating.places import Places, places_of_plan, places_of_polygons

__all__ = ["Counts", "Located", "Places", "Wanted", "locate_file", "places_of_plan", "places_of_polygons"]
