"""Works for the tests of the desk, found by name as the real ones are."""

from __future__ import annotations

import threading
import time

from gridmap.errors import BadInput
from gridmap.services.jobs.desk import Outcome, Told
from gridmap.store.engine import Store
from gridmap.store.jobs import JobRow

BY_KIND = {name: f"{__name__}:{name}" for name in ("adds", "refuses", "breaks", "waits")}
waiting = threading.Event()


def adds(store: Store, job: JobRow, tell: Told) -> Outcome:
    tell(0.5)
    return Outcome({"sum": sum(job.parameters["numbers"]), "seed": job.seed}, seq=9)


def refuses(store: Store, job: JobRow, tell: Told) -> Outcome:
    raise BadInput("There are no grids.", "Import grids first.")


def breaks(store: Store, job: JobRow, tell: Told) -> Outcome:
    raise ZeroDivisionError


def waits(store: Store, job: JobRow, tell: Told) -> Outcome:
    waiting.set()
    while True:
        tell(0.25)
        time.sleep(0.01)
