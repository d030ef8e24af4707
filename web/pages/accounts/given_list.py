"""A list that a form brings: the file for as long as it is read."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import TypeVar

from flask import Response, request

from gridmap.errors import BadInput
from web.context import running
from web.pages.import_tables import XLSX

LIMIT_BYTES = 5 << 20
SUFFIXES = {".xlsx", ".csv"}
LONGEST_NAME = 60  # characters, of which UTF-8 makes four bytes at most

Done = TypeVar("Done")


def read(work: Callable[[Path], Done]) -> Done:
    """What `work` makes of the file in the form's field `list`, by the name it came with: messages tell it.

    Raises BadInput where there is none.
    """
    given = request.files.get("list")
    path_there = PurePosixPath((given.filename or "").replace("\\", "/") if given is not None else "")
    suffix = path_there.suffix.lower()
    if given is None or suffix not in SUFFIXES:
        raise BadInput("This is no list.", "Choose an .xlsx or .csv file.")
    called = "".join(sign for sign in path_there.stem if sign.isprintable())[:LONGEST_NAME] or "list"
    with tempfile.TemporaryDirectory(prefix="list-", dir=running().settings.var) as folder:
        path = Path(folder) / f"{called}{suffix}"
        given.save(path)
        return work(path)


def sent(name: str, write: Callable[[Path], object]) -> Response:
    """A workbook to fill in, for whoever is signed in and nobody after."""
    with tempfile.TemporaryDirectory(prefix="list-", dir=running().settings.var) as folder:
        path = Path(folder) / name
        write(path)
        response = Response(path.read_bytes(), mimetype=XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
