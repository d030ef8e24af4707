"""`gridmap serve` on a free port for a measurement, and many connections that ask it at once."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from urllib.error import URLError
from urllib.request import urlopen


@contextmanager
def served(environment: Mapping[str, str] | None = None) -> Iterator[str]:
    """The server as a user has it, with more environment than ours, until the measurement is done -> its address.

    Without any it serves the demo, which it builds first where it is missing.
    """
    with started(environment or {}) as (base, _):
        yield base


@contextmanager
def started(
    environment: Mapping[str, str], tls: ssl.SSLContext | None = None
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """As `served` -> its address and its process; by HTTPS where `tls` trusts the certificate of the environment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = [sys.executable, "-c", "from gridmap.cli import main; main()", "serve", "--port", str(port)]
    server = subprocess.Popen(program, stdout=sys.stderr, env={**os.environ, **environment})
    base = f"{'http' if tls is None else 'https'}://127.0.0.1:{port}"
    try:
        _wait_for(base, server, tls)
        yield base, server
    finally:
        server.terminate()
        server.wait(timeout=30)


def _wait_for(base: str, server: subprocess.Popen[bytes], tls: ssl.SSLContext | None) -> None:
    while server.poll() is None:
        try:
            with urlopen(f"{base}/healthz", timeout=5, context=tls):  # noqa: S310 - our own loopback server
                return
        except (URLError, ConnectionError):
            time.sleep(0.2)
    raise SystemExit("gridmap serve ended before it answered; see its words above.")


def asked_at_once(base: str, paths: Sequence[str], *, connections: int, seconds: float) -> tuple[list[float], int]:
    """Connections that are kept open ask for the paths in turn, each as soon as it has an answer.

    Returns the seconds of every request, sorted, and the bytes of all bodies. Any answer but 200 ends the measurement.
    """
    host, port = base.removeprefix("http://").split(":")

    async def all_of_them() -> list[tuple[list[float], int]]:
        until = time.perf_counter() + seconds
        clients = (_client(host, int(port), paths, k * len(paths) // connections, until) for k in range(connections))
        return await asyncio.gather(*clients)

    answers = asyncio.run(all_of_them())
    return sorted(taken for times, _ in answers for taken in times), sum(size for _, size in answers)


async def _client(host: str, port: int, paths: Sequence[str], first: int, until: float) -> tuple[list[float], int]:
    reader, writer = await asyncio.open_connection(host, port)
    taken, received, number = [], 0, first
    while (begin := time.perf_counter()) < until:
        writer.write(f"GET {paths[number % len(paths)]} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        if not head.startswith("http/1.1 200"):
            raise SystemExit(f"{paths[number % len(paths)]} was answered with {head.splitlines()[0]}")
        received += len(await reader.readexactly(int(head.split("content-length:")[1].split("\r\n")[0])))
        taken.append(time.perf_counter() - begin)
        number += 1
    writer.close()
    return taken, received
