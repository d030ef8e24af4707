"""Every entry is one line to a syslog after its commit; a syslog that hangs or is full holds nobody up."""

from __future__ import annotations

import logging
import queue
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from gridmap.errors import BadSettings
from gridmap.services import syslog
from gridmap.services.syslog import BoundedHandler, Syslog
from gridmap.store.engine import Store
from tests.store.district import append_entry

AUTHPRIV_INFO = 10 * 8 + 6  # RFC 3164, 4.1.1: facility * 8 + severity


@pytest.fixture
def office() -> Iterator[socket.socket]:
    """A syslog of one's own."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(10)
        yield listening


def test_an_entry_is_a_line_after_its_commit(store: Store, office: socket.socket) -> None:
    to = Syslog(f"127.0.0.1:{office.getsockname()[1]}")
    try:
        with pytest.raises(ZeroDivisionError), store.write() as session:
            append_entry(session, actor="undone")
            1 / 0  # noqa: B018
        with store.write() as session:
            append_entry(session, actor="zhang", entity_uid="a")
        line = office.recv(4096).decode()
    finally:
        to.close()
    assert line.startswith(f"<{AUTHPRIV_INFO}>gridmap: audit 1 at=2026-11-23T08:00:00+00:00 actor=zhang")
    assert "action=incident.received entity=incident uid=a hash=" in line


def test_a_socket_of_the_machine_is_taken_too(store: Store, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "log"))
        listening.settimeout(10)
        to = Syslog(str(tmp_path / "log"))
        try:
            with store.write() as session:
                append_entry(session)
            assert b"gridmap: audit 1 " in listening.recv(4096)
        finally:
            to.close()


def test_what_does_not_fit_is_dropped_and_counted() -> None:
    handler = BoundedHandler(queue.Queue(2), "/dev/log")
    for _ in range(5):
        handler.handle(logging.LogRecord("gridmap.audit", logging.INFO, "", 0, "x", (), None))
    assert (handler.queue.qsize(), handler.dropped) == (2, 3)


def test_a_closed_one_hears_nothing_more(store: Store, office: socket.socket) -> None:
    before = list(syslog.log.handlers)
    Syslog(f"127.0.0.1:{office.getsockname()[1]}").close()
    assert syslog.log.handlers == before
    with store.write() as session:
        append_entry(session)
    office.setblocking(False)
    with pytest.raises(BlockingIOError):
        office.recv(10)


def test_it_is_begun_once(office: socket.socket) -> None:
    before = list(syslog.log.handlers)
    address = f"127.0.0.1:{office.getsockname()[1]}"
    syslog.begin(address)
    syslog.begin(address)
    (added,) = set(syslog.log.handlers) - set(before)
    assert isinstance(added, BoundedHandler)
    syslog.log.removeHandler(added)


@pytest.mark.parametrize("address", ["/nowhere/log", "127.0.0.1:port", "127.0.0.1:0", "a name that is none:514"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(BadSettings, match="GRIDMAP_SYSLOG"):
        Syslog(address)
