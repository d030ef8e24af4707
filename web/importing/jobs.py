"""Work on an upload that takes longer than a request: checked or imported by a thread of the process that was asked.

The state lies beside the file, so that every process of the server can tell how far it is, and so does a lock that is
held as long as there is work: the kernel takes it off when the process ends, however it ends. At most AT_ONCE run at a
time in a process; the others wait. An import is one transaction: when the process ends in the middle nothing was
stored, and whoever asks next is told so.
"""

from __future__ import annotations

import fcntl
import logging
import threading
import time
from collections.abc import Callable
from typing import IO, Any

from gridmap.errors import Conflict, GridmapError
from web.importing.uploads import Upload

log = logging.getLogger("gridmap.web")

AT_ONCE = 2
TOLD_EVERY_S = 0.25
TRIES, PAUSE_S = 10, 0.02  # who only looks whether it is held holds it for a moment
SECRETIVE = {"store_busy", "store_broken", "bad_settings"}  # their texts name files and addresses of the server

Tell = Callable[[str, int, int], None]  # what is being done, how much of it, of how much
Work = Callable[[Tell], dict[str, Any]]


class Jobs:
    """The threads of one process that work on uploads."""

    def __init__(self) -> None:
        self._places = threading.Semaphore(AT_ONCE)

    def start(self, upload: Upload, what: str, work: Work) -> None:
        """Run `work` in a thread; what it returns becomes the upload's state. Raises Conflict while one is running, in
        whichever process.
        """
        held = _held(upload)
        if held is None:
            raise Conflict("This file is being worked on.", "Wait until that has ended.")
        try:
            kept = {"checked": upload.state().get("checked")}
            upload.tell(_working(what, kept, "Waiting", 0, 1))
            threading.Thread(target=self._run, args=(upload, what, kept, work, held), name=what, daemon=True).start()
        except BaseException:
            held.close()
            raise

    def _run(self, upload: Upload, what: str, kept: dict[str, Any], work: Work, held: IO[bytes]) -> None:
        told_s = 0.0

        def tell(label: str, done: int, total: int) -> None:
            nonlocal told_s
            if time.monotonic() - told_s >= TOLD_EVERY_S:
                told_s = time.monotonic()
                upload.tell(_working(what, kept, label, done, total))

        with held, self._places:
            try:
                state = work(tell)
            except GridmapError as error:
                state = {**kept, "state": "failed", "what": what, "error": refusal(error, upload)}
            except Exception:
                log.exception("Working on an uploaded file failed (%s)", what)
                state = {**kept, "state": "failed", "what": what, "error": {"code": "internal"}}
            try:
                upload.tell(state)
            except FileNotFoundError:
                log.info("An upload was given up while it was worked on (%s)", what)


def standing(upload: Upload) -> dict[str, Any]:
    """An upload's state; work whose process is gone is told as interrupted."""
    state = upload.state()
    if state["state"] != "working" or _is_held(upload):
        return state
    state = upload.state()  # it may have ended between the two looks
    if state["state"] != "working":
        return state
    error = {"code": "interrupted"}
    return {"checked": state.get("checked"), "state": "failed", "what": state["what"], "error": error}


def _working(what: str, kept: dict[str, Any], label: str, done: int, total: int) -> dict[str, Any]:
    progress = {"label": label, "done": done, "total": total}
    return {**kept, "state": "working", "what": what, "progress": progress}


def refusal(error: GridmapError, upload: Upload) -> dict[str, str]:
    """An error as a state tells it; of the machine's own troubles only the code."""
    if error.code in SECRETIVE:
        log.error("Working on an uploaded file: %s", error)
        return {"code": error.code}
    return {"code": error.code, "message": named(error.message, upload), "hint": named(error.hint, upload)}


def named(text: str, upload: Upload) -> str:
    """A text of the importer with the person's name of the file in place of ours."""
    return text.replace(str(upload.path), upload.name).replace(upload.path.name, upload.name)


def _held(upload: Upload) -> IO[bytes] | None:
    """The upload's lock, to be closed when the work has ended; None while somebody else has it."""
    file = upload.lock.open("ab")
    for _ in range(TRIES):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(PAUSE_S)
        else:
            return file
    file.close()
    return None


def _is_held(upload: Upload) -> bool:
    with upload.lock.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
