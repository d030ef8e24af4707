"""`gridmap plan`: what a planner does, from blocks to a plan in force; a command is loaded when it is used."""

from __future__ import annotations

import click

from gridmap.commands.lazy import Commands, LazyGroup

COMMANDS: Commands = {
    "blocks": ("plan_blocks", "blocks", "Make blocks from streets, water, railways and walls."),
    "assign": ("plan_assign", "assign", "Make a plan of a list: compound or building > grid."),
    "list": ("plan_assign", "list_plans", "Show all plans."),
}


@click.group(cls=LazyGroup, table=COMMANDS)
def plan() -> None:
    """Blocks, grids and plans."""
