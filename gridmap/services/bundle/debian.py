"""The system's packages, with all they depend on: fetched by apt as for a machine on which nothing is installed."""

from __future__ import annotations

import hashlib
import re
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from email.parser import HeaderParser
from pathlib import Path

from gridmap.services.bundle.programs import piped, run

NO_PACKAGES = "Look at apt's message above (often: no network); `apt-get update` as root must work on this machine."
COPYRIGHT = re.compile(r"\./usr/share/doc/([^/]+)(/copyright)?")
LICENCE = re.compile(r"^License: *(\S.*)$", re.MULTILINE)
MACHINE_READABLE = "Format: http"  # Debian's copyright format 1.0 begins so
LEFT_OUT = {"Filename", "Size", "MD5sum", "SHA1", "SHA256"}  # fields of an index that are written anew


@dataclass(frozen=True, slots=True)
class Package:
    """A .deb file, the control fields of the package, and the names of the licences in its copyright file."""

    path: Path
    name: str
    version: str
    architecture: str
    control: str
    licences: tuple[str, ...] = ()


def collect(folder: Path, names: Sequence[str], workshop: Path) -> list[Package]:
    """Fetch packages and all they depend on into an empty folder, and write the index by which apt finds them there.

    `workshop` is an empty folder for apt's own lists: the system's are neither read nor changed. Raises BadSettings.
    """
    apt = _apt(folder, workshop)
    run([*apt, "update"], "Fetching the lists of Debian packages", NO_PACKAGES)
    fetch = ["install", "--download-only", "--yes", "--no-install-recommends"]
    run([*apt, *fetch, *names], "Fetching the Debian packages", NO_PACKAGES)
    for rest in ("partial", "lock"):
        left = folder / rest
        left.rmdir() if left.is_dir() else left.unlink(missing_ok=True)
    packages = with_licences([read(path) for path in sorted(folder.glob("*.deb"))])
    (folder / "Packages").write_text("\n".join(_entry(package) for package in packages), encoding="utf-8")
    return packages


def _apt(folder: Path, workshop: Path) -> list[str]:
    """apt-get with lists, state and archives of its own, on a system that has no package yet."""
    for path in (folder / "partial", workshop / "state" / "lists" / "partial", workshop / "cache"):
        path.mkdir(parents=True)
    (workshop / "status").touch()
    options = {
        "Dir::State": workshop / "state",
        "Dir::State::status": workshop / "status",
        "Dir::Cache": workshop / "cache",
        "Dir::Cache::archives": folder,
        "Dir::Log": workshop,
        "APT::Sandbox::User": "",
        "Debug::NoLocking": "1",
    }
    return ["apt-get", "-qq", *(f"-o{name}={value}" for name, value in options.items())]


def read(path: Path) -> Package:
    """What a .deb file says of itself; its licences are not looked for yet."""
    cure = "The file came here broken: try again, and look after the disk."
    control = run(["dpkg-deb", "--field", str(path)], f"Reading {path.name}", cure)
    fields = HeaderParser().parsestr(control)
    return Package(path, fields["Package"], fields["Version"], fields["Architecture"], control)


def upstream_version(packages: Sequence[Package], name: str) -> str:
    """A package's version as its makers count it: 3.11.2 of 3.11.2-6+deb12u6."""
    version = next(package.version for package in packages if package.name == name)
    return version.rpartition(":")[2].partition("-")[0].partition("+")[0]


def with_licences(packages: Sequence[Package]) -> list[Package]:
    """The packages with their licences. Many have their copyright file in another one's folder, by a link."""
    texts: dict[str, str] = {}
    links: dict[str, str] = {}
    for package in packages:
        _read_copyright(package, texts, links)
    found = []
    for package in packages:
        text = texts.get(package.name) or texts.get(links.get(package.name, ""), "")
        found.append(replace(package, licences=licences_of(text)))
    return found


def licences_of(copyright_text: str) -> tuple[str, ...]:
    """The short names in a machine-readable copyright file; none for one in prose."""
    if MACHINE_READABLE not in copyright_text[:500]:
        return ()
    return tuple(sorted({name.strip() for name in LICENCE.findall(copyright_text)}))


def _read_copyright(package: Package, texts: dict[str, str], links: dict[str, str]) -> None:
    """Note the package's copyright file, or whose folder its own is a link to."""
    command = ["dpkg-deb", "--fsys-tarfile", str(package.path)]
    with piped(command) as stream, tarfile.open(fileobj=stream, mode="r|") as tar:
        for member in tar:
            match = COPYRIGHT.fullmatch(member.name)
            if match is None:
                continue
            if member.issym() or member.islnk():
                target = member.linkname.removesuffix("/copyright").rpartition("/")[2]
                links.setdefault(match[1], target)
            elif match[2] and (file := tar.extractfile(member)) is not None:
                texts[match[1]] = file.read().decode("utf-8", "replace")


def _entry(package: Package) -> str:
    """A paragraph of a Packages index (Debian repository format)."""
    content = package.path.read_bytes()
    kept, keeping = [], True
    for line in package.control.splitlines():
        if not line.startswith(" "):
            keeping = line.partition(":")[0] not in LEFT_OUT
        if keeping:
            kept.append(line)
    kept += [
        f"Filename: ./{package.path.name}",
        f"Size: {len(content)}",
        f"SHA256: {hashlib.sha256(content).hexdigest()}",
    ]
    return "\n".join(kept) + "\n"
