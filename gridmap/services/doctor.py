"""What `gridmap doctor` looks at: is this installation whole, and if not, what is to be done?

Each check returns one Finding and changes nothing. A check that needs the database is left out where it does not open.
"""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import json
import os
import re
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from gridmap.config import DATA_GEO, ROOT, Settings
from gridmap.errors import GridmapError
from gridmap.store import audit, migrations, project
from gridmap.store.engine import Store, open_store
from gridmap.store.peek import STREETS_MARK

PYTHONS = ((3, 11), (3, 12))
LEAST_FREE_GB = 2.0
FONT_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".local/share/fonts")
CJK_FONT = re.compile(r"cjk|wqy|sourcehan|uming|ukai|simsun|simhei|msyh|pingfang|harmonyos", re.IGNORECASE)
CLOCK_MAY_LAG = dt.timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report: what was looked at, what was found, and what to do when that is a problem."""

    check: str
    ok: bool
    found: str
    cure: str = ""


def examine(settings: Settings, now: dt.datetime) -> Iterator[Finding]:
    """All findings, in the order in which they are best cured. `now` carries its time zone."""
    yield python_version()
    yield packages(ROOT / "requirements.lock")
    yield writable_folder(settings.var)
    yield secret_mode(settings)
    yield free_disk(settings.var)
    yield chinese_font(FONT_FOLDERS)
    try:
        store = open_store(settings.db, create=False)
    except GridmapError as error:
        cure = "Run scripts/run: it builds the demo." if settings.is_demo else error.hint
        yield Finding("database", False, error.message, cure)
        return
    try:
        yield from _examine_store(store, settings, now)
    finally:
        store.close()


def _examine_store(store: Store, settings: Settings, now: dt.datetime) -> Iterator[Finding]:
    yield Finding("database", True, store.address)
    schema = schema_state(store)
    yield schema
    if not schema.ok:
        return
    with store.read() as session:
        found = project.get(session)
        newest, _ = audit.head(session)
        entries = audit.since(session, newest - 1, 1) if newest else []
    yield clock(now, found.time_zone if found else "Asia/Shanghai", entries[0].at if entries else None)
    if settings.is_demo:
        yield demo_version(found.demo_version if found else None, DATA_GEO / "demo.json")
    yield base_map(settings.basemap_dir, settings.is_demo)


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
    existing = _nearest_existing(folder)
    cure = f"As administrator: chown -R {os.getuid()} {existing}; or set GRIDMAP_VAR to a folder of your own."
    try:
        with tempfile.TemporaryFile(dir=existing):
            foreign = [path for path in sorted(folder.glob("*")) if not os.access(path, os.W_OK, effective_ids=True)]
    except OSError as error:
        return Finding("data folder", False, f"{existing}: {error.strerror}", cure)
    if foreign:
        return Finding("data folder", False, f"{foreign[0]} cannot be written", cure)
    return Finding("data folder", True, str(folder))


def secret_mode(settings: Settings) -> Finding:
    """Can nobody but the owner read the secret?"""
    path = settings.var / "secret"
    if settings.secret_from_env:
        return Finding("secret", True, "from GRIDMAP_SECRET")
    if not path.exists():
        return Finding("secret", True, "none yet; it is made on the first start")
    mode = stat.S_IMODE(path.stat().st_mode)
    return Finding("secret", not mode & 0o077, f"{path}, mode {mode:04o}", f"Run: chmod 600 {path}")


def free_disk(folder: Path) -> Finding:
    """Is there room for a database, its log and a base map?"""
    free_gb = shutil.disk_usage(_nearest_existing(folder)).free / 1e9
    cure = f"Free at least {LEAST_FREE_GB:g} GB, or set GRIDMAP_VAR to a folder on a larger disk."
    return Finding("disk", free_gb >= LEAST_FREE_GB, f"{free_gb:.1f} GB free", cure)


def _nearest_existing(folder: Path) -> Path:
    return next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())


def chinese_font(folders: tuple[Path, ...]) -> Finding:
    """Is there a font with Chinese characters for what is drawn on this machine?"""
    for folder in folders:
        for path in sorted(folder.rglob("*.[ot]t[fc]")):
            if CJK_FONT.search(path.name):
                return Finding("chinese font", True, path.name)
    return Finding("chinese font", False, "none found", "As administrator: apt-get install fonts-noto-cjk")


def schema_state(store: Store) -> Finding:
    """Is the schema at this version's revision, with all its spatial indexes, triggers and keys?"""
    revision, newest = migrations.current(store), migrations.head()
    if revision != newest:
        found = f"revision {revision or 'none'}, this version needs {newest}"
        cure = "Run: scripts/gridmap db upgrade" if revision else "Run: scripts/gridmap init"
        return Finding("schema", False, found, cure)
    problems = migrations.check(store)
    cure = "Bring back the last good copy of the database; `scripts/gridmap db check` lists every problem."
    return Finding("schema", not problems, "; ".join(problems) or f"revision {revision}, indexes and keys whole", cure)


def clock(now: dt.datetime, time_zone: str, newest_entry_at: dt.datetime | None) -> Finding:
    """Is the project's time zone known here, and is the clock not behind what was already recorded?"""
    try:
        zone = ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return Finding("clock", False, f"time zone {time_zone} is unknown", "As administrator: apt-get install tzdata")
    found = f"{now.astimezone(zone):%Y-%m-%d %H:%M} {time_zone}"
    if newest_entry_at is None or newest_entry_at - now <= CLOCK_MAY_LAG:
        return Finding("clock", True, found)
    found += f", behind the newest entry of {newest_entry_at.astimezone(zone):%Y-%m-%d %H:%M}"
    return Finding("clock", False, found, "Set this machine's clock, for example by: timedatectl set-ntp true")


def demo_version(built: str | None, described: Path) -> Finding:
    """Was the demo database built from the demo files that lie here, or on streets of one's own?"""
    if built is not None and built.startswith(STREETS_MARK):
        return Finding("demo", True, f"on streets of your own ({built})")
    newest = str(json.loads(described.read_text(encoding="utf-8"))["demo_version"])
    return Finding("demo", built == newest, f"version {built}, the files are {newest}", "Run: scripts/gridmap demo")


def base_map(folder: Path, is_demo: bool) -> Finding:
    """Is there a base map to draw below the data?"""
    files = sorted(folder.glob("*.pmtiles"))
    found = f"{files[0]}, {files[0].stat().st_size / 1e6:.1f} MB" if files else f"none in {folder}"
    cure = "Run: scripts/gridmap demo" if is_demo else "Import streets, buildings, areas or ground: each draws it."
    return Finding("base map", bool(files), found, cure)
