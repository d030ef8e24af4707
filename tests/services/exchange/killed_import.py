"""Run by test_import_killed.py: imports a file and dies by SIGKILL some time after storing has begun.

Arguments: database, var folder, file, and when to die: seconds after storing has begun, "stored" (every row is
written, nothing committed) or "never".
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path

from gridmap.config import load
from gridmap.services.exchange import import_file
from gridmap.services.project import open_project


def main() -> None:
    db, var, file, when = sys.argv[1], sys.argv[2], Path(sys.argv[3]), sys.argv[4]
    settings = load({"GRIDMAP_DB": db, "GRIDMAP_VAR": var})

    def tell(label: str, done: int, total: int) -> None:
        if label != "Storing" or when == "never":
            return
        if when == "stored":
            if done == total:
                os.kill(os.getpid(), signal.SIGKILL)
        elif done < total:
            threading.Timer(float(when), os.kill, (os.getpid(), signal.SIGKILL)).start()

    import_file(open_project(settings), settings, "incidents", file, progress=tell)


if __name__ == "__main__":
    main()
