"""Every entry of the audit as one line to a syslog, once it is stored.

The lines go through a queue and a thread of their own: no request waits for the network. What does not fit while the
syslog hangs is dropped and counted; the chain in the database has it all the same.
"""

from __future__ import annotations

import atexit
import logging
import queue
import socket
from logging.handlers import QueueHandler, QueueListener, SysLogHandler
from pathlib import Path

from gridmap.errors import BadSettings

LINES_HELD = 10_000
PORT = 514
WORDS = "gridmap: audit %(message)s"
log = logging.getLogger("gridmap.audit")


own_log = logging.getLogger("gridmap.syslog")


def begin(address: str) -> None:
    """Send the entries of this process there until it ends; once begun, it goes on. Raises BadSettings."""
    if not any(isinstance(handler, BoundedHandler) and handler.address == address for handler in log.handlers):
        atexit.register(Syslog(address).close)


class BoundedHandler(QueueHandler):
    """Puts lines into the queue, and drops them while it is full."""

    def __init__(self, lines: queue.Queue[logging.LogRecord], address: str) -> None:
        super().__init__(lines)
        self.address = address
        self.dropped = 0

    def enqueue(self, record: logging.LogRecord) -> None:
        try:
            self.queue.put_nowait(record)
        except queue.Full:
            self.dropped += 1
            own_log.warning("The syslog does not keep up: %d lines dropped", self.dropped)


class Sender(SysLogHandler):
    """Sends a line; what cannot be sent is told in the program's own log."""

    def handleError(self, record: logging.LogRecord) -> None:
        own_log.warning("An entry could not be sent to the syslog: %s", record.getMessage().partition(" ")[0])


class Syslog:
    """The way from the audit to one syslog; `close` sends what is left and ends it."""

    def __init__(self, address: str) -> None:
        """`address` is host:port (UDP), host, or the path of a socket such as /dev/log. Raises BadSettings."""
        sender = _sender(address)
        sender.setFormatter(logging.Formatter(WORDS))
        lines: queue.Queue[logging.LogRecord] = queue.Queue(LINES_HELD)
        self._handler = BoundedHandler(lines, address)
        self._listener = QueueListener(lines, sender)
        self._sender = sender
        self._listener.start()
        log.addHandler(self._handler)

    def close(self) -> None:
        log.removeHandler(self._handler)
        self._listener.stop()
        self._sender.close()


def _sender(address: str) -> Sender:
    try:
        return Sender(_place(address), facility=Sender.LOG_AUTHPRIV)
    except (OSError, ValueError) as error:
        raise BadSettings(
            f"GRIDMAP_SYSLOG is '{address}', and nothing can be sent there: {error}.",
            "Give host:port, or the socket of this machine's syslog: /dev/log",
        ) from None


def _place(address: str) -> str | tuple[str, int]:
    """A socket's path, or an address of a host; its name is looked up once."""
    if address.startswith("/"):
        if not Path(address).exists():
            raise FileNotFoundError("there is no such socket")
        return address
    host, sign, port = address.rpartition(":")
    if not sign or address.endswith("]"):
        host, port = address, str(PORT)
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError(f"'{port}' is no port")
    found = socket.getaddrinfo(host.strip("[]"), int(port), type=socket.SOCK_DGRAM)
    return str(found[0][4][0]), int(port)
