"""Programs of the system that collect what a bundle needs: run, and their complaints told with a cure."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO

from gridmap.errors import BadSettings

TOLD_LINES = 6  # of a program's complaint: the cause stands at the end


def require(names: Sequence[str]) -> None:
    """Raises BadSettings where one of these programs is missing."""
    missing = [name for name in names if shutil.which(name) is None]
    if missing:
        raise BadSettings(
            f"A bundle is made with {', '.join(missing)}, which this machine lacks.",
            "Make it on a Debian or Ubuntu machine like the one it is for.",
        )


def run(command: Sequence[str], doing: str, cure: str) -> str:
    """Run a program -> what it printed. Raises BadSettings with the end of its complaint."""
    done = subprocess.run(  # noqa: S603 - a list of arguments, no shell
        command,
        env={**os.environ, "LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        lines = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()][-TOLD_LINES:]
        raise BadSettings(f"{doing} failed: " + "\n  ".join(lines), cure)
    return done.stdout


@contextmanager
def piped(command: Sequence[str]) -> Iterator[IO[bytes]]:
    """What a program prints, as it comes; raises CalledProcessError when it fails."""
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:  # noqa: S603 - a list of arguments, no shell
        if process.stdout is None:
            raise AssertionError("a pipe was asked for")
        yield process.stdout
        process.stdout.read()  # what nobody wanted to see
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
