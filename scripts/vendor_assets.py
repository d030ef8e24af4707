"""Bring third-party browser files into web/static/vendor, or check that they are still what was brought in.

    python scripts/vendor_assets.py            fetch the pinned packages with npm and write files and lists
    python scripts/vendor_assets.py --check    compare every file with VENDORED.json; needs no network

The page asks for nothing from outside, so its libraries are part of the project. VENDORED.json is the lock: package,
version, licence, digest of the package, digest of every file. Upgrading is changing a version in PACKAGES, running
this script and looking at the map.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

VENDOR = Path(__file__).resolve().parent.parent / "web" / "static" / "vendor"
LOCK = VENDOR / "VENDORED.json"
NOTICE = VENDOR / "THIRD_PARTY.md"
SOURCE_MAP = re.compile(rb"^\s*(//|/\*)[#@] sourceMappingURL=.*$\n?", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Package:
    """One npm package and the files of it that the page uses: path in the package -> path under vendor/<name>/."""

    name: str
    version: str
    licence: str
    purpose: str
    files: dict[str, str]


PACKAGES = (
    Package(
        "leaflet",
        "1.9.4",
        "BSD-2-Clause",
        "the map: tiles, canvas layers, gestures",
        {
            "dist/leaflet.js": "leaflet.js",
            "dist/leaflet.css": "leaflet.css",
            "dist/images/layers.png": "images/layers.png",
            "dist/images/layers-2x.png": "images/layers-2x.png",
            "dist/images/marker-icon.png": "images/marker-icon.png",
            "LICENSE": "LICENSE",
        },
    ),
    Package(
        "protomaps-leaflet",
        "5.1.0",
        "BSD-3-Clause",
        "draws the base map (PMTiles) on canvas and places its labels",
        {"dist/protomaps-leaflet.js": "protomaps-leaflet.js", "LICENSE": "LICENSE"},
    ),
    Package(
        "echarts",
        "6.1.0",
        "Apache-2.0",
        "draws the calendar and the hours of the week; fetched when one of them is opened",
        {"dist/echarts.min.js": "echarts.min.js", "LICENSE": "LICENSE", "NOTICE": "NOTICE"},
    ),
)


def main(arguments: list[str] | None = None) -> int:
    """Exit status: 0 when the files are what the list says, 1 when they are not."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="compare with VENDORED.json and fetch nothing")
    if parser.parse_args(arguments).check:
        problems = check()
        for problem in problems:
            print(problem, file=sys.stderr)
        if not problems:
            print(f"{len(listed(read_lock()))} vendored files are as listed.")
        return 1 if problems else 0
    fetch()
    return 0


def fetch() -> None:
    """Fetch every package, keep the listed files, write the lock and the notice."""
    before = {entry["name"]: entry for entry in read_lock()["packages"]} if LOCK.exists() else {}
    entries = []
    for package in PACKAGES:
        known = before.get(package.name, {})
        pinned = known.get("integrity") if known.get("version") == package.version else None
        entries.append(fetch_one(package, pinned))
        print(f"{package.name} {package.version}: {len(package.files)} files")
    LOCK.write_text(json.dumps({"packages": entries}, indent=2) + "\n", encoding="utf-8")
    NOTICE.write_text(notice(entries), encoding="utf-8")


def fetch_one(package: Package, pinned: str | None) -> dict[str, Any]:
    """The lock's entry of one package, after its files were written. Raises when its digest is not the pinned one."""
    target = VENDOR / package.name
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wanted = f"{package.name}@{package.version}"
        subprocess.run(["npm", "pack", "--silent", wanted], cwd=folder, check=True, capture_output=True)
        archive = next(folder.glob("*.tgz"))
        integrity = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        if pinned and pinned != integrity:
            raise SystemExit(f"{package.name} {package.version} is not the package that was pinned: {integrity}.")
        shutil.rmtree(target, ignore_errors=True)
        with tarfile.open(archive) as tar:
            for inside, outside in package.files.items():
                member = tar.extractfile(f"package/{inside}")
                if member is None:
                    raise SystemExit(f"{package.name} {package.version} has no file {inside}.")
                path = target / outside
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(without_source_map(member.read(), path))
    return {
        "name": package.name,
        "version": package.version,
        "licence": package.licence,
        "purpose": package.purpose,
        "integrity": integrity,
        "files": {out: digest(target / out) for out in sorted(package.files.values())},
    }


def without_source_map(content: bytes, path: Path) -> bytes:
    """Scripts and styles without the comment that makes a browser ask for a file that is not here."""
    return SOURCE_MAP.sub(b"", content) if path.suffix in {".js", ".css"} else content


def check() -> list[str]:
    """What differs from the lock: files changed, missing or not listed, packages of another version."""
    lock = read_lock()
    files = listed(lock)
    problems = [f"{path}: missing" for path in files if not (VENDOR / path).exists()]
    problems += [
        f"{path}: differs from VENDORED.json"
        for path, expected in files.items()
        if (VENDOR / path).exists() and digest(VENDOR / path) != expected
    ]
    present = {p.relative_to(VENDOR).as_posix() for p in VENDOR.rglob("*") if p.is_file()}
    problems += [f"{path}: not in VENDORED.json" for path in sorted(present - set(files) - {LOCK.name, NOTICE.name})]
    versions = {entry["name"]: entry["version"] for entry in lock["packages"]}
    if versions != {p.name: p.version for p in PACKAGES}:
        problems.append("VENDORED.json: other packages or versions than scripts/vendor_assets.py names; run it.")
    return problems


def listed(lock: dict[str, Any]) -> dict[str, str]:
    """Path under vendor/ -> SHA-256, of every file in the lock."""
    return {f"{entry['name']}/{path}": sha for entry in lock["packages"] for path, sha in entry["files"].items()}


def read_lock() -> dict[str, Any]:
    """VENDORED.json."""
    lock: dict[str, Any] = json.loads(LOCK.read_text(encoding="utf-8"))
    return lock


def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def notice(entries: list[dict[str, Any]]) -> str:
    """The list for people: what is here, by which licence, what for."""
    rows = "\n".join(f"| {e['name']} | {e['version']} | {e['licence']} | {e['purpose']} |" for e in entries)
    return (
        "# Third-party files served by gridmap\n\n"
        "Unchanged but for source map comments. Made by `scripts/vendor_assets.py`; the licence texts lie beside the"
        f" files.\n\n| package | version | licence | what for |\n|---|---|---|---|\n{rows}\n"
    )


if __name__ == "__main__":
    sys.exit(main())
