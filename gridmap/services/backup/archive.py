"""The archive: one ZIP file of members, each with its SHA-256 in a manifest that is written last.

Any ZIP program opens it, and its tables are lines of JSON: data that outlive this program.
"""

from __future__ import annotations

import hashlib
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import IO, Any

from gridmap.errors import BadFile
from gridmap.services.backup.manifest import Manifest, Member, from_json, to_json

MANIFEST = "manifest.json"
MANIFEST_MOST_BYTES = 256 << 20  # a few hundred bytes a file
PIECE_BYTES = 1 << 20
LEVEL = 4  # of zlib: two thirds of the time of its usual 6, a few per cent more bytes
MADE_ON = (1980, 1, 1, 0, 0, 0)  # ZIP's clock has no time zone; the manifest tells when
ONLY_OWNER = 0o100600 << 16
SAFE_NAME = re.compile(r"tables/\w+\.jsonl|[\w-]+\.json|files(/[^/\\\x00-\x1f]+)+")
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)


class Writer:
    """Members on their way into an archive."""

    def __init__(self, file: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL)
        self.members: dict[str, Member] = {}

    def add(self, name: str, pieces: Iterable[bytes]) -> None:
        """Write one member from its pieces."""
        require_safe(name)
        size_bytes, digest = 0, hashlib.sha256()
        with self._zip.open(_info(name), "w", force_zip64=True) as member:
            for piece in pieces:
                member.write(piece)
                size_bytes += len(piece)
                digest.update(piece)
        self.members[name] = Member(size_bytes, digest.hexdigest())

    def finish(self, manifest: Manifest) -> None:
        """Write the manifest and the ZIP's directory."""
        with self._zip.open(_info(MANIFEST), "w", force_zip64=True) as member:
            member.write(to_json(manifest))
        self.close()

    def close(self) -> None:
        self._zip.close()


@contextmanager
def writing(file: IO[bytes]) -> Iterator[Writer]:
    """A writer into the file; what is not finished is given up."""
    writer = Writer(file)
    try:
        yield writer
    finally:
        with suppress(OSError, ValueError):  # the error that ended it is the one to tell
            writer.close()


class Reader:
    """An archive that has been opened; nothing in it is trusted before `check`."""

    def __init__(self, path: Path, opened: zipfile.ZipFile, manifest: Manifest) -> None:
        self.path = path
        self.manifest = manifest
        self._zip = opened

    def check(self, on_bytes: Callable[[int, int], None] = lambda _done, _total: None) -> None:
        """Read everything and compare. Raises BadFile at the first member that is missing, changed or not named."""
        known = set(self.manifest.members)
        there = set(self._zip.namelist()) - {MANIFEST}
        if known != there:
            raise self._damaged(f"{', '.join(sorted(known ^ there)[:3])} is missing or does not belong there")
        total, done = sum(member.size_bytes for member in self.manifest.members.values()), 0
        for name, member in self.manifest.members.items():
            digest = hashlib.sha256()
            for piece in self.pieces(name):
                digest.update(piece)
                done += len(piece)
                on_bytes(done, total)
            if digest.hexdigest() != member.sha256:
                raise self._damaged(f"{name} is not what was written")

    def pieces(self, name: str) -> Iterator[bytes]:
        """A member's content, piece by piece; never more than the manifest says. Raises BadFile."""
        require_safe(name)
        left_bytes = self.manifest.members[name].size_bytes
        try:
            with self._zip.open(name) as member:
                while piece := member.read(PIECE_BYTES):
                    left_bytes -= len(piece)
                    if left_bytes < 0:
                        raise self._damaged(f"{name} is longer than the manifest says")
                    yield piece
        except BROKEN as error:
            raise self._damaged(f"{name} cannot be unpacked") from error

    def lines(self, name: str) -> Iterator[bytes]:
        """The lines of a member, without their ends. Raises BadFile."""
        rest = b""
        for piece in self.pieces(name):
            *whole, rest = (rest + piece).split(b"\n")
            yield from whole
        if rest:
            raise self._damaged(f"{name} ends in the middle of a line")

    def _damaged(self, what: str) -> BadFile:
        return BadFile(f"{self.path} is damaged: {what}.", "Restore another backup; look after the disk it lay on.")


@contextmanager
def opened(path: Path) -> Iterator[Reader]:
    """Open an archive and read its manifest. Raises BadFile for what is no backup, or was cut off."""
    try:
        archive = zipfile.ZipFile(path)
    except FileNotFoundError:
        raise BadFile(f"There is no file {path}.", "Name a file made by `gridmap backup`.") from None
    except (*BROKEN, IsADirectoryError) as error:
        raise BadFile(
            f"{path} is no backup, or its end is missing.", "Name a file made by `gridmap backup`, copied as a whole."
        ) from error
    with archive:
        yield Reader(path, archive, from_json(_manifest_text(archive), str(path)))


def require_safe(name: str) -> None:
    """Raises BadFile for a member's name that leads out of the folder it is unpacked to."""
    if not SAFE_NAME.fullmatch(name) or ".." in PurePosixPath(name).parts:
        raise BadFile(f"{name!r} is no name for a file of a backup.", "Rename the file; nothing was changed.")


def _manifest_text(archive: zipfile.ZipFile) -> bytes:
    try:
        info = archive.getinfo(MANIFEST)
        if info.file_size > MANIFEST_MOST_BYTES:
            return b""
        return archive.read(info)
    except (*BROKEN, KeyError):
        return b""


def _info(name: str) -> Any:
    info = zipfile.ZipInfo(name, MADE_ON)
    info.compress_type = zipfile.ZIP_DEFLATED
    info._compresslevel = LEVEL  # type: ignore[attr-defined]  # Python 3.11 has no public name for it
    info.external_attr = ONLY_OWNER
    return info
