"""What is served: the demo's version, the settings, the base map."""

from __future__ import annotations

import json
from pathlib import Path

from gridmap.config import Settings
from gridmap.errors import GridmapError
from gridmap.services.doctor.finding import Finding, refused
from gridmap.services.settings import faults, read
from gridmap.store.engine import Store
from gridmap.store.peek import STREETS_MARK


def demo_version(built: str | None, described: Path) -> Finding:
    """Was the demo database built from the demo files that lie here, or on streets of one's own?"""
    if built is not None and built.startswith(STREETS_MARK):
        return Finding("demo", True, f"on streets of your own ({built})")
    newest = str(json.loads(described.read_text(encoding="utf-8"))["demo_version"])
    return Finding("demo", built == newest, f"version {built}, the files are {newest}", "Run: scripts/gridmap demo")


def settings_in_force(store: Store, settings: Settings) -> Finding:
    """Do the settings in force keep to what the page of settings would take?"""
    try:
        found = faults(store, settings)
    except GridmapError as error:
        return refused("settings", error)
    cure = " ".join(f"{each.hint} ({each.field})" for each in found[:3])
    told = " ".join(each.message for each in found[:3]) if found else f"version {read(store).version}"
    return Finding("settings", not found, told, f"{cure} On the page of settings, or: gridmap settings export, import")


def base_map(folder: Path, is_demo: bool) -> Finding:
    """Is there a base map to draw below the data?"""
    files = sorted(folder.glob("*.pmtiles"))
    found = f"{files[0]}, {files[0].stat().st_size / 1e6:.1f} MB" if files else f"none in {folder}"
    cure = "Run: scripts/gridmap demo" if is_demo else "Import streets, buildings, areas or ground: each draws it."
    return Finding("base map", bool(files), found, cure)
