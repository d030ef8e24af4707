"""Files that people hand in through the browser, kept until they are imported, given up or a day old.

Each lies in a folder of its own under `var/uploads`, which no address leads to. The folder is named after a digest of
the upload's token; the file in it is named by us. What the person's computer calls it is only ever shown. A token is
unguessable and holds only in the browser session that handed the file in.
"""

from __future__ import annotations

import errno
import hashlib
import json
import secrets
import shutil
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from gridmap.errors import BadInput, DiskFull, NotFound, TooLarge
from gridmap.services.files.limits import (
    UPLOAD_LIMIT_BYTES,
    UPLOAD_LIMIT_MB,
    UPLOADS_KEPT_S,
    UPLOADS_LIMIT_BYTES,
)

CHUNK_BYTES = 1 << 20
NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
NAME_AT_MOST = 200  # characters of a name that are shown
SUFFIXES = {
    ".csv", ".tsv", ".tab", ".txt", ".xlsx", ".xls", ".xlsm", ".json", ".geojson", ".gpkg", ".fgb", ".kml", ".kmz",
    ".gpx", ".osm", ".pbf", ".shp", ".zip", ".gz",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Upload:
    """One file handed in. `name` is for people; `path` and `rejects` are ours."""

    token: str
    folder: Path
    name: str
    size_bytes: int
    suffix: str

    @property
    def path(self) -> Path:
        return self.folder / f"file{self.suffix}"

    @property
    def rejects(self) -> Path:
        return self.folder / "rejects.csv"

    @property
    def lock(self) -> Path:
        """Held by whoever works on it."""
        return self.folder / "work.lock"

    @property
    def rejects_name(self) -> str:
        """What the browser saves the rejected rows as."""
        return f"{PurePosixPath(self.name).stem}-rejects.csv"

    def state(self) -> dict[str, Any]:
        """What has been done with it; another process may have written it."""
        found: dict[str, Any] = json.loads((self.folder / "state.json").read_text(encoding="utf-8"))
        return found

    def tell(self, state: Mapping[str, Any]) -> None:
        """Replace its state, whole: readers see the old or the new."""
        with tempfile.NamedTemporaryFile("w", dir=self.folder, delete=False, encoding="utf-8") as file:
            json.dump(state, file, ensure_ascii=False)
        Path(file.name).replace(self.folder / "state.json")

    def drop_file(self) -> None:
        """The file itself is not needed any more; its state and its rejects stay until they are swept."""
        self.path.unlink(missing_ok=True)


class Uploads:
    """All uploads of one installation, below one folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def receive(self, stream: IO[bytes], *, name: str, announced_bytes: int | None, owner: str) -> Upload:
        """Keep what comes from `stream`. Refused before a byte is read when it is announced as too large.

        Raises TooLarge (this file, or all uploads together), BadInput for an empty one, DiskFull.
        """
        if (announced_bytes or 0) > UPLOAD_LIMIT_BYTES:
            raise _too_large()
        self.sweep()
        if self._held_bytes() + (announced_bytes or 0) > UPLOADS_LIMIT_BYTES:
            raise TooLarge(
                "The server holds as many uploaded files as it may.",
                "Finish or give up imports that are open, or use the command gridmap import.",
            )
        token = secrets.token_urlsafe(24)
        folder = self._folder(token)
        folder.mkdir(parents=True, mode=0o700)
        upload = Upload(token, folder, _shown(name), 0, _suffix(name))
        try:
            size_bytes = _copy(stream, upload.path)
            about = {"name": upload.name, "suffix": upload.suffix, "size_bytes": size_bytes, "owner": _digest(owner)}
            (folder / "about.json").write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")
            upload.tell({"state": "received"})
        except BaseException as error:
            shutil.rmtree(folder, ignore_errors=True)
            if isinstance(error, OSError) and error.errno in NO_ROOM:
                raise DiskFull("The server's disk is full; the file was not kept.", "Free some space there.") from error
            raise
        return Upload(token, folder, upload.name, size_bytes, upload.suffix)

    def find(self, token: str, owner: str) -> Upload:
        """The upload of a token in the session that made it. Raises NotFound for all others, and for what is gone."""
        folder = self._folder(token)
        try:
            about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            about = None
        if about is None or not owner or about["owner"] != _digest(owner):
            raise NotFound(
                "There is no uploaded file of that token here.",
                f"Files are kept for {UPLOADS_KEPT_S // 3600} hours, and only for the browser that sent them: "
                "choose it again.",
            )
        return Upload(token, folder, about["name"], about["size_bytes"], about["suffix"])

    def drop(self, upload: Upload) -> None:
        """Forget an upload and everything about it."""
        shutil.rmtree(upload.folder, ignore_errors=True)

    def sweep(self, *, now_s: float | None = None) -> int:
        """Remove what is older than a day -> how many."""
        oldest_s = (now_s or time.time()) - UPLOADS_KEPT_S
        old = [folder for folder in self._folders() if _changed_s(folder) < oldest_s]
        for folder in old:
            shutil.rmtree(folder, ignore_errors=True)
        return len(old)

    def _folder(self, token: str) -> Path:
        return self.root / hashlib.sha256(token.encode()).hexdigest()

    def _folders(self) -> list[Path]:
        return [path for path in self.root.iterdir() if path.is_dir()] if self.root.is_dir() else []

    def _held_bytes(self) -> int:
        return sum(file.stat().st_size for folder in self._folders() for file in folder.iterdir() if file.exists())


def _too_large() -> TooLarge:
    return TooLarge(
        f"The file is larger than {UPLOAD_LIMIT_MB} MB.",
        "Import it on the server, where files of any size are read: gridmap import LAYER FILE",
    )


def _copy(stream: IO[bytes], path: Path) -> int:
    size_bytes = 0
    with path.open("xb") as file:
        while chunk := stream.read(CHUNK_BYTES):
            size_bytes += len(chunk)
            if size_bytes > UPLOAD_LIMIT_BYTES:
                raise _too_large()
            file.write(chunk)
    if not size_bytes:
        raise BadInput("The file is empty (0 bytes).", "Export it again.")
    return size_bytes


def _shown(name: str) -> str:
    """A name as a person may read it: its last part, printable, not endless."""
    last = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    return "".join(c for c in last if c.isprintable())[-NAME_AT_MOST:] or "file"


def _suffix(name: str) -> str:
    """'Table.CSV.gz' -> '.csv.gz': of a name only the endings that are known, from a list of our own."""
    return "".join(s for s in map(str.lower, PurePosixPath(name).suffixes[-2:]) if s in SUFFIXES)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _changed_s(folder: Path) -> float:
    try:
        return folder.stat().st_mtime
    except FileNotFoundError:
        return float("inf")  # another process was first
