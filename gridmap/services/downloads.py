"""What a map shows, as files: its incidents, its grids with their figures.

A file holds just what the selection holds, and says in which words it was chosen, by which plan and when.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from gridmap import __version__
from gridmap.errors import BeyondData, NotFound
from gridmap.services.change import choropleth
from gridmap.services.change.choropleth import GridValue
from gridmap.services.exporting import Choice, Exported, export_layer, write_sheet
from gridmap.services.exporting.sheet import Kind, Part, Sheet
from gridmap.services.situation import Picture, Selection
from gridmap.store.engine import Store

FIGURES = "grid_figures"
COLUMNS = {
    "code": Kind.TEXT,
    "name": Kind.TEXT,
    "kind": Kind.TEXT,
    "community": Kind.TEXT,
    "street": Kind.TEXT,
    "households": Kind.WHOLE,
    "incidents": Kind.WHOLE,
    "rate_per_100_households": Kind.NUMBER,
    "rate_smoothed": Kind.NUMBER,
    "rate_low_95": Kind.NUMBER,
    "rate_high_95": Kind.NUMBER,
    "incidents_before": Kind.WHOLE,
    "change_percent": Kind.NUMBER,
    "change_more_than_chance": Kind.TEXT,
}


def download_incidents(store: Store, picture: Picture, chosen: Selection, path: Path, *, now: dt.datetime) -> Exported:
    """The incidents of a selection, in the form of an export (the ending names it): an import reads it back.

    Raises NotFound where the selection is empty, else as `Picture.rows` and `export_layer`.
    """
    ids = picture.events.id[picture.rows(chosen)]
    if not len(ids):
        raise NotFound("There are no incidents in this selection.", "Choose a longer period, other kinds or hours.")
    choice = Choice(plan=chosen.plan, ids=ids.tolist(), words=words_of(picture, chosen))
    return export_layer(store, "incidents", path, choice=choice, now=now)


def download_figures(picture: Picture, chosen: Selection, path: Path, *, now: dt.datetime) -> Exported:
    """Every grid of the plan asked for with its incidents, its rate and its change since the period before.

    The rate is empty where hardly anybody lives, the change where the data do not reach back. Raises NotFound where
    there are no grids, else as `Picture.rows`.
    """
    picture = picture.under(chosen.plan)
    plan = picture.ground.plan
    if plan is None or not picture.ground.grids:
        raise NotFound("There are no grids yet.", "Import grids first: gridmap import grids FILE.")
    rates = choropleth(picture, chosen, "rate")
    try:
        changes = choropleth(picture, chosen, "change")
    except BeyondData:
        changes = None
    about: dict[str, Any] = {
        "layer": FIGURES,
        "exported_at": now.astimezone(dt.UTC).isoformat(timespec="seconds"),
        "gridmap": __version__,
        "project": picture.project.name,
        "attribution": picture.project.attribution,
        "crs": "EPSG:4326",
        "plan": {"uid": plan.uid, "name": plan.name},
        "filter": words_of(picture, chosen),
    }
    if changes is not None and changes.before is not None:
        about["before"] = {"from": str(changes.before.from_on), "to": str(changes.before.to_on)}
    parts = partial(_parts, picture, rates.values, {} if changes is None else changes.values)
    sheet = Sheet(FIGURES, COLUMNS, "MultiPolygon", {k: v for k, v in about.items() if v is not None}, parts)
    return Exported(FIGURES, path, write_sheet(sheet, path), plan.name)


def words_of(picture: Picture, chosen: Selection) -> dict[str, Any]:
    """The selection in the words of its address; the period as it was understood."""
    period = picture.period(chosen)
    words = {
        "from": str(period.from_on),
        "to": str(period.to_on),
        "kinds": None if chosen.kinds is None else list(chosen.kinds),
        "hours": None if chosen.hours is None else str(chosen.hours),
        "area": chosen.area,
        "grid": chosen.grid,
        "block": chosen.block,
    }
    return {name: value for name, value in words.items() if value is not None}


def _parts(picture: Picture, rates: dict[str, GridValue], changes: dict[str, GridValue]) -> Iterator[Part]:
    grids = picture.ground.grids
    rows = [(grid, rates[grid.code], changes.get(grid.code)) for grid in grids]
    cells = [
        (
            grid.code,
            grid.name,
            grid.kind,
            grid.community_name,
            grid.street_name,
            grid.households,
            rate.count,
            rate.raw,
            rate.value,
            rate.low,
            rate.high,
            None if change is None else change.before,
            None if change is None else change.value,
            None if change is None else "yes" if change.significant else "no",
        )
        for grid, rate, change in rows
    ]
    columns = [list(column) for column in zip(*cells, strict=True)]
    yield Part(dict(zip(COLUMNS, columns, strict=True)), np.array([grid.geom for grid in grids], dtype=object))
