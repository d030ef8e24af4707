"""`gridmap heat`: the heat of a period as a file."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import cast

import click

from gridmap.config import load
from gridmap.services import auditing
from gridmap.services.project import open_project
from gridmap.services.reporting import write_heat
from gridmap.services.reporting.texts import Lang
from gridmap.services.situation import Selection

DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.option("--from", "from_at", type=DAY, metavar="YYYY-MM-DD", help="First day; else 30 days before the last.")
@click.option("--to", "to_at", type=DAY, metavar="YYYY-MM-DD", help="Last day, itself in; else today.")
@click.option("--kind", "kinds", multiple=True, metavar="CODE", help="Only this kind and all below it. Repeatable.")
@click.option("--bandwidth-m", type=click.FloatRange(10, 10_000), help="Kernel bandwidth; else the configuration's.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="Language of the words.")
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path), metavar="OUT.{png,tif,html}")
def heat(
    from_at: dt.datetime | None,
    to_at: dt.datetime | None,
    kinds: tuple[str, ...],
    bandwidth_m: float | None,
    lang: str,
    out: Path,
) -> None:
    """Write a heat map to OUT: a picture (.png), a raster in the project's projection (.tif), or one HTML file that
    opens anywhere without a network (.html).

    The density is the map's: it does not fade towards the district's border, beyond which there is none.
    """
    chosen = Selection(_day(from_at), _day(to_at), kinds or None)
    settings = load()
    store = open_project(settings, create=False)
    try:
        report = write_heat(store, out, chosen, now=_now, bandwidth_m=bandwidth_m, lang=cast("Lang", lang))
        told = {"from": report.period.from_on, "to": report.period.to_on, "kinds": kinds or None}
        auditing.file_exported(store, settings, "map", out, told, now=_now())
    finally:
        store.close()
    period = report.period
    click.echo(f"{out}: {report.counts.total:,} incidents from {period.from_on} to {period.to_on}.", err=True)


def _day(at: dt.datetime | None) -> dt.date | None:
    return None if at is None else at.date()


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
