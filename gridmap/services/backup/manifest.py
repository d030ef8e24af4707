"""What an archive says of itself: who made it from what, and digests of all that is in it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from gridmap.errors import BadFile
from gridmap.store.snapshot import TableShape

KIND = "gridmap backup"
FORMAT = 1  # of the archive; a newer one is refused


@dataclass(frozen=True, slots=True)
class Member:
    """A file in the archive: its size as it is read, and its SHA-256 in hexadecimal."""

    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class TableEntry:
    """A table: its rows lie in `tables/<name>.jsonl`, `digest` is of the rows in any order (`RowsDigest`)."""

    shape: TableShape
    rows: int
    digest: str

    @property
    def member(self) -> str:
        return f"tables/{self.shape.name}.jsonl"


@dataclass(frozen=True, slots=True)
class Manifest:
    """All of it. `head` is the newest entry of the audit and its hash; `key_checks` tell whether a secret is the one
    of that time, and not what it is.
    """

    made_at: dt.datetime
    gridmap: str
    revision: str
    dialect: str
    project_uid: str
    project_name: str
    head: tuple[int, bytes]
    key_checks: Mapping[str, tuple[str, ...]]
    tables: tuple[TableEntry, ...]
    members: Mapping[str, Member]

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables)

    @property
    def files(self) -> list[str]:
        return [name for name in self.members if name.startswith("files/")]


def to_json(manifest: Manifest) -> bytes:
    """The text of `manifest.json`."""
    content = {
        "kind": KIND,
        "format": FORMAT,
        "made_at": manifest.made_at.astimezone(dt.UTC).isoformat(),
        "gridmap": manifest.gridmap,
        "revision": manifest.revision,
        "database": manifest.dialect,
        "project": {"uid": manifest.project_uid, "name": manifest.project_name},
        "audit": {"seq": manifest.head[0], "hash": manifest.head[1].hex()},
        "key_checks": dict(manifest.key_checks),
        "tables": [
            {"name": t.shape.name, "columns": t.shape.columns, "rows": t.rows, "digest": t.digest}
            for t in manifest.tables
        ],
        "members": {name: asdict(member) for name, member in manifest.members.items()},
    }
    return json.dumps(content, ensure_ascii=False, indent=1).encode()


def from_json(text: bytes, file: str) -> Manifest:
    """The manifest of the archive `file`. Raises BadFile when it is none, or of a newer format."""
    try:
        content = json.loads(text)
        if content["kind"] != KIND:
            raise KeyError("kind")
        if content["format"] > FORMAT:
            raise BadFile(f"{file} was made by a newer gridmap ({content['gridmap']}).", "Install that one or a newer.")
        return _read(content)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadFile(f"{file} holds no manifest of gridmap's.", "Name a file made by `gridmap backup`.") from error


def _read(content: dict[str, Any]) -> Manifest:
    return Manifest(
        made_at=dt.datetime.fromisoformat(content["made_at"]),
        gridmap=content["gridmap"],
        revision=content["revision"],
        dialect=content["database"],
        project_uid=content["project"]["uid"],
        project_name=content["project"]["name"],
        head=(int(content["audit"]["seq"]), bytes.fromhex(content["audit"]["hash"])),
        key_checks={name: tuple(checks) for name, checks in content["key_checks"].items()},
        tables=tuple(
            TableEntry(
                TableShape(t["name"], tuple((name, kind) for name, kind in t["columns"])), int(t["rows"]), t["digest"]
            )
            for t in content["tables"]
        ),
        members={name: Member(m["size_bytes"], m["sha256"]) for name, m in content["members"].items()},
    )
