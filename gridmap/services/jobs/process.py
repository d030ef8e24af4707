"""The process for jobs: listens to the bell, looks by itself from time to time, and makes way for the server."""

from __future__ import annotations

import datetime as dt
import logging
import signal
import threading
from collections.abc import Callable

from huey.consumer import Consumer

from gridmap.config import Settings
from gridmap.errors import StoreBroken
from gridmap.services.jobs.bell import bell
from gridmap.services.jobs.desk import Desk
from gridmap.services.project import open_project
from gridmap.store.engine import Store

log = logging.getLogger("gridmap.jobs")

# kind of job -> the function that does it
WORKS = {"gatherings": "gridmap.services.gatherings.report:make"}
LOOK_S = 3.0
LONGEST_NAP_S = 1.0


class Listener(Consumer):  # type: ignore[misc] # huey has no types
    """huey's consumer, which answers SIGTERM at once. Ctrl-C reaches the whole terminal: the supervisor answers it."""

    def _set_signal_handlers(self) -> None:
        super()._set_signal_handlers()
        for number in (signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)


def run(settings: Settings) -> None:
    """Do jobs until SIGTERM. A job in the middle goes back to the queue."""
    store = _ready_store(settings)
    desk = Desk(store, WORKS, now=lambda: dt.datetime.now(dt.UTC))
    queue, wake = bell(settings, desk.work)
    queue.flush()
    listener = Listener(queue, workers=1, periodic=False, max_delay=LONGEST_NAP_S)
    threading.Thread(target=_look, args=(desk, wake), name="look", daemon=True).start()
    log.info("The process for jobs is ready")
    listener.run()
    desk.stop()
    store.close()


def _look(desk: Desk, wake: Callable[[], object]) -> None:
    """Whatever waits without anybody having rung: left by a process that was killed, or asked for elsewhere."""
    nap = threading.Event()
    while True:
        try:
            if desk.has_work():
                wake()
        except Exception:
            log.exception("Looking for jobs failed; it is tried again")
        nap.wait(LOOK_S)


def _ready_store(settings: Settings) -> Store:
    """The project's database, once the server has made it or brought it up to date."""
    nap = threading.Event()
    while True:
        try:
            return open_project(settings, create=False)
        except StoreBroken as error:
            log.debug("The process for jobs waits: %s", error)
            nap.wait(1.0)
