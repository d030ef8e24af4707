"""The bell that wakes the process for jobs: a huey queue in a file of its own, which holds no job."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from huey import SqliteHuey

from gridmap.config import Settings

log = logging.getLogger("gridmap.jobs")
FILE = "bell.db"


def bell(settings: Settings, on_ring: Callable[[], None] = lambda: None) -> tuple[SqliteHuey, Callable[[], Any]]:
    """The queue of this installation, and what rings it; who listens gives what is done then."""
    settings.var.mkdir(parents=True, exist_ok=True)
    queue = SqliteHuey(name="gridmap", filename=str(settings.var / FILE), results=False, fsync=False)

    def wake() -> None:
        on_ring()

    # huey names a task by the module of its function: this one's on both sides
    return queue, queue.task(name="wake")(wake)


def ring(settings: Settings) -> None:
    """Wake the process for jobs. Should that fail, the job waits a little longer: the process looks by itself, too."""
    try:
        queue, wake = bell(settings)
        wake()
        queue.storage.close()
    except Exception:
        log.exception("The process for jobs could not be woken")
