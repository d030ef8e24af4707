"""The place an archive goes to: written beside, renamed when it is whole; one backup at a time, the oldest go."""

from __future__ import annotations

import datetime as dt
import errno
import fcntl
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gridmap.errors import BadInput, Conflict, DiskFull

SUFFIX = ".zip"
UNFINISHED = ".unfinished"
STAMP = "%Y%m%dT%H%M%SZ"
NAME = re.compile(r"gridmap-(?P<project>[0-9a-f]{12})-(?P<stamp>\d{8}T\d{6}Z)\.zip")
SHARES_LACK = {errno.EINVAL, errno.ENOLCK, errno.EOPNOTSUPP, errno.EISDIR}  # locks, or fsync, of a folder
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@dataclass(frozen=True, slots=True)
class Kept:
    """How many archives stay: the newest `newest`, and of each of the last `weeks` weeks the newest one."""

    newest: int
    weeks: int = 0

    def __post_init__(self) -> None:
        if self.newest < 1 or self.weeks < 0:
            raise BadInput("At least the newest backup is kept.", "Give --keep 1 or more, and --weekly 0 or more.")


def file_name(project_uid: str, at: dt.datetime) -> str:
    """Such as gridmap-3f9c0a1b2c4d-20261123T021500Z.zip: the end of the project's uid, and the moment in UTC."""
    return f"gridmap-{project_uid[-12:]}-{at.astimezone(dt.UTC).strftime(STAMP)}{SUFFIX}"


@contextmanager
def alone(folder: Path, what: str) -> Iterator[None]:
    """Hold a folder, made where it is missing, against others who do the same. Raises Conflict when somebody does."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        _lock(descriptor, folder, what)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, folder: Path, what: str) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Conflict(f"Another {what} uses {folder} at this moment.", "Wait for its end, then try again.") from None
    except OSError as error:
        if error.errno not in SHARES_LACK:
            raise


@contextmanager
def draft(target: Path) -> Iterator[Path]:
    """A path beside the target, whose file takes the target's name when the block ends, and goes when it fails.

    To be used while the folder is held: what a killed run left there is removed first. Raises DiskFull.
    """
    _remove(target.parent, f".*{target.suffix}{UNFINISHED}*")
    path = target.with_name(f".{target.name}{UNFINISHED}")
    try:
        with room_in(target.parent):
            yield path
            sync(path)
            path.replace(target)
            sync(target.parent)
    finally:
        _remove(target.parent, f"{path.name}*")


def require_free(target: Path) -> None:
    """Raises Conflict when the target exists."""
    if target.exists():
        raise Conflict(
            f"{target} exists already.", "Name another file, or a folder: a backup there gets a name of its own."
        )


@contextmanager
def room_in(folder: Path) -> Iterator[None]:
    """Turn "no space left" into DiskFull."""
    try:
        yield
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        raise DiskFull(
            f"The disk of {folder} is full; nothing half-written was left.",
            "Free some space there, keep fewer backups (--keep), or name a folder on another disk.",
        ) from error


def sync(path: Path) -> None:
    """Have the disk keep a file, or a folder's names, over a power cut. A network share may know it of files only."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if not path.is_dir() or error.errno not in SHARES_LACK:
            raise
    finally:
        os.close(descriptor)


def rotate(folder: Path, project_uid: str, kept: Kept) -> list[Path]:
    """Remove a project's archives that need not be kept -> those removed. Files of other names stay."""
    found = _archives(folder, project_uid)
    stay = set(found[: kept.newest]) | set(_newest_of_weeks(found)[: kept.weeks])
    gone = [path for path in found if path not in stay]
    for path in gone:
        path.unlink()
    return gone


def _archives(folder: Path, project_uid: str) -> list[Path]:
    """The project's archives, newest first."""
    named = [(match, path) for path in folder.iterdir() if (match := NAME.fullmatch(path.name))]
    own = [(match["stamp"], path) for match, path in named if match["project"] == project_uid[-12:]]
    return [path for _, path in sorted(own, reverse=True)]


def _newest_of_weeks(newest_first: Sequence[Path]) -> list[Path]:
    """The newest archive of each week (ISO 8601, in UTC) that has one, newest week first."""
    by_week: dict[tuple[int, int], Path] = {}
    for path in newest_first:
        match = NAME.fullmatch(path.name)
        if match is not None:
            year, week, _ = dt.datetime.strptime(match["stamp"], STAMP).replace(tzinfo=dt.UTC).isocalendar()
            by_week.setdefault((year, week), path)
    return list(by_week.values())



def _remove(folder: Path, pattern: str) -> None:
    for path in folder.glob(pattern):
        path.unlink(missing_ok=True)
