"""The machine: its Python, packages, font, and room on the disk."""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

from gridmap.services.doctor.finding import Finding

PYTHONS = ((3, 11), (3, 12))
LEAST_FREE_GB = 2.0
FONT_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".local/share/fonts")
CJK_FONT = re.compile(r"cjk|wqy|sourcehan|uming|ukai|simsun|simhei|msyh|pingfang|harmonyos", re.IGNORECASE)


def python_version() -> Finding:
    """Is this one of the Pythons gridmap is tested on?"""
    found = ".".join(map(str, sys.version_info[:3]))
    known = " or ".join(".".join(map(str, version)) for version in PYTHONS)
    return Finding("python", sys.version_info[:2] in PYTHONS, found, f"Install Python {known}, then run scripts/run.")


def packages(lock: Path) -> Finding:
    """Are gridmap's own requirements installed, in the versions of the lock file?"""
    pinned = dict(line.strip().lower().split("==") for line in lock.read_text().splitlines() if "==" in line)
    wrong = []
    names = _required_names()
    for name in names:
        try:
            version = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            version = "not installed"
        if version != pinned.get(name.lower(), version):
            wrong.append(f"{name} {version} (pinned {pinned[name.lower()]})")
    found = "; ".join(wrong) or f"{len(names)} packages in their pinned versions"
    return Finding("packages", not wrong, found, "Run scripts/run: it installs the pinned versions.")


def _required_names() -> list[str]:
    """Names of the requirements that belong to no extra."""
    lines = importlib.metadata.requires("gridmap") or []
    return [re.split(r"[^A-Za-z0-9._-]", line, maxsplit=1)[0] for line in lines if "extra ==" not in line]


def writable_folder(folder: Path) -> Finding:
    """Can files be made in the folder that holds everything made at run time?"""
    existing = nearest_existing(folder)
    cure = f"As administrator: chown -R {os.getuid()} {existing}; or set GRIDMAP_VAR to a folder of your own."
    try:
        with tempfile.TemporaryFile(dir=existing):
            foreign = [path for path in sorted(folder.glob("*")) if not os.access(path, os.W_OK, effective_ids=True)]
    except OSError as error:
        return Finding("data folder", False, f"{existing}: {error.strerror}", cure)
    if foreign:
        return Finding("data folder", False, f"{foreign[0]} cannot be written", cure)
    return Finding("data folder", True, str(folder))


def free_disk(folder: Path) -> Finding:
    """Is there room for a database, its log and a base map?"""
    return room("disk", nearest_existing(folder), LEAST_FREE_GB, "Set GRIDMAP_VAR to a folder on a larger disk.")


def room(check: str, folder: Path, least_gb: float, other_way: str) -> Finding:
    """Is so much free on the disk of a folder?"""
    free_gb = shutil.disk_usage(folder).free / 1e9
    cure = f"Free at least {least_gb:.1f} GB. {other_way}"
    return Finding(check, free_gb >= least_gb, f"{free_gb:.1f} GB free", cure)


def nearest_existing(folder: Path) -> Path:
    return next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())


def chinese_font(folders: tuple[Path, ...]) -> Finding:
    """Is there a font with Chinese characters for what is drawn on this machine?"""
    for folder in folders:
        for path in sorted(folder.rglob("*.[ot]t[fc]")):
            if CJK_FONT.search(path.name):
                return Finding("chinese font", True, path.name)
    return Finding("chinese font", False, "none found", "As administrator: apt-get install fonts-noto-cjk")
