"""Blocks from files alone: they are imported into a database that lasts as long as the work, as any import goes."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path

from gridmap.config import Settings
from gridmap.services import project
from gridmap.services.exchange import Report, import_file
from gridmap.store import migrations
from gridmap.store.engine import Store, open_store

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Files:
    """A file for each layer that blocks are made from; None where there is none. `crs` holds for all of them."""

    areas: Path | None = None
    streets: Path | None = None
    ground: Path | None = None
    buildings: Path | None = None
    households: Path | None = None

    def given(self) -> dict[str, Path]:
        """Layer -> file, in an order in which they can be imported."""
        found = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: path for name, path in found.items() if path is not None}


@dataclass(frozen=True, slots=True)
class Scratch:
    """The project of some files, and the report of each layer's import."""

    store: Store
    reports: Mapping[str, Report]

    def remarks(self) -> list[str]:
        """What a person should know: warnings, and rows that could not be used."""
        lines = []
        for report in self.reports.values():
            lines += [f"{report.file}: {warning}" for warning in report.warnings]
            if report.rejected:
                why = report.causes[0].text if report.causes else "import it to see why"
                lines.append(f"{report.file}: {report.rejected:,} of {report.read:,} rows were left out ({why})")
        return lines


@contextmanager
def ground_of_files(
    files: Files,
    settings: Settings,
    *,
    crs: str | None,
    now: dt.datetime,
    progress: Progress,
    mapping: Mapping[str, str] | None = None,
) -> Iterator[Scratch]:
    """A project of these files alone; gone when the block ends. `mapping` is that of the streets.

    Raises what an import raises: BadFile, BadInput, CrsMismatch, TooLarge.
    """
    with tempfile.TemporaryDirectory(prefix="gridmap-") as name:
        folder = Path(name)
        store = open_store(f"sqlite:///{folder / 'scratch.db'}")
        try:
            migrations.upgrade(store)
            project.prepare(store, now=now)
            reports = {}
            for layer, path in files.given().items():
                reports[layer] = import_file(
                    store,
                    settings,
                    layer,
                    path,
                    crs=crs,
                    mapping=mapping if layer == "streets" else None,
                    rejects=folder / f"{layer}-rejects.csv",
                    into_demo=True,
                    progress=progress,
                    now=now,
                    with_basemap=False,
                )
            yield Scratch(store, reports)
        finally:
            store.close()
