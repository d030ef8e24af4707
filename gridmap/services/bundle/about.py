"""For which machines a bundle is, and what it is called: the file that its shell scripts read first."""

from __future__ import annotations

import platform
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

from gridmap.errors import BadSettings

OS_RELEASE = Path("/etc/os-release")
FAMILIES = {"debian", "ubuntu"}
PROCESSOR = "x86_64"  # pysqlite3, which loads SpatiaLite, is built for this one only


@dataclass(frozen=True, slots=True)
class Machine:
    """The system whose packages are collected: only one like it can use them."""

    os_id: str
    os_version: str
    architecture: str  # as dpkg names it
    python: str  # such as 3.11


@dataclass(frozen=True, slots=True)
class About:
    """A bundle: `release` is the name of its folder, `packages` are Debian's names, `need_mb` is for the disk."""

    version: str
    release: str
    revision: str
    machine: Machine
    packages: tuple[str, ...]
    postgis_packages: tuple[str, ...]
    need_mb: int

    def as_shell(self) -> str:
        """Lines NAME=value, to be read by a shell."""
        values = {
            "VERSION": self.version,
            "RELEASE": self.release,
            "REVISION": self.revision,
            "OS_ID": self.machine.os_id,
            "OS_VERSION": self.machine.os_version,
            "ARCHITECTURE": self.machine.architecture,
            "PYTHON": f"python{self.machine.python}",
            "PACKAGES": " ".join(self.packages),
            "POSTGIS_PACKAGES": " ".join(self.postgis_packages),
            "NEED_MB": str(self.need_mb),
        }
        return "".join(f"{name}={shlex.quote(value)}\n" for name, value in values.items())


def this_machine(os_release: Path = OS_RELEASE) -> Machine:
    """What the running system is. Raises BadSettings where bundles cannot be made."""
    values = _values(os_release)
    found = values.get("ID", platform.system()), values.get("VERSION_ID", "")
    if found[0] not in FAMILIES or not found[1] or platform.machine() != PROCESSOR:
        raise BadSettings(
            f"A bundle cannot be made on {' '.join(found)} ({platform.machine()}).",
            "Make it on the same release of Debian or Ubuntu as the machine it is for, on x86_64.",
        )
    return Machine(*found, "amd64", ".".join(map(str, sys.version_info[:2])))


def _values(path: Path) -> dict[str, str]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError:
        return {}
    pairs = (line.partition("=") for line in lines if "=" in line)
    return {name: "".join(shlex.split(value)) for name, _, value in pairs}
