"""A server whose workers can be replaced while people go on working: an old one ends when the new one answers. One that
was killed, by the system for its memory perhaps, is replaced too.

granian's own way waits for a time that somebody has to guess, and ends when a new worker cannot begin.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from granian.constants import SSLProtocols
from granian.server import MPServer

from gridmap.reach import TlsFiles

if TYPE_CHECKING:
    from multiprocessing.sharedctypes import Synchronized

LISTENING_AFTER_S = 0.5  # from the application's being loaded: the rest takes milliseconds
LOOKED_EVERY_S = 0.05
AGAIN_AFTER_S = 60.0
MOST_ENDED, WITHIN_S = 3, 60.0  # workers that end by themselves more often than that will not stop doing so
LEAST_TLS = SSLProtocols.tls12

Worker = Any  # granian's own has no types

log = logging.getLogger("_granian.replacing")


class ReplacingServer(MPServer):
    """`loaded` counts the applications that workers have loaded so far; each adds one when it has its own."""

    def __init__(self, target: str, *, loaded: Synchronized[int], **options: Any) -> None:
        super().__init__(target, **options)
        self._loaded = loaded
        self._ended_s: deque[float] = deque(maxlen=MOST_ENDED)
        self._is_given_up = False
        self.on_shutdown(self._forgive)

    @property
    def respawn_failed_workers(self) -> bool:
        """granian asks when a worker has ended by itself. What prevents the first from beginning ends the server."""
        return self._loaded.value >= self.workers and not self._is_given_up

    @respawn_failed_workers.setter
    def respawn_failed_workers(self, value: bool) -> None:
        """It is no option here; granian sets its own default."""

    def _forgive(self) -> None:
        """Workers that ended by the signal that ends the server, before they were told to, have not failed."""
        if self.interrupt_signal:
            self.interrupt_children.clear()

    def renew(self, files: TlsFiles) -> None:
        """Have every worker replaced by one with this certificate. Raises ssl.SSLError for what cannot be served."""
        self.build_ssl_context(files.cert, files.key, None, LEAST_TLS, None, [], False)
        self._ask_for_new_workers()

    def _respawn_workers(
        self,
        workers: list[int],
        spawn_target: Callable[..., None],
        target_loader: Callable[..., Callable[..., Any]],
        delay: float = 0,  # noqa: ARG002 - granian's guess
    ) -> None:
        """One after another. Where a new one cannot begin, the old ones go on; the server ends where there is none."""
        for index in workers:
            old = self.wrks[index]
            has_ended = not old.inner.is_alive()
            new = None
            while new is None:
                if has_ended and not self._may_replace(index):
                    return
                new = self._begun(self._spawn_worker(idx=index, target=spawn_target, callback_loader=target_loader))
                if new is None and self.interrupt_signal:
                    return
                if new is None and not has_ended:
                    log.error("A new worker could not begin; worker-%d goes on as it is", index + 1)
                    self._try_again()
                    return
            self.wrks[index] = new
            self._end(old)
        log.info("All workers are replaced" if len(workers) == self.workers else "A worker was replaced")

    def _begun(self, new: Worker) -> Worker | None:
        """The new worker once it answers; None, and nothing left of it, where it cannot."""
        before = self._loaded.value
        new.interrupt_by_parent = True  # its failure is not the server's
        new.start()
        if not self._answers(new, before):
            self._end(new)
            return None
        new.interrupt_by_parent = False
        return new

    def _may_replace(self, index: int) -> bool:
        """Whether a worker that ended by itself is replaced: not when that happens again and again."""
        now_s = time.monotonic()
        self._ended_s.append(now_s)
        log.error("worker-%d has ended by itself", index + 1)
        if len(self._ended_s) == MOST_ENDED and now_s - self._ended_s[0] < WITHIN_S:
            self._give_up(index, f"{MOST_ENDED} workers ended within {WITHIN_S:.0f} s")
            return False
        return True

    def _give_up(self, index: int, why: str) -> None:
        log.error("The server ends: %s", why)
        self._is_given_up = True
        self.interrupt_children.append(index)
        self.main_loop_interrupt.set()

    def _ask_for_new_workers(self) -> None:
        self.reload_signal = True
        self.main_loop_interrupt.set()

    def _try_again(self) -> None:
        timer = threading.Timer(AGAIN_AFTER_S, self._ask_for_new_workers)
        timer.daemon = True
        timer.start()

    def _answers(self, new: Worker, before: int) -> bool:
        """Waits until the new worker answers; False when it ended, or the server is to end."""
        while self._loaded.value == before:
            if self.interrupt_signal or not new.is_alive():
                return False
            time.sleep(LOOKED_EVERY_S)
        time.sleep(LISTENING_AFTER_S)
        return bool(new.is_alive())

    def _end(self, worker: Worker) -> None:
        """What it was asked is answered before."""
        worker.terminate()
        worker.join(self.workers_kill_timeout)
        if worker.is_alive():
            worker.kill()
            worker.join()
