"""Measure gridmap beside its peers and print the tables as Markdown: `python scripts/bench.py [NAME...]`.

Every NAME is a module of `scripts/bench/` with a function `run(arguments) -> Iterable[str]`; a NAME that takes words of
its own is followed by them. Without a NAME all are run but those that take long. Times of one table are of one run on
one machine: compare within a table, not between machines.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys

import bench
from bench import tables


def names() -> list[str]:
    """The measurements there are: modules with a `run`."""
    found = (module.name for module in pkgutil.iter_modules(bench.__path__))
    return [name for name in found if hasattr(importlib.import_module(f"bench.{name}"), "run")]


def main(arguments: list[str]) -> int:
    known = names()
    if arguments and arguments[0] not in known:
        print(f"There is no measurement {arguments[0]!r}. Use one or more of: {', '.join(known)}.", file=sys.stderr)
        return 2
    chosen: list[tuple[str, list[str]]] = []
    for argument in arguments or [name for name in known if not _takes_long(name)]:
        if argument in known:
            chosen.append((argument, []))
        else:
            chosen[-1][1].append(argument)
    print(tables.machine())
    for name, words in chosen:
        for line in importlib.import_module(f"bench.{name}").run(words):
            print(line, flush=True)
    return 0


def _takes_long(name: str) -> bool:
    return bool(getattr(importlib.import_module(f"bench.{name}"), "TAKES_LONG", False))


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] in {"bench", "gridmap", "web"}:
            raise
        print(f"Error: the package '{error.name}' is missing, which the measurements need.", file=sys.stderr)
        print("What to do: .venv/bin/pip install -c requirements.lock -e '.[test,bench]'", file=sys.stderr)
        sys.exit(2)
