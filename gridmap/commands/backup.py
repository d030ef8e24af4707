"""`gridmap backup` and `gridmap restore`: keep a project in one file, and bring it back."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import click

from gridmap.commands.progress import progress_bar
from gridmap.config import Settings, load
from gridmap.errors import BadInput
from gridmap.services import backup as backups
from gridmap.services.backup import Kept, Manifest
from gridmap.store import migrations

LOST_WITHOUT = {
    "GRIDMAP_SECRET": "nobody can prove what old entries of the audit are about",
    "GRIDMAP_KEY": "what was encrypted cannot be read",
}
FOLDER = "backups"  # under GRIDMAP_VAR, where nothing else is named
EVERY_NIGHT = """\b
Every night, by cron (one line of `crontab -e` of the user gridmap runs as):
  15 2 * * *  GRIDMAP_DB=... GRIDMAP_VAR=... /opt/gridmap/current/scripts/gridmap backup /backup --keep 7 --weekly 8
Or by systemd: deploy/systemd/gridmap-backup.timer (docs/install.md).

A backup on the same disk is lost with it: let /backup be another machine's. GRIDMAP_SECRET and GRIDMAP_KEY (var/secret,
var/key) are in no backup: keep them apart, once."""


@click.command("backup", epilog=EVERY_NIGHT)
@click.argument("target", required=False, type=click.Path(path_type=Path), metavar="[DIR|FILE.zip]")
@click.option("--keep", type=click.IntRange(1), metavar="N", help="In DIR, keep the newest N; the others go.")
@click.option(
    "--weekly",
    type=click.IntRange(0),
    metavar="M",
    help="With --keep, also keep the newest of each of the last M weeks.",
)
def backup(target: Path | None, keep: int | None, weekly: int | None) -> None:
    """Write the whole project into one file, while others go on working.

    In it are all rows as they are at one moment, the files that belong to them, the settings and the newest entry of
    the audit; keys and secrets never. The file is read again before it takes its name, and can be opened with any ZIP
    program. Without DIR or FILE it goes to backups/ in GRIDMAP_VAR.
    """
    if weekly is not None and keep is None:
        raise BadInput("--weekly needs --keep.", "For example: --keep 7 --weekly 8")
    settings = load()
    kept = None if keep is None else Kept(keep, weekly or 0)
    with progress_bar() as tell:
        made = backups.back_up(
            settings, target or settings.var / FOLDER, now=dt.datetime.now(dt.UTC), kept=kept, on_progress=tell
        )
    click.echo(f"{made.path}: {_told(made.manifest)}, {made.size_bytes / 1e6:,.1f} MB, read again and found whole")
    for path in made.removed:
        click.echo(f"{path}: removed")
    seq, digest = made.manifest.head
    click.echo(f"Audit: {seq:,} entries, head {digest.hex()}")


@click.command("restore")
@click.argument("archive", type=click.Path(path_type=Path), metavar="ARCHIVE")
@click.option(
    "--into",
    metavar="URL",
    help="The empty database, as GRIDMAP_DB names it; of either kind. Without it the archive is only checked.",
)
@click.option("--upgrade", is_flag=True, help="Bring an older backup's schema up to this version afterwards.")
@click.option(
    "--replace",
    is_flag=True,
    help="Put it in the place of the project in the database (that of GRIDMAP_DB, without --into), once gridmap is "
    "stopped. What came after the backup is lost: it is told, and done with --yes only.",
)
@click.option("--yes", is_flag=True, help="With --replace: do it.")
@click.pass_context
def restore(ctx: click.Context, archive: Path, into: str | None, upgrade: bool, replace: bool, yes: bool) -> None:
    """Bring a project back from ARCHIVE, into an empty place and as a whole or not at all.

    The archive is checked first; then every table is compared with what it was, and the chain of the audit is walked.
    A backup of a SpatiaLite file can be brought into PostgreSQL, and the other way; a server's password is better in
    ~/.pgpass than in URL. Whoever was signed in has to sign in again. Ends with 1 when the audit has a problem (it had
    it before the backup).
    """
    if yes and not replace:
        raise BadInput("--yes belongs to --replace.", "Without --replace only an empty database is filled.")
    settings = load() if into is None else load({**os.environ, "GRIDMAP_DB": into})
    if not yes and (into is None or replace):
        with progress_bar() as tell:
            manifest = backups.check(archive, on_progress=tell)
        click.echo(f"{archive} is whole: {_told(manifest)}, of {_when(manifest)}")
        if replace:
            _tell_loss(manifest, settings)
            ctx.exit(1)
        return
    with progress_bar() as tell:
        now = dt.datetime.now(dt.UTC)
        done = backups.restore(archive, settings, now=now, upgrade=upgrade, replace=replace, on_progress=tell)
    click.echo(f"{done.address}: {_told(done.manifest)}, of {_when(done.manifest)}; every table is what it was")
    _tell_what_to_do(done)
    for problem in done.problems:
        click.echo(f"PROBLEM  entry {problem.seq} of the audit: {problem.message}")
    ctx.exit(1 if done.problems else 0)


def _tell_loss(manifest: Manifest, settings: Settings) -> None:
    loss = backups.would_be_lost(manifest, settings)
    if loss.is_other:
        click.echo(f"{loss.address} is no later state of it: ALL of it would be lost ({loss.entries:,} audit entries).")
    elif loss.entries:
        newest = loss.newest_at.astimezone().strftime("%Y-%m-%d %H:%M") if loss.newest_at else "-"
        click.echo(
            f"{loss.address} went on since: {loss.changes:,} changes of data, {loss.entries:,} audit entries in all, "
            f"the newest of {newest}. They would be lost."
        )
    else:
        click.echo(f"{loss.address} has nothing that is not in it.")
    click.echo("Nothing was changed. Make a backup of what is there now; then give --yes as well.")


def _tell_what_to_do(done: backups.Restored) -> None:
    if done.revision != migrations.head():
        click.echo(f"Its schema is {done.revision}: run `gridmap db upgrade`, then `gridmap audit verify`.")
    for name in done.other_keys:
        click.echo(f"{name} is not here, or not the one of that time: put it back before you start gridmap.")
        click.echo(f"  Without it {LOST_WITHOUT[name]}.")


def _told(manifest: Manifest) -> str:
    name = f"project {manifest.project_name}" if manifest.project_name else "a project without a name"
    rows = f"{manifest.rows:,} rows in {len(manifest.tables)} tables"
    return f"{name}, {rows}, {len(manifest.files):,} files, schema {manifest.revision}"


def _when(manifest: Manifest) -> str:
    return manifest.made_at.astimezone().strftime("%Y-%m-%d %H:%M")
