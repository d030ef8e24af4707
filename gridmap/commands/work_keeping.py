"""Keeps the process for jobs beside the server: started, started anew when it died, ended with the server."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

START_AFTER_S = 2.0  # the server goes first
AGAIN_AFTER_S = (1.0, 5.0, 30.0)  # a process that cannot live is not tried in a ring
LIVED_S = 60.0
END_WITHIN_S = 5.0
# one core is enough for a job: the others are the server's
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")


class WorkKeeper:
    """A thread of the supervisor that owns one child."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="work-keeper", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End the child; it has ended before this returns."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _keep(self) -> None:
        """The child is told by the kernel when the thread that started it ends: this one lives as long as it may."""
        pause_s, tries = START_AFTER_S, 0
        while not self._stopping.wait(pause_s):
            child = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-m", "gridmap.commands.working", str(os.getpid())],
                env=os.environ | ONE_THREAD,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            lived_s = 0.0
            while child.poll() is None and not self._stopping.wait(0.2):
                lived_s += 0.2
            _end(child)
            tries = 0 if lived_s >= LIVED_S else min(tries + 1, len(AGAIN_AFTER_S))
            pause_s = AGAIN_AFTER_S[max(tries - 1, 0)]


def _end(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(END_WITHIN_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
