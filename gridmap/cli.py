"""The `gridmap` command: a thin group that loads a command's module only when it is called.

`gridmap --version` must answer at once, so nothing heavy is imported here.
"""

from __future__ import annotations

import errno
import sys

import click

from gridmap import __version__
from gridmap.commands.lazy import Commands, LazyGroup
from gridmap.commands.telling import show_error
from gridmap.errors import BadSettings, GridmapError

COMMANDS: Commands = {
    "serve": ("serving", "serve", "Serve the map and the JSON interface on this machine."),
    "demo": ("demo", "demo", "Build the demo district, or bring it up to date."),
    "init": ("initialising", "init", "Make the database that GRIDMAP_DB names."),
    "import": ("importing", "import_", "Bring a file in as a layer."),
    "imports": ("imports", "imports", "List what was brought in, or take an import back."),
    "export": ("exporting", "export", "Write a layer to a file that an import reads back."),
    "heat": ("heat", "heat", "Write a heat map as PNG, GeoTIFF or HTML."),
    "locate": ("locating", "locate", "Write the grid of every row of a file beside it."),
    "plan": ("plan", "plan", "Make blocks from streets; list and assign grid plans."),
    "db": ("database", "db", "Upgrade or check the database."),
    "backup": ("backup", "backup", "Write the whole project into one file, while it is used."),
    "restore": ("backup", "restore", "Bring a project back from a backup, into an empty database."),
    "bundle": ("bundle", "bundle", "Pack gridmap and all it needs, for machines without network."),
    "user": ("accounts", "user", "Accounts of the people who sign in."),
    "post": ("posts", "post", "Show posts, or bring them in from a list."),
    "audit": ("audit", "audit", "Check the chain of the audit."),
    "keys": ("keys", "keys", "Replace the key of what is stored encrypted."),
    "purge": ("purge", "purge", "Remove what is past its date, as phones of old incidents."),
    "settings": ("settings", "settings", "Settings of the organisation as a file, out and in."),
    "doctor": ("doctor", "doctor", "Check this installation and say what to do."),
}

EXIT_REFUSED = 2
# What the system refuses a person rather than a program's mistake: rights, a path through a file, a full disk.
REFUSED_BY_SYSTEM = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.ENOSPC, errno.EDQUOT}
EXIT_INTERRUPTED = 130


@click.group(cls=LazyGroup, table=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="gridmap", message="%(prog)s %(version)s")
def gridmap() -> None:
    """Grid management and patrol on the map.

    Settings come from GRIDMAP_* variables (GRIDMAP_DB names the database); without GRIDMAP_DB every command works on
    the demo district in var/demo.db.
    """


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 1 a check found problems, 2 refused with what to do, 130 interrupted."""
    try:
        code = gridmap.main(args=arguments, prog_name="gridmap", standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("Interrupted.", err=True)
        sys.exit(EXIT_INTERRUPTED)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except GridmapError as error:
        show_error(error)
        sys.exit(EXIT_REFUSED)
    except OSError as error:
        if error.errno not in REFUSED_BY_SYSTEM:
            raise
        show_error(
            BadSettings(
                f"{error.filename or 'A file'} cannot be used: {error.strerror}.",
                "Free space or rights there, or name another folder (GRIDMAP_VAR; OUT of the command).",
            )
        )
        sys.exit(EXIT_REFUSED)
    sys.exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
