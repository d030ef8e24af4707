"""A look at a SpatiaLite file with nothing but the standard library: what a start must know before it loads anything.

Loading the store takes a second; `gridmap serve` asks on every start whether the demo is there and up to date.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

STREETS_MARK = "streets-"  # begins the version of a demo on streets of one's own
VERSIONS = Path(__file__).resolve().parent / "migrations" / "versions"


@dataclass(frozen=True, slots=True)
class Peek:
    """The schema's revision, and the version of the demo that the file holds (None: none)."""

    revision: str
    demo_version: str | None

    @property
    def is_on_streets(self) -> bool:
        """Whether it is a demo on a street network of one's own, which is as current as its schema."""
        return self.demo_version is not None and self.demo_version.startswith(STREETS_MARK)


def peek(path: Path) -> Peek | None:
    """What a file says of itself; None where there is no file, or no project in it. Changes nothing."""
    if not path.is_file():
        return None
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            revision = connection.execute("SELECT version_num FROM alembic_version").fetchone()
            project = connection.execute("SELECT demo_version FROM project").fetchone()
    except sqlite3.Error:
        return None
    return None if revision is None or project is None else Peek(revision[0], project[0])


def newest_revision() -> str:
    """The newest revision this gridmap knows, by the names of its modules (r0001_first.py is 0001)."""
    names = (re.match(r"r(\d{4})_", path.name) for path in VERSIONS.glob("r*.py"))
    return max(name[1] for name in names if name)
