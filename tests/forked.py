"""Processes that start at once: forked from one that has loaded the libraries they need.

For tests that start dozens of `gridmap` commands. What a bare start itself does is tested with real ones
(tests/unit/test_cli.py, tests/unit/test_serving.py).
"""

from __future__ import annotations

import importlib
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
# The heavy ones, none of our own: a command started from these loads each module of gridmap anew.
LIBRARIES = (
    "apiflask", "argon2", "click", "cryptography.fernet", "esda", "flask_babel", "flask_login", "flask_wtf", "folium",
    "geoalchemy2", "geopandas", "granian", "huey", "libpysal", "numba", "openpyxl", "pandas", "PIL.Image", "psycopg",
    "pyarrow", "pyogrio", "pyproj", "rapidfuzz", "rasterio", "rich", "scipy.ndimage", "scipy.optimize", "scipy.stats",
    "shapely", "sqlalchemy.orm",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended: its exit code (-9: killed) and what it said."""

    code: int
    out: str
    err: str


class Forks:
    """A process with modules loaded that forks `gridmap` commands, one at a time. Use it with `with`."""

    def __init__(self, modules: Sequence[str]) -> None:
        command = [sys.executable, "-m", "tests.forked", *modules]
        self._server = subprocess.Popen(command, bufsize=0, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._hear(None) == "ready"

    def __enter__(self) -> Forks:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.communicate(timeout=60)

    def run(
        self, arguments: Sequence[str], environment: Mapping[str, str], kill_after_s: float | None = None
    ) -> Ended:
        """`gridmap ARGUMENTS` with only these variables, killed (SIGKILL) after that many seconds."""
        with tempfile.NamedTemporaryFile() as out, tempfile.NamedTemporaryFile() as err:
            given = {"arguments": list(arguments), "environment": dict(environment), "files": [out.name, err.name]}
            assert self._server.stdin is not None
            self._server.stdin.write(json.dumps(given).encode() + b"\n")
            child = self._hear(None)
            code = self._hear(kill_after_s)
            if code is None:
                with suppress(ProcessLookupError):  # it has just ended
                    os.kill(child, signal.SIGKILL)
                code = self._hear(None)
            return Ended(code, Path(out.name).read_text(encoding="utf-8"), Path(err.name).read_text(encoding="utf-8"))

    def _hear(self, patience_s: float | None) -> Any:
        """The server's next word; None when it says nothing so long."""
        stream = self._server.stdout
        assert stream is not None
        if not select.select([stream], [], [], patience_s)[0]:
            return None
        return json.loads(stream.readline())


def _serve(modules: Sequence[str]) -> None:
    for name in modules:
        importlib.import_module(name)
    _say("ready")
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _become(json.loads(line))
        _say(child)
        _say(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def _say(word: object) -> None:
    print(json.dumps(word), flush=True)


def _become(given: dict[str, Any]) -> None:
    """Be the command, to its end."""
    os.environ.clear()
    os.environ.update(given["environment"])
    for number, path in enumerate([os.devnull, *given["files"]]):
        os.dup2(os.open(path, os.O_RDWR), number)
    from gridmap import cli

    code: object = 1
    try:
        cli.main(given["arguments"])
    except SystemExit as end:
        code = end.code
    except BaseException:  # as the interpreter would tell it
        sys.excepthook(*sys.exc_info())
    with suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 1)


if __name__ == "__main__":
    _serve(sys.argv[1:])
