"""`gridmap serve`: the web application under granian, on this machine's loopback address or, with accounts, on another.

The supervisor (this process) stays light: it imports neither the application nor a database, so that its workers can be
forked from it. Each worker loads `web.app:create_app`, which is named here as text only: nothing is imported upwards.
"""

from __future__ import annotations

import ctypes
import datetime as dt
import errno
import json
import multiprocessing
import os
import pkgutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gridmap import __version__
from gridmap.commands.allocating import give_back, share_heaps
from gridmap.commands.telling import show_error, show_new_database
from gridmap.commands.work_keeping import WorkKeeper
from gridmap.config import DATA_GEO, DEMO_DB_NAME, MOST_WORKERS, USUAL_WORKERS, Settings, load, worker_count
from gridmap.errors import BadSettings, GridmapError, PortTaken
from gridmap.store.peek import newest_revision, peek

if TYPE_CHECKING:
    from multiprocessing.sharedctypes import Synchronized

APPLICATION = "web.app:create_app"
BLOCKING_THREADS = 8  # on SQLite one process with 8 threads and one write lock had the best 99th percentile
STOP_WITHIN_S = 10
PR_SET_PDEATHSIG = 1  # linux/prctl.h
STARTING, READY_SAID, REFUSED = range(3)
READY = """
  Open      {address}
  Log       {log}
  Stop      Ctrl-C
"""


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Port; else PORT, else 8000.")
@click.option(
    "--workers",
    type=click.IntRange(1, MOST_WORKERS),
    help=f"Processes; else GRIDMAP_WORKERS, else {USUAL_WORKERS} on PostgreSQL, 1 on SpatiaLite.",
)
def serve(port: int | None, workers: int | None) -> None:
    """Serve the map and the JSON interface until Ctrl-C.

    Without GRIDMAP_DB the demo district is served; it is built on the first start.
    """
    settings = load()
    if port is not None:
        settings = replace(settings, port=port)
    count = worker_count(settings.db, workers or settings.workers)
    require_certificate(settings)
    require_free_port(settings.host, settings.port)
    settings.secret()
    if settings.is_demo and not demo_is_current(settings.var / DEMO_DB_NAME):
        build_demo()
    click.echo(f"gridmap {__version__} is starting on {settings.db.rsplit('@')[-1]} ...", err=True)
    raise click.exceptions.Exit(run_server(settings, count))


def require_free_port(host: str, port: int) -> None:
    """Raise PortTaken where another program listens. granian itself would share the port with it, silently."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise PortTaken(
                    f"Port {port} on {host} is taken by another program (perhaps by gridmap itself).",
                    f"Stop that program, or use another port: PORT={port % 65535 + 1}.",
                ) from None
            raise BadSettings(
                f"gridmap cannot serve on {host}, port {port}: {error.strerror}.",
                "Use 127.0.0.1 and a port above 1023.",
            ) from None


def require_certificate(settings: Settings) -> None:
    """Raises BadSettings where HTTPS is set up with files that no browser could be answered with."""
    if settings.tls is not None:
        from gridmap.services.certificate import examined

        examined(settings.tls, dt.datetime.now(dt.UTC))


def shown_address(settings: Settings) -> str:
    """Where people open it."""
    if settings.public_url is not None:
        return str(settings.public_url)
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"{'http' if settings.tls is None else 'https'}://{host}:{settings.port}"


def demo_is_current(path: Path) -> bool:
    """Does the file hold the demo of the files in data/geo, or one on streets of one's own, in this version's schema?

    Answers at once.
    """
    found = peek(path)
    if found is None or found.revision != newest_revision():
        return False
    described = json.loads((DATA_GEO / "demo.json").read_text(encoding="utf-8"))
    return found.is_on_streets or found.demo_version == str(described["demo_version"])


def build_demo() -> None:
    """Build the demo, or bring it up to date: in a process of its own, so that the supervisor stays light."""
    before = signal.signal(signal.SIGINT, lambda *_: None)  # Ctrl-C is the builder's to answer
    try:
        done = subprocess.run([sys.executable, "-m", "gridmap.cli", "demo", "--keep"], check=False)
    finally:
        signal.signal(signal.SIGINT, before)
    if done.returncode:
        raise click.exceptions.Exit(done.returncode)


def log_configuration(path: Path, level: str) -> dict[str, Any]:
    """granian's part of the log, as a `logging.config` dictionary; the application's part is its own (web/log.py)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    to_file = {"handlers": ["file"], "level": level, "propagate": False}
    return {
        "formatters": {"line": {"format": "%(asctime)s %(process)d %(levelname)s %(name)s %(message)s"}},
        "handlers": {
            "file": {"class": "logging.handlers.WatchedFileHandler", "filename": str(path), "formatter": "line"}
        },
        "loggers": {"_granian": to_file},
    }


def run_server(settings: Settings, workers: int) -> int:
    """Serve until SIGINT, SIGTERM or SIGHUP and return the exit code; every child has ended before this returns."""
    from granian.constants import Interfaces
    from granian.log import LogLevels

    from gridmap.commands.replacing import LEAST_TLS, ReplacingServer

    try:
        level = LogLevels(settings.log_level.lower())
    except ValueError:
        raise BadSettings(
            f"GRIDMAP_LOG_LEVEL is '{settings.log_level}'.", "Use DEBUG, INFO, WARNING or ERROR."
        ) from None
    share_heaps()
    multiprocessing.set_start_method("fork", force=True)
    state, loaded = multiprocessing.Value("b", STARTING), multiprocessing.Value("i", 0)
    server = ReplacingServer(
        APPLICATION,
        loaded=loaded,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=BLOCKING_THREADS,
        workers_kill_timeout=STOP_WITHIN_S,
        log_level=level,
        log_dictconfig=log_configuration(settings.log_file, settings.log_level),
        ssl_cert=None if settings.tls is None else settings.tls.cert,
        ssl_key=None if settings.tls is None else settings.tls.key,
        ssl_protocol_min=LEAST_TLS,
    )
    server.on_startup(insist_on_signals)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        # The terminal was closed: stop, as at Ctrl-C. granian would start its workers anew and live on unseen.
        server.on_startup(lambda: signal.signal(signal.SIGHUP, server.signal_handler_interrupt))
    keeper = WorkKeeper()
    server.on_startup(keeper.start)
    if settings.tls is not None:
        from gridmap.commands.renewing import Renewals

        server.on_startup(Renewals(settings.tls, partial(server.renew, settings.tls)).start)
    try:
        server.serve(target_loader=partial(load_application, settings=settings, state=state, loaded=loaded))
    except SystemExit:
        if state.value == REFUSED:
            return 2
        click.echo(f"Error: the server ended unexpectedly.\nWhat to do: look at {settings.log_file}.", err=True)
        return 1
    finally:
        keeper.stop()
    click.echo("Stopped.", err=True)
    return 0


def insist_on_signals() -> None:
    """See to it that the main thread answers a signal, also when the system gave it to another thread.

    Python runs a handler in the main thread only, and that one sleeps in a lock until a signal of its own wakes it. It
    is woken by SIGURG, which does nothing else: granian's handler must not run twice.
    """
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    signal.signal(signal.SIGURG, lambda *_: None)
    main = threading.main_thread().ident or 0

    def wake() -> None:
        os.read(reading, 1)
        while True:
            signal.pthread_kill(main, signal.SIGURG)
            time.sleep(0.1)

    threading.Thread(target=wake, name="signals", daemon=True).start()


def load_application(
    target: str, *, settings: Settings, state: Synchronized[int], loaded: Synchronized[int]
) -> Callable[..., Any]:
    """In a worker: the WSGI application; the first worker that has it says where it is to be seen.

    Ctrl-C reaches every process of the terminal. Only the supervisor answers it, by SIGTERM to its workers; should the
    supervisor be killed, the kernel sends the SIGTERM.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    insist_on_signals()
    create = pkgutil.resolve_name(target)  # what takes long, beside the other workers
    with state.get_lock():  # one after another: the first one may have to make the database
        try:
            if state.value == STARTING:
                require_project(settings)
            application: Callable[..., Any] = create(settings)
        except GridmapError as error:
            if state.value != REFUSED:
                show_error(error)
            if state.value == STARTING:
                state.value = REFUSED
            sys.exit(2)
        if state.value == STARTING:
            click.echo(READY.format(address=shown_address(settings), log=settings.log_file), err=True)
            state.value = READY_SAID
    with loaded.get_lock():
        loaded.value += 1
    give_back()
    return application


def require_project(settings: Settings) -> None:
    """Open the project once, and say so when its database had to be made."""
    from gridmap.services.project import open_project

    open_project(settings, on_new=show_new_database).close()
