"""`gridmap serve` again and again: each start is a fork of a process that has loaded everything already.

Loading takes some three seconds, and what is forked goes its usual way from the command on. Run as a program it is that
process: orders come in as JSON, a line each; the process id of each start goes out.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gridmap.config import Settings
from tests.serving import PATIENCE_S, free_port

Loaded = subprocess.Popen[str]
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")  # a fork has no others


@dataclass
class Restarting:
    """Starts one server after another over one database, on one port; all they say goes to `told`."""

    settings: Settings
    variables: dict[str, str]
    port: int
    told: Path
    _loaded: Loaded
    pid: int = 0

    def start(self) -> None:
        """Begin a start; `tests.web.writing.answered` waits for it."""
        own = {"GRIDMAP_DB": self.settings.db, "GRIDMAP_VAR": str(self.settings.var), "PORT": str(self.port)}
        order = {"environment": own | self.variables, "told": str(self.told)}
        assert self._loaded.stdin and self._loaded.stdout
        self._loaded.stdin.write(json.dumps(order) + "\n")
        self._loaded.stdin.flush()
        self.pid = int(self._loaded.stdout.readline())

    def kill(self) -> None:
        """SIGKILL to all processes of the server at once; returns when they are gone."""
        os.killpg(self.pid, signal.SIGKILL)
        self.wait_until_gone()

    def wait_until_gone(self) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while members(self.pid):
            assert time.monotonic() < deadline
            time.sleep(0.005)


@contextmanager
def loading() -> Iterator[Loaded]:
    """The process that starts are forked from."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GRIDMAP_")}
    loaded = subprocess.Popen(
        [sys.executable, "-m", "tests.restarting"],
        env=clean | ONE_THREAD,
        cwd=Path(__file__).resolve().parents[1],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield loaded
    finally:
        loaded.kill()
        loaded.communicate()


@contextmanager
def restarting(loaded: Loaded, settings: Settings, **variables: str) -> Iterator[Restarting]:
    """Nothing is started yet; whatever was started is killed at the end."""
    told = settings.var / "told"
    told.parent.mkdir(parents=True, exist_ok=True)
    found = Restarting(settings, variables, free_port(), told, loaded)
    try:
        yield found
    finally:
        if found.pid and members(found.pid):
            found.kill()


def members(group: int) -> list[int]:
    """The processes of a group that have not ended, the leader first."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                state, _, of_group = (folder / "stat").read_text().rpartition(")")[2].split()[:3]
            except OSError:
                continue  # it has ended meanwhile
            if int(of_group) == group and state != "Z":
                found.append(int(folder.name))
    return sorted(found)


def _wait_for_orders() -> None:
    import granian

    import web.app
    from gridmap.commands import serving

    assert granian and web.app and serving  # what a start loads
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # who has ended is gone
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _serve(order)
        os.setpgid(pid, pid)  # a group of its own, also before it has run
        print(pid, flush=True)


def _serve(order: dict[str, object]) -> None:
    code = 1
    try:
        os.setpgid(0, 0)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.environ.update(dict(order["environment"]))  # type: ignore[call-overload]
        told = os.open(str(order["told"]), os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
        for number, file in ((0, os.open(os.devnull, os.O_RDONLY)), (1, told), (2, told)):
            os.dup2(file, number)
        from gridmap.cli import main

        main(["serve"])
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    finally:
        os._exit(code)


if __name__ == "__main__":
    _wait_for_orders()
