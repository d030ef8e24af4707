"""The log file: one line a request with the address it came from, errors with their traces, no query strings.

A query may hold what a person typed; it is never written. Behind a trusted proxy the address is the one it tells.
"""

from __future__ import annotations

import fcntl
import logging
import time
from logging.handlers import WatchedFileHandler
from pathlib import Path

from flask import Flask, Response, g, request

from gridmap.config import Settings
from gridmap.errors import BadSettings

MAX_LOG_BYTES = 10 << 20
FORMAT = "%(asctime)s %(process)d %(levelname)s %(name)s %(message)s"

requests_log = logging.getLogger("gridmap.requests")


class SharedLogFile(WatchedFileHandler):
    """A file several processes append to; the one that finds it too long moves it to `.1`, the others follow."""

    def emit(self, record: logging.LogRecord) -> None:
        super().emit(record)
        try:
            if self.stream.tell() > MAX_LOG_BYTES:
                self._move_away(Path(self.baseFilename))
        except OSError:
            self.handleError(record)

    @staticmethod
    def _move_away(path: Path) -> None:
        with path.open("rb") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            if path.stat().st_size > MAX_LOG_BYTES:  # else another process was first
                path.replace(path.with_name(path.name + ".1"))


def init_log(app: Flask, settings: Settings) -> None:
    """Sends gridmap's log to `settings.log_file`; a second application in this process takes the log over.

    Raises BadSettings for a level that is none, or a folder that cannot be written.
    """
    if settings.log_level not in logging.getLevelNamesMapping():
        raise BadSettings(f"GRIDMAP_LOG_LEVEL is '{settings.log_level}'.", "Use DEBUG, INFO, WARNING or ERROR.")
    try:
        settings.log_file.parent.mkdir(parents=True, exist_ok=True)
        handler = SharedLogFile(settings.log_file, encoding="utf-8")
    except OSError as error:
        raise BadSettings(
            f"The log {settings.log_file} cannot be written: {error.strerror}.", "Set GRIDMAP_VAR to a folder of yours."
        ) from None
    root = logging.getLogger("gridmap")
    for old in [handler for handler in root.handlers if isinstance(handler, SharedLogFile)]:
        root.removeHandler(old)
        old.close()
    handler.setFormatter(logging.Formatter(FORMAT))
    root.addHandler(handler)
    root.setLevel(settings.log_level)
    app.before_request(_start)
    app.after_request(_write)


def _start() -> None:
    g.started_s = time.perf_counter()


def _write(response: Response) -> Response:
    started_s = g.get("started_s", time.perf_counter())
    took_ms = 1000 * (time.perf_counter() - started_s)
    size = response.content_length if response.content_length is not None else "-"
    path = request.path.encode("unicode_escape").decode("ascii")  # a line feed in an address must not forge a line
    sent = (request.remote_addr or "-", request.method, path)
    requests_log.info("%s %s %s %d %s %.1f ms", *sent, response.status_code, size, took_ms)
    return response
