"""A renewed certificate is served as soon as its files are there: nobody has to start the server anew."""

from __future__ import annotations

import datetime as dt
import logging
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import click

from gridmap.errors import BadSettings
from gridmap.reach import TlsFiles
from gridmap.services.certificate import examined

LOOKED_EVERY_S = 1.0
STAYS = "Until then the one before is served."

log = logging.getLogger("_granian.renewing")

State = tuple[tuple[int, int, int], ...] | None  # what changes with a file's content; None while one is missing


@dataclass
class Renewals:
    """A thread that looks at the two files; `take` is called for each new pair that can be served, never for half of
    one: a state counts when it was found twice, and the key belongs to the certificate.
    """

    files: TlsFiles
    take: Callable[[], None]
    every_s: float = LOOKED_EVERY_S
    _stopping: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        threading.Thread(target=self._watch, args=(self._state(),), name="renewals", daemon=True).start()

    def stop(self) -> None:
        self._stopping.set()

    def _watch(self, known: State) -> None:
        seen = known
        while not self._stopping.wait(self.every_s):
            state = self._state()
            if state is not None and state == seen and state != known:
                known = state
                self._consider()
            seen = state

    def _consider(self) -> None:
        try:
            found = examined(self.files, dt.datetime.now(dt.UTC))
        except BadSettings as error:
            tell(logging.ERROR, f"{error.message} {error.hint} {STAYS}")
            return
        try:
            self.take()
        except ssl.SSLError as error:
            tell(logging.ERROR, f"The new certificate {self.files.cert} cannot be served: {error}. {STAYS}")
        else:
            names = ", ".join(found.names)
            tell(logging.INFO, f"A new certificate for {names}, until {found.valid_to:%Y-%m-%d}, is taken over.")

    def _state(self) -> State:
        try:
            found = [path.stat() for path in (self.files.cert, self.files.key)]
        except OSError:
            return None
        return tuple((each.st_mtime_ns, each.st_ino, each.st_size) for each in found)


def tell(level: int, text: str) -> None:
    """Into the log, and to whoever started the server (the journal, under systemd)."""
    log.log(level, text)
    click.echo(text, err=True)
