"""How kernels are compiled: without the interpreter lock, once a machine, and never at the price of not starting.

Compiled code is kept beside the source, in `__pycache__`. Where the package's folder cannot be written (installed by an
administrator, run by a service) it is kept under `GRIDMAP_VAR`, and where nothing can be written each process compiles
for itself, some seconds longer. Nothing is put into anybody's home.

No fastmath: the exact tests rest on every rounding. No parallel=True: numba's thread layers abort when several Python
threads call them, or kill forked children; kernels leave the interpreter lock and are called from plain threads.

A kernel's cache is renewed when its own file changes, not when a kernel of another file does that it calls. So a kernel
calls only kernels of its own file.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba

from gridmap.config import ROOT

CACHE_FOLDER = "compiled"


def compiled(function: Callable[..., Any]) -> Any:
    """Decorator: the function as a kernel, compiled at its first call for the types it is called with."""
    return numba.njit(nogil=True, cache=_has_cache, error_model="numpy")(function)


def choose_cache() -> bool:
    """Name the folder for compiled code; False where there is none that can be written."""
    if os.environ.get("NUMBA_CACHE_DIR"):
        return True
    here = Path(__file__).parent
    if os.access(here, os.W_OK) and os.access(_existing(here / "__pycache__"), os.W_OK):
        return True
    folder = Path(os.environ.get("GRIDMAP_VAR") or ROOT / "var").expanduser().absolute() / CACHE_FOLDER
    if not os.access(_existing(folder), os.W_OK):
        return False
    setattr(numba.config, "CACHE_DIR", str(folder))  # noqa: B010 - numba makes its settings at run time
    return True


def _existing(folder: Path) -> Path:
    """The folder itself, or the nearest one above that exists."""
    return next(place for place in (folder, *folder.parents) if place.exists())


_has_cache = choose_cache()
