"""Unpacking .gz and ZIP files: never more than a limit, never beside the folder meant, never by halves."""

from __future__ import annotations

import gzip
import io
import re
import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO

from gridmap.errors import BadFile, TooLarge
from gridmap.services.files.limits import (
    MEMBERS_LIMIT,
    RATIO_FROM_BYTES,
    RATIO_LIMIT,
    STREAM_LIMIT_BYTES,
    WHOLE_LIMIT_BYTES,
)

UTF8_NAMES = 0x800
ENCRYPTED = 0x1
_DRIVE = re.compile("[A-Za-z]:")
DAMAGED = (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile, NotImplementedError)


@dataclass(frozen=True, slots=True)
class Member:
    """One file in an archive; `name` is its path there, in the letters that were meant."""

    name: str
    info: zipfile.ZipInfo

    @property
    def suffix(self) -> str:
        return PurePosixPath(self.name).suffix.lower()


class Guarded(io.RawIOBase):
    """A stream being unpacked, which ends in TooLarge once it is over a limit, and in BadFile where it is damaged."""

    def __init__(
        self, stream: IO[bytes] | gzip.GzipFile, name: str, packed_bytes: Callable[[], int], limit_bytes: int
    ) -> None:
        """`packed_bytes`: how many packed bytes what has been read so far came from, or more."""
        super().__init__()
        self._stream, self._name, self._packed_bytes, self._limit_bytes = stream, name, packed_bytes, limit_bytes
        self._read_bytes = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # the stub names a wider type
        try:
            data = self._stream.read(len(buffer))
        except DAMAGED:
            raise BadFile(f"{self._name} is damaged and cannot be unpacked.", "Copy or export it again.") from None
        buffer[: len(data)] = data
        self._read_bytes += len(data)
        _check_size(self._name, self._read_bytes, self._packed_bytes, self._limit_bytes)
        return len(data)

    def close(self) -> None:
        self._stream.close()
        super().close()


def _check_size(name: str, unpacked_bytes: int, packed_bytes: Callable[[], int], limit_bytes: int) -> None:
    if unpacked_bytes > RATIO_FROM_BYTES and unpacked_bytes > packed_bytes() * RATIO_LIMIT:
        raise TooLarge(
            f"{name} unpacks to more than {RATIO_LIMIT} times its size, as no table does.",
            "Unpack it yourself if you trust it, and import what is in it.",
        )
    if unpacked_bytes > limit_bytes:
        raise TooLarge(f"{name} unpacks to more than {size(limit_bytes)}.", "Split it into several.")


def gunzip(path: Path, limit_bytes: int) -> BinaryIO:
    """The content of a .gz file as a stream. Reading it raises BadFile (damaged) or TooLarge."""
    unpacked = gzip.GzipFile(path)  # closed by what guards it
    packed = unpacked.myfileobj
    read_so_far = packed.tell if packed is not None else lambda: path.stat().st_size
    return io.BufferedReader(Guarded(unpacked, path.name, read_so_far, limit_bytes))


def members(path: Path) -> list[Member]:
    """The files in an archive. Raises BadFile: damaged, encrypted, names that lead outside, nothing in it; TooLarge."""
    try:
        with zipfile.ZipFile(path) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
    except DAMAGED:
        raise BadFile(
            f"{path.name} is damaged or cut short: the list of its files, which ends it, cannot be read.",
            "Copy or export it again.",
        ) from None
    found = [Member(_name(info), info) for info in infos]
    if not found:
        raise BadFile(f"{path.name} has no files in it.", "Pack it again.")
    if len(found) > MEMBERS_LIMIT or sum(member.info.file_size for member in found) > STREAM_LIMIT_BYTES:
        raise TooLarge(
            f"{path.name} holds more than {MEMBERS_LIMIT:,} files or {size(STREAM_LIMIT_BYTES)}.", "Split it."
        )
    for member in found:
        _check(path, member)
    return found


@contextmanager
def opened(path: Path, member: Member, limit_bytes: int) -> Iterator[BinaryIO]:
    """A file in an archive as a stream. Raises TooLarge by the size it says it has, which zipfile never reads beyond;
    reading it raises BadFile (damaged) or TooLarge.
    """
    _check_size(member.name, member.info.file_size, lambda: member.info.compress_size, limit_bytes)
    try:
        with zipfile.ZipFile(path) as archive, archive.open(member.info) as stream:
            guarded = Guarded(stream, member.name, lambda: member.info.compress_size, limit_bytes)
            yield io.BufferedReader(guarded)
    except DAMAGED:
        raise BadFile(f"{path.name} is damaged or packed in a way not known.", "Pack it again.") from None


def extract(path: Path, wanted: list[Member], folder: Path, stem: str) -> None:
    """Files of an archive into a folder, all with one stem: no name of the archive ever becomes a path."""
    for member in wanted:
        with opened(path, member, WHOLE_LIMIT_BYTES) as stream, (folder / f"{stem}{member.suffix}").open("wb") as out:
            shutil.copyfileobj(stream, out, 1 << 20)


def check_whole(path: Path, limit_bytes: int) -> None:
    """Raises BadFile or TooLarge when an archive that another library will read is damaged or a bomb."""
    unpacked_bytes = 0
    for member in members(path):
        with opened(path, member, limit_bytes - unpacked_bytes) as stream:
            while block := stream.read(1 << 20):
                unpacked_bytes += len(block)


def size(n_bytes: int) -> str:
    """A limit in words."""
    return f"{n_bytes >> 30} GiB" if n_bytes >= 1 << 30 else f"{n_bytes >> 20} MiB"


def _name(info: zipfile.ZipInfo) -> str:
    """A member's name as it was meant: what is not marked as UTF-8 is UTF-8 or, from Chinese Windows, GBK."""
    if info.flag_bits & UTF8_NAMES:
        return info.filename
    raw = info.orig_filename.encode("cp437", "replace")
    for codec in ("utf-8", "gb18030"):
        try:
            return raw.decode(codec).replace("\\", "/")
        except UnicodeDecodeError:
            continue
    return info.filename


def _check(path: Path, member: Member) -> None:
    name = PurePosixPath(member.name.replace("\\", "/"))
    if name.is_absolute() or ".." in name.parts or _DRIVE.match(str(name)) or "\x00" in member.info.orig_filename:
        raise BadFile(
            f"{path.name} holds a file whose name leads outside the archive: {member.name!r}.",
            "Do not trust it; ask for the file anew.",
        )
    if member.info.flag_bits & ENCRYPTED:
        raise BadFile(f"{path.name} is encrypted ({member.name}).", "Unpack it with its password first.")
