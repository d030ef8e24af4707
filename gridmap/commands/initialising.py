"""`gridmap init`: a database of one's own, with its areas and, for an organisation, its three administrators."""

from __future__ import annotations

from pathlib import Path

import click

from gridmap.commands.administrators import make_administrators
from gridmap.commands.importing import report_lines
from gridmap.commands.progress import progress_bar
from gridmap.config import Settings, load
from gridmap.domain.access import Admin
from gridmap.errors import BadSettings
from gridmap.services.exchange import import_file
from gridmap.services.project import DEFAULT_TIME_ZONE, UNNAMED, open_project
from gridmap.store.engine import Store
from gridmap.store.project import get as project_of


@click.command()
@click.option("--name", default=UNNAMED, help="Name of the project, as the page shows it; may be left out.")
@click.option("--time-zone", default=DEFAULT_TIME_ZONE, show_default=True, help="Time zone of its dates and hours.")
@click.option(
    "--projection", metavar="EPSG:CODE",
    help="What is measured in, as EPSG:4547 (CGCS2000, 114 E); without it one is made for the first import.",
)  # fmt: skip
@click.option("--language", type=click.Choice(["zh", "en"]), help="Of whoever has not chosen one.  [default: zh]")
@click.option(
    "--areas", type=click.Path(path_type=Path), metavar="FILE",
    help="Its areas, as `gridmap import areas` reads them: they set the extent, and the projection if none is named.",
)  # fmt: skip
@click.option("--system-admin", metavar="NAME", help="Who looks after accounts and settings.")
@click.option("--security-admin", metavar="NAME", help="Who gives posts, and with them rights.")
@click.option("--audit-admin", metavar="NAME", help="Who reads the audit, and changes nothing.")
@click.option(
    "--passwords", metavar="FILE", help="Three lines: of the system, security, audit administrator (- for stdin)."
)
def init(
    name: str,
    time_zone: str,
    projection: str | None,
    language: str | None,
    areas: Path | None,
    system_admin: str | None,
    security_admin: str | None,
    audit_admin: str | None,
    passwords: str | None,
) -> None:
    """Make the database that GRIDMAP_DB names. One that holds a project already is left as it is.

    For an organisation it also makes the three administrators, who must be three people; at a terminal it asks. So a
    project that was one person's becomes an organisation's, too, with all it holds.
    """
    settings = load()
    if settings.is_demo:
        raise BadSettings(
            "GRIDMAP_DB is not set: a database of your own needs an address.",
            "For example: export GRIDMAP_DB=sqlite:///$PWD/district.db (the demo is made by `gridmap demo`).",
        )
    store = open_project(settings, name=name, time_zone=time_zone, projection=projection, language=language)
    try:
        with store.read() as session:
            project = project_of(session)
        if project is not None:
            about = ", ".join(filter(None, (project.time_zone, project.projection)))
            click.echo(f"{store.address} holds the project {project.name or 'unnamed'} ({about})")
        if areas is not None:
            _import_areas(store, settings, areas)
        names = {Admin.SYSTEM: system_admin, Admin.SECURITY: security_admin, Admin.AUDIT: audit_admin}
        make_administrators(store, settings, names, passwords)
        settings.secret(), settings.keys()  # both are there from now on, to be copied to a safe place
    finally:
        store.close()


def _import_areas(store: Store, settings: Settings, file: Path) -> None:
    with progress_bar() as tell:
        report = import_file(store, settings, "areas", file, progress=tell)
    for line in report_lines(report, None):
        click.echo(line)

