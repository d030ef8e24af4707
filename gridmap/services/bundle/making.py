"""A bundle is collected in a folder beside its place, sealed with checksums, packed, and takes its name at the end."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gridmap import __version__
from gridmap.config import ROOT
from gridmap.errors import BadInput
from gridmap.services.backup import folder as folders
from gridmap.services.bundle import bom, debian, program, sealing, wheels
from gridmap.services.bundle.about import About, Machine, this_machine
from gridmap.services.bundle.programs import require
from gridmap.store import migrations

Progress = Callable[[str, int, int], None]
SUFFIX = ".tar.gz"
PROGRAMS = ("apt-get", "dpkg-deb")
POSTGIS = ("postgresql", "postgresql-postgis")
SCRIPTS = ("install", "upgrade", "rollback", "lib.sh")  # of scripts/offline: they stand at the bundle's top, too
COMPILED = 1.3  # an installed wheel beside its contents: Python writes compiled modules
SPARE_MB = 200


@dataclass(frozen=True, slots=True)
class Bundle:
    """What was made: the file, its digest, and what it holds."""

    path: Path
    size_bytes: int
    sha256: str
    about: About
    wheels: int
    packages: int


@dataclass(frozen=True, slots=True)
class Contents:
    """What lies in a bundle's folder before it is sealed: program/, wheels/ and debs/."""

    wheels: list[wheels.Wheel]
    packages: list[debian.Package]
    machine: Machine
    system_packages: tuple[str, ...]
    postgis_packages: tuple[str, ...]


def make_bundle(
    out: Path,
    *,
    now: dt.datetime,
    postgis: bool = False,
    on_progress: Progress = lambda _label, _done, _total: None,
) -> Bundle:
    """Collect everything from the machine's own package sources and write `out`, a new .tar.gz file.

    `postgis`: with the database server. Raises BadInput for another name; Conflict for a file that exists; DiskFull;
    BadSettings where this machine cannot make one, a package is not to be had, or the project's folder is not whole.
    """
    if not out.name.endswith(SUFFIX):
        raise BadInput(f"{out} is no name for a bundle.", f"Let it end with {SUFFIX}: gridmap{SUFFIX}")
    machine = this_machine()
    require(PROGRAMS)
    with folders.room_in(out.parent), folders.alone(out.parent, "bundle"):
        folders.require_free(out)
        with folders.draft(out) as draft, tempfile.TemporaryDirectory(prefix=".bundle-", dir=out.parent) as place:
            on_progress("The program", 0, 4)
            folder = Path(place) / "bundle"
            contents = collect(folder, Path(place), machine, postgis, on_progress)
            on_progress("Packing", 3, 4)
            about = seal(folder, contents, now)
            sealing.pack(folder, draft, f"gridmap-{about.release}", now)
            made = Bundle(
                out, draft.stat().st_size, sealing.sha256(draft), about, len(contents.wheels), len(contents.packages)
            )
    return made


def collect(folder: Path, workshop: Path, machine: Machine, postgis: bool, on_progress: Progress) -> Contents:
    """Fill a new folder with program/, wheels/ and debs/."""
    folder.mkdir()
    program.collect(ROOT, folder / "program")
    system = (*program.system_packages(ROOT), f"python{machine.python}")
    server = POSTGIS if postgis else ()
    on_progress("Debian packages", 1, 4)
    packages = debian.collect(folder / "debs", (*system, *server), workshop / "apt")
    on_progress("Python packages", 2, 4)
    (folder / "wheels").mkdir()
    python = debian.upstream_version(packages, f"python{machine.python}")
    found_wheels = wheels.collect(folder / "wheels", ROOT, python)
    return Contents(found_wheels, packages, machine, system, server)


def seal(folder: Path, contents: Contents, now: dt.datetime, version: str = __version__, revision: str = "") -> About:
    """Write the scripts, about.sh, the bill of materials and the checksums into the folder."""
    digests = sealing.digests_of(folder)
    need_bytes = sum(wheel.unpacked_bytes for wheel in contents.wheels) * COMPILED
    about = About(
        version=version,
        release=sealing.contents_name(version, digests),
        revision=revision or migrations.head(),
        machine=contents.machine,
        packages=contents.system_packages,
        postgis_packages=contents.postgis_packages,
        need_mb=round(need_bytes / 1e6) + SPARE_MB,
    )
    for name in SCRIPTS:
        shutil.copy(folder / "program" / "scripts" / "offline" / name, folder / name)
    (folder / "about.sh").write_text(about.as_shell(), encoding="utf-8")
    vendored = json.loads((folder / "program" / bom.VENDORED / "VENDORED.json").read_text(encoding="utf-8"))["packages"]
    bill = bom.bill(about, contents.wheels, contents.packages, vendored, digests, now)
    (folder / "bom.cdx.json").write_bytes(bill)
    sealing.write_sums(folder, sealing.digests_of(folder))
    return about
