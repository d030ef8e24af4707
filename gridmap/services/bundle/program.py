"""The program itself: the folders and files of the project that run it, as they lie here."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from gridmap.errors import BadSettings

PARTS = (
    "gridmap", "web", "data", "scripts", "deploy", "docs", "pyproject.toml", "requirements.lock", "LICENSE",
    "README.md", "README.zh-CN.md", "CHANGELOG.md",
)  # fmt: skip
LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.egg-info", ".*", "*.nbi", "*.nbc")
RUN_PACKAGES = re.compile(r"^RUN_PACKAGES=\(([^)]*)\)$", re.MULTILINE)


def collect(root: Path, folder: Path) -> None:
    """Copy the program into a new folder. Raises BadSettings where it does not lie here as a project."""
    missing = [name for name in PARTS if not (root / name).exists()]
    if missing:
        raise BadSettings(
            f"{root} has no {missing[0]}: a bundle is made from the project's whole folder.",
            "Make it in a clone of the project, or with scripts/gridmap of an installed release.",
        )
    folder.mkdir()
    for name in PARTS:
        source = root / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=LEFT_OUT)
        else:
            shutil.copy(source, folder / name)


def system_packages(root: Path) -> tuple[str, ...]:
    """The packages of the system without which gridmap does not run: the list that scripts/run goes by."""
    found = RUN_PACKAGES.search((root / "scripts" / "lib.sh").read_text(encoding="utf-8"))
    if found is None:
        raise BadSettings("scripts/lib.sh names no RUN_PACKAGES.", "Take the project's folder as it was published.")
    return tuple(found[1].split())
