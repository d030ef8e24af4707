"""Long work beside the server: asked for by a page, done by a process of its own, one job at a time.

The table `job` holds everything that must outlive a process. huey carries nothing but a knock at the door.
"""

from gridmap.services.jobs.asking import cancel, find, standing, start
from gridmap.store.jobs import JobRow

__all__ = ["JobRow", "cancel", "find", "standing", "start"]
