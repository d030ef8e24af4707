"""A progress bar on standard error, for commands that take longer than a moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

Tell = Callable[[str, int, int], None]  # what is being done, how much of it, of how much


@contextmanager
def progress_bar() -> Iterator[Tell]:
    """A bar that shows the step it is told; it leaves no trace behind. Without a terminal nothing is drawn."""
    columns = (TextColumn("{task.description:<32}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=None)

        def tell(label: str, done: int, total: int) -> None:
            progress.update(task, description=label, completed=done, total=total)

        yield tell
