"""`gridmap bundle`: everything in one file, for a machine without any network."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from gridmap.commands.progress import progress_bar
from gridmap.services.bundle import make_bundle


@click.command()
@click.argument("out", type=click.Path(path_type=Path), metavar="OUT.tar.gz")
@click.option("--postgis", is_flag=True, help="With the database server, PostgreSQL and PostGIS.")
def bundle(out: Path, postgis: bool) -> None:
    """Pack gridmap and all it needs into one file, for a machine without any network.

    In it are the program, its Python packages, the Debian packages and fonts it needs, checksums and a bill of
    materials (CycloneDX). It is made on a connected machine with the same release of Debian or Ubuntu as the one it is
    for; there, unpack it and run `./install`, later `./upgrade` and `./rollback` (docs/offline.md).
    """
    with progress_bar() as tell:
        made = make_bundle(out, now=dt.datetime.now(dt.UTC), postgis=postgis, on_progress=tell)
    machine = made.about.machine
    click.echo(
        f"{made.path}: release {made.about.release} for {machine.os_id} {machine.os_version} ({machine.architecture}), "
        f"{made.wheels} Python packages, {made.packages} Debian packages, {made.size_bytes / 1e6:,.0f} MB"
    )
    click.echo(f"SHA-256: {made.sha256}")
    click.echo("Compare it on the other side: sha256sum FILE. There: tar xzf FILE, then ./install in its folder.")
