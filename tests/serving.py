"""`gridmap serve` as a process of a test's own."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from gridmap.config import Settings
from gridmap.reach import TlsFiles

PATIENCE_S = 240  # a busy machine takes its time; a test that fails says so later


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def answer_signals() -> None:
    """As in a terminal. Under nohup or in the background they are ignored, and children inherit that."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


@contextmanager
def served(settings: Settings, *arguments: str, **variables: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """`gridmap serve` in a process group of its own, as in a terminal; killed when the test left it running."""
    port = free_port()
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GRIDMAP_")}
    own = {"GRIDMAP_DB": settings.db, "GRIDMAP_VAR": str(settings.var), "PORT": str(port)}
    process = subprocess.Popen(
        [sys.executable, "-m", "gridmap.cli", "serve", *arguments],
        env=clean | own | variables,
        start_new_session=True,
        preexec_fn=answer_signals,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process, port
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def health(process: subprocess.Popen[str], port: int, tls: ssl.SSLContext | None = None) -> dict[str, object]:
    """The answer of /healthz once there is one; fails as soon as the process has ended."""
    address = f"{'http' if tls is None else 'https'}://127.0.0.1:{port}/healthz"
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            with urllib.request.urlopen(address, timeout=5, context=tls) as answer:
                found: dict[str, object] = json.load(answer)
                return found
        except (OSError, urllib.error.URLError):
            assert process.poll() is None, process.communicate()[0]
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def answer_to(name: str, port: int, context: ssl.SSLContext) -> int:
    """The status that a browser gets which knows the server by this name."""
    with socket.create_connection(("127.0.0.1", port)) as bare, context.wrap_socket(bare, server_hostname=name) as safe:
        safe.sendall(f"GET /healthz HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n".encode())
        return int(safe.recv(100).split()[1])


def answers_until_renewed(port: int, log: Path, files: TlsFiles, renewed: TlsFiles, *, workers: int = 1) -> int:
    """Puts the renewed pair in place, and asks on a new connection each time until every worker serves it: each request
    is answered. -> how many were.

    The connection that is just being made when an old worker ends may be cut, and is made again, as browsers do it.
    """
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # both are taken: it is looked which one it is
    wanted = ssl.PEM_cert_to_DER_cert(renewed.cert.read_text())
    renewed.key.rename(files.key)
    renewed.cert.rename(files.cert)
    deadline, count, cuts, is_done, shown = time.monotonic() + PATIENCE_S, 0, 0, False, None
    while not is_done:
        assert time.monotonic() < deadline
        is_done = "All workers are replaced" in log.read_text()
        with closing(http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=PATIENCE_S)) as connection:
            try:
                connection.connect()
            except (ConnectionError, ssl.SSLEOFError):
                is_done, cuts = False, cuts + 1
                assert cuts <= workers
                continue
            shown = connection.sock.getpeercert(binary_form=True)
            connection.request("GET", "/healthz")
            assert connection.getresponse().status == 200
        count += 1
        time.sleep(0.1)  # the new workers are loading
    assert shown == wanted
    return count
