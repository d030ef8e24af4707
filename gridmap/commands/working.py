"""The process for jobs that `gridmap serve` keeps: `python -m gridmap.commands.working PARENT`."""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import sys
from logging.handlers import WatchedFileHandler

from gridmap.config import Settings, load

PR_SET_PDEATHSIG = 1  # linux/prctl.h
NICENESS = 15  # who looks at the map goes first
FORMAT = "%(asctime)s %(process)d %(levelname)s %(name)s %(message)s"


def main(parent: int) -> None:
    """Work until SIGTERM, which the kernel sends should the supervisor be killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it ended before it could be followed
        return
    os.nice(NICENESS)  # before anything heavy is loaded
    settings = load()
    log_to_file(settings)
    from gridmap.services.jobs.process import run

    run(settings)


def log_to_file(settings: Settings) -> None:
    """Into the server's own log, which that process keeps short."""
    settings.log_file.parent.mkdir(parents=True, exist_ok=True)
    handler = WatchedFileHandler(settings.log_file, encoding="utf-8")
    handler.setFormatter(logging.Formatter(FORMAT))
    for name, level in (("gridmap", settings.log_level), ("huey", "WARNING")):
        logging.getLogger(name).addHandler(handler)
        logging.getLogger(name).setLevel(level)


if __name__ == "__main__":
    main(int(sys.argv[1]))
