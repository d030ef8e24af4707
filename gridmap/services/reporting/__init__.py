"""Heat files: a PNG to print, a GeoTIFF for other programs, one HTML file to hand on."""

from __future__ import annotations

import datetime as dt
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from gridmap.errors import BadInput
from gridmap.services.reporting.fonts import chinese_face
from gridmap.services.reporting.report import HeatReport
from gridmap.services.reporting.texts import Lang
from gridmap.services.situation import Picture, Selection, Situation
from gridmap.store.engine import Store

__all__ = ["FORMATS", "HeatReport", "write_heat", "write_report"]

FORMATS = (".png", ".tif", ".tiff", ".html")


def write_heat(
    store: Store,
    path: Path,
    chosen: Selection,
    *,
    now: Callable[[], dt.datetime],
    bandwidth_m: float | None = None,
    lang: Lang = "zh",
) -> HeatReport:
    """Write the heat of a selection to `path`; see `write_report`."""
    check_target(path)
    picture = Situation(store, now=now).picture()
    return write_report(store, picture, path, chosen, now=now(), bandwidth_m=bandwidth_m, lang=lang)


def check_target(path: Path) -> None:
    """Raises BadInput for an ending gridmap cannot write, or a folder that is not there."""
    if path.suffix.lower() not in FORMATS:
        raise BadInput(f"'{path.name}' has no ending gridmap can write.", "Use .png, .tif or .html.")
    if not path.parent.is_dir():
        raise BadInput(f"There is no folder {path.parent}.", "Make it first, or choose another.")


def write_report(
    store: Store,
    picture: Picture,
    path: Path,
    chosen: Selection,
    *,
    now: dt.datetime,
    bandwidth_m: float | None = None,
    lang: Lang = "zh",
    by: str | None = None,
) -> HeatReport:
    """Write the heat of a picture's selection to `path`, in the form its ending names; returns what the file says.

    `by` (count, rate, change) colours the grids of a page by that instead of the heat.

    A file that is there is replaced, when the new one is whole. A PNG is in English where no font has Chinese. Raises
    BadInput for another ending, an unknown kind or a folder that is not there, TooLarge for too fine a bandwidth.
    """
    check_target(path)
    suffix = path.suffix.lower()
    if by is not None and suffix != ".html":
        raise BadInput("Grids are coloured on a page alone.", "Leave out by, or ask for .html.")
    if suffix == ".png" and chinese_face() is None:
        lang = "en"
    report = HeatReport.of(picture, chosen, bandwidth_m, lang, now=now, by=by)
    _replace(path, lambda draft: _write(store, report, draft, suffix))
    return report


def _write(store: Store, report: HeatReport, path: Path, suffix: str) -> None:
    # imported here: each form needs libraries that the others do without
    if suffix in (".tif", ".tiff"):
        from gridmap.services.reporting.raster import write_geotiff

        write_geotiff(report, path)
        return
    from gridmap.services.reporting.scene import read_scene

    with store.read() as session:
        scene = read_scene(session, report)
    if suffix == ".png":
        from gridmap.services.reporting.sheet import draw_sheet

        path.write_bytes(draw_sheet(scene, report))
        return
    from gridmap.services.reporting.page import write_page

    path.write_text(write_page(scene, report), encoding="utf-8")


def _replace(path: Path, write: Callable[[Path], None]) -> None:
    """Write beside the place, then take it: what was there stays until the new file is whole."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-", suffix=path.suffix)
    os.close(descriptor)
    draft = Path(name)
    try:
        write(draft)
        draft.chmod(0o644)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
