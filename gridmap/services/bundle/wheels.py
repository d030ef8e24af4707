"""The Python packages: wheels of gridmap's requirements in the versions of the lock file, fetched by pip."""

from __future__ import annotations

import re
import sys
import tomllib
import zipfile
from dataclasses import dataclass
from email.parser import HeaderParser
from pathlib import Path

from gridmap.errors import BadSettings
from gridmap.services.bundle.programs import run

TOOLS = ("pip", "setuptools")  # what installs the others, on a machine that has neither
LONGEST_NAME = 60  # characters: a licence field that is longer is the licence itself
NO_INDEX = "Look at pip's message above (often: no network). Set the index in pip's configuration, as for scripts/run."


@dataclass(frozen=True, slots=True)
class Wheel:
    """A wheel and what it says of itself; `licence` is an SPDX expression where `is_expression`, else words."""

    path: Path
    name: str
    version: str
    licence: str
    is_expression: bool
    unpacked_bytes: int


def collect(folder: Path, root: Path, python: str) -> list[Wheel]:
    """Fetch the wheels of everything that the project in `root` requires into an empty folder.

    `python` is the version they are for, such as 3.11.2: the one that lies in the bundle may be older than this one.
    Raises BadSettings when pip cannot, or for a package that the lock does not pin.
    """
    lock, wanted = root / "requirements.lock", requirements(root / "pyproject.toml")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--no-input", "-q"]
    options = ["--only-binary", ":all:", "--python-version", python, "-c", str(lock), "-d", str(folder)]
    run([*pip, *options, *TOOLS, *wanted], "Fetching the Python packages", NO_INDEX)
    wheels = [read(path) for path in sorted(folder.glob("*.whl"))]
    pinned = pins(lock)
    loose = [f"{wheel.name} {wheel.version}" for wheel in wheels if pinned.get(normal(wheel.name)) != wheel.version]
    if loose:
        raise BadSettings(
            f"{', '.join(loose)}: not as requirements.lock pins it.", "Pin every package of the environment there."
        )
    return wheels


def requirements(project: Path) -> list[str]:
    """What gridmap requires to run, as pip reads it: the extras are for who changes it. `project`: pyproject.toml."""
    with project.open("rb") as file:
        found: list[str] = tomllib.load(file)["project"]["dependencies"]
    return found


def pins(lock: Path) -> dict[str, str]:
    """Normalised name -> version."""
    lines = (line.strip().partition("==") for line in lock.read_text(encoding="utf-8").splitlines())
    return {normal(name): version for name, equal, version in lines if equal}


def normal(name: str) -> str:
    """A project's name as indexes compare it (Python packaging specifications, names and normalization)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def read(path: Path) -> Wheel:
    """What a wheel says of itself. Raises BadSettings for a file that is none."""
    try:
        with zipfile.ZipFile(path) as archive:
            name = next(n for n in archive.namelist() if re.fullmatch(r"[^/]+\.dist-info/METADATA", n))
            headers = HeaderParser().parsestr(archive.read(name).decode("utf-8"))
            size = sum(info.file_size for info in archive.infolist())
    except (zipfile.BadZipFile, StopIteration) as error:
        raise BadSettings(
            f"{path.name} is no wheel.", "Empty pip's cache (pip cache purge), then try again."
        ) from error
    expression = headers.get("License-Expression", "")
    return Wheel(path, headers["Name"], headers["Version"], expression or _licence(headers), bool(expression), size)


def _licence(headers: object) -> str:
    """The classifiers' words, else a short field, else that it is unknown."""
    get_all = headers.get_all  # type: ignore[attr-defined]
    classifiers = [line.split(" :: ")[-1] for line in get_all("Classifier", []) if line.startswith("License ::")]
    named = [name for name in classifiers if name != "OSI Approved"]
    field = (get_all("License", [""])[0] or "").strip().partition("\n")[0]
    if field and len(field) <= LONGEST_NAME and field.upper() != "UNKNOWN" and not named:
        return field
    return ", ".join(named) or "see the licence file in the wheel"
