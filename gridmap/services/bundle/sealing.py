"""The bundle as one file: checksums of everything in it, then a tar archive that any machine unpacks."""

from __future__ import annotations

import datetime as dt
import hashlib
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from isal import igzip

SUMS = "SHA256SUMS"
NAMED = 8  # characters of the digest by which two builds of one version are told apart


def digests_of(folder: Path) -> dict[str, str]:
    """Path in the folder -> SHA-256 in hexadecimal, of every file but the list of checksums; sorted."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != SUMS)
    return {path.relative_to(folder).as_posix(): sha256(path) for path in files}


def sha256(path: Path) -> str:
    """In hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def contents_name(version: str, digests: Mapping[str, str]) -> str:
    """A release's name: the version, and enough of a digest of the contents to know another build of it."""
    text = "".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items()))
    return f"{version}-{hashlib.sha256(text.encode()).hexdigest()[:NAMED]}"


def write_sums(folder: Path, digests: Mapping[str, str]) -> None:
    """The list of checksums, as sha256sum reads it."""
    lines = [f"{digest}  {name}\n" for name, digest in sorted(digests.items())]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")


def pack(folder: Path, out: Path, top: str, now: dt.datetime) -> None:
    """Write the folder as a .tar.gz in which everything lies in the folder `top` and belongs to root.

    Wheels and Debian packages are packed already: the quickest level is as good as the best.
    """
    made_at = int(now.timestamp())

    def plain(info: tarfile.TarInfo) -> tarfile.TarInfo:
        info.uid = info.gid = 0
        info.uname = info.gname = "root"
        info.mtime = made_at
        info.mode = 0o755 if info.isdir() or info.mode & 0o100 else 0o644
        return info

    packed: IO[bytes] = igzip.open(out, "wb", compresslevel=1)  # type: ignore[no-untyped-call]
    with packed, tarfile.open(fileobj=packed, mode="w|") as tar:
        tar.add(folder, top, filter=plain)
