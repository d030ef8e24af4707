"""`gridmap plan`: what a planner does, from blocks to a plan in force; a command is loaded when it is used."""

from __future__ import annotations

from importlib import import_module

import click

# command -> module and object in gridmap.commands, and the line that `gridmap plan --help` shows
COMMANDS: dict[str, tuple[str, str, str]] = {
    "blocks": ("plan_blocks", "blocks", "Make blocks from streets, water, railways and walls."),
    "assign": ("plan_assign", "assign", "Make a plan of a list: compound or building > grid."),
    "list": ("plan_assign", "list_plans", "Show all plans."),
}


class PlanGroup(click.Group):
    """A group whose commands are named here and imported on their first use."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in COMMANDS:
            return None
        module, name, _ = COMMANDS[cmd_name]
        command = getattr(import_module(f"gridmap.commands.{module}"), name)
        if not isinstance(command, click.Command):
            raise TypeError(f"gridmap.commands.{module}.{name} is no command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, _, line) in COMMANDS.items()])


@click.group(cls=PlanGroup)
def plan() -> None:
    """Blocks, grids and plans."""
