"""A bundle small enough for many tries: real scripts, checksums and bill, and a gridmap that is a page of shell.

Its database is a text, the schema in the first line; it writes down what it is asked, and fails or kills who called it
where a test says so. `python3.11` is a stand-in, too, that makes an environment in no time.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path

from gridmap.services.bundle import wheels
from gridmap.services.bundle.about import Machine, this_machine
from gridmap.services.bundle.making import Contents, seal

ROOT = Path(__file__).resolve().parents[3]
NOW = dt.datetime(2026, 11, 24, 3, 0, tzinfo=dt.UTC)
PYTHON = f"""#!/bin/sh
# The stand-in for python3.11, and for the python of an environment it makes.
here=$(dirname "$0")
case "$*" in
    "-m venv"*)
        for folder do :; done
        mkdir -p "$folder/bin" && cp "$0" "$folder/bin/python"
        ;;
    *" -e "*)
        for release do :; done
        cp "$release/fake/gridmap" "$here/gridmap"
        ;;
    -m*) ;;
    *"import web.app"* | *"import venv"*) ;;
    *) exec {sys.executable} "$@" ;;
esac
"""
GRIDMAP = """#!/bin/sh
root=$(cd -P "$(dirname "$0")/../.." && pwd -P)
var=$root/../../var
schema=$(cat "$root/fake/schema")
echo "$(basename "$root") $*" >>"$var/calls"
word=$1
[ "$1" != db ] || word=db-$2
at() { [ -e "$var/$1" ] && [ "$(cat "$var/$1")" = "$2" ]; }
die() { rm "$var/kill"; kill -9 $PPID; exit 1; }
! at kill "$schema before $word" || die
case "$1 $2" in
    "db revision")
        if [ -e "$var/db" ]; then echo "database $(head -n 1 "$var/db")"; else echo "database none"; fi
        echo "program $schema"
        ;;
    "db upgrade")
        ! at fail upgrade || { echo "Error: a trigger is missing." >&2; exit 2; }
        { echo "$schema"; tail -n +2 "$var/db"; echo "migrated to $schema"; } >"$var/new" && mv "$var/new" "$var/db"
        ;;
    backup*) cp "$var/db" "$2" ;;
    restore*)
        case "$*" in
            *--yes*) cp "$2" "$var/db" ;;
            *) echo "3 changes of data would be lost." && exit 1 ;;
        esac
        ;;
    doctor*)
        bad='{"check": "disk", "ok": false, "found": "1 GB free", "cure": "Free some."}'
        at fail doctor-always || at fail "doctor-of-$schema" || bad='{"check": "disk", "ok": true}'
        printf '{"ok": true, "findings": [%s]}' "$bad"
        ;;
esac
! at kill "$schema after $word" || die
"""
SYSTEMCTL = """#!/bin/sh
echo "systemctl $*" >>"$PLACE/prefix/var/calls"
case "$*" in
    *is-active*) ! grep -qs "$(basename "$(readlink "$PLACE/prefix/current")")" "$PLACE/ails" ;;
esac
"""


@dataclass(frozen=True, slots=True)
class Place:
    """A folder with a prefix to install to, and the programs that stand in for the machine's."""

    folder: Path

    @property
    def prefix(self) -> Path:
        return self.folder / "prefix"

    @property
    def database(self) -> list[str]:
        return (self.prefix / "var" / "db").read_text().splitlines()

    @property
    def current(self) -> str:
        return (self.prefix / "current").readlink().name

    def says(self, name: str, text: str) -> None:
        """What the stand-in gridmap does: `fail` at a step, `kill` its caller at a moment of a schema's release."""
        (self.prefix / "var" / name).write_text(text)

    def calls(self) -> list[str]:
        """What was asked of gridmap and systemctl since the last look."""
        path = self.prefix / "var" / "calls"
        found = path.read_text().splitlines() if path.exists() else []
        path.write_text("")
        return found

    def run(self, script: Path, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a script for this prefix; the caller's GRIDMAP_ settings are not for it."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith("GRIDMAP_")}
        environment |= {"PATH": f"{self.folder / 'bin'}:/usr/sbin:/usr/bin:/sbin:/bin", "GRIDMAP_SETTLE_S": "0"}
        environment |= {"PLACE": str(self.folder), "TMPDIR": str(self.folder)}
        return subprocess.run(
            ["sh", str(script), "--prefix", str(self.prefix), *words],
            env=environment, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip


def make_place(folder: Path) -> Place:
    """An empty prefix, and stand-ins for python3.11, sync (a busy disk takes seconds) and systemctl."""
    (folder / "bin").mkdir()
    for name, text in {"python3.11": PYTHON, "sync": "#!/bin/sh\n", "systemctl": SYSTEMCTL}.items():
        (folder / "bin" / name).write_text(text)
        (folder / "bin" / name).chmod(0o755)
    return Place(folder)


def make_bundle(folder: Path, version: str, schema: str, *, machine: Machine | None = None, need_mb: int = 0) -> Path:
    """The folder of an unpacked bundle."""
    program = folder / "program"
    (program / "fake").mkdir(parents=True)
    (program / "fake" / "gridmap").write_text(GRIDMAP)
    (program / "fake" / "gridmap").chmod(0o755)
    (program / "fake" / "schema").write_text(schema)
    shutil.copytree(ROOT / "scripts" / "offline", program / "scripts" / "offline")
    vendored = "web/static/vendor/VENDORED.json"
    (program / vendored).parent.mkdir(parents=True)
    for name in ("scripts/lib.sh", "requirements.lock", "pyproject.toml", vendored):
        shutil.copy(ROOT / name, program / name)
    (folder / "wheels").mkdir()
    wheel = make_wheel(folder / "wheels", "pip", "1.0", "License-Expression: MIT")
    contents = Contents(
        [replace(wheel, unpacked_bytes=need_mb << 20)],
        [],
        machine or replace(this_machine(), python="3.11"),
        ("dpkg",),
        (),
    )
    seal(folder, contents, NOW, version, schema)
    return folder


def make_wheel(folder: Path, name: str, version: str, *lines: str) -> wheels.Wheel:
    """A wheel with nothing but its metadata."""
    path = folder / f"{name}-{version}-py3-none-any.whl"
    headers = ["Metadata-Version: 2.4", f"Name: {name}", f"Version: {version}", *lines, "", "A text."]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{name}-{version}.dist-info/METADATA", "\n".join(headers))
    return wheels.read(path)
