"""A group of commands that are named in a table and imported on their first use."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

# command -> module and object in gridmap.commands, and the line that the group's help shows
Commands = Mapping[str, tuple[str, str, str]]


class LazyGroup(click.Group):
    """A group whose help needs no command's module: `table` says where each command is."""

    def __init__(self, *arguments: Any, table: Commands, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.table = table

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in self.table:
            return None
        module, name, _ = self.table[cmd_name]
        command = getattr(import_module(f"gridmap.commands.{module}"), name)
        if not isinstance(command, click.Command):
            raise TypeError(f"gridmap.commands.{module}.{name} is no command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, _, line) in self.table.items()])
