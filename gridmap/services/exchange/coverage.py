"""Whether imported polygons cover the ground once: what overlaps refuses its row, gaps are told with their places."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gridmap.services.exchange.job import Job


def check_coverage_of(job: Job, fresh: NDArray[np.intp]) -> None:
    """Not yet."""
    del job, fresh
