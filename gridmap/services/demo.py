"""The demo district: built from the layers in data/geo through the same import that real files go through.

A file is built beside its place and takes it when it is whole, so a demo is there or it is not. Another version, or a
demo on streets of one's own, takes the place of the one before, which is renamed and kept, and comes back when it is
asked for again. A database with data of one's own is never touched.
"""

from __future__ import annotations

import fcntl
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from gridmap.config import DATA_GEO, Settings
from gridmap.errors import Conflict
from gridmap.services import basemap, project
from gridmap.services.demo_data import DemoData, demo_data
from gridmap.services.demo_plan import store_plan, store_posts
from gridmap.services.demo_streets import StreetsWish, streets_data
from gridmap.services.exchange import import_file
from gridmap.store import audit, migrations
from gridmap.store import demo as mark
from gridmap.store import project as projects
from gridmap.store.engine import Store, file_of, open_store, shown_address
from gridmap.store.peek import STREETS_MARK, peek

Progress = Callable[[str, int, int], None]

SIDE_FILES = ("-wal", "-shm")  # what SQLite keeps beside a database
BEFORE_PLAN = {"areas": "areas.fgb", "ground": "ground.fgb", "blocks": "blocks.fgb"}
AFTER_PLAN = {
    "buildings": "buildings.fgb",
    "households": "households.csv.gz",
    "units": "units.csv.gz",
    "sites": "sites.fgb",
    "streets": "streets.fgb",
    "cameras": "cameras.csv",
    "incidents": "incidents.csv.gz",
}


def build(settings: Settings, *, on_progress: Progress, data: DemoData | None = None) -> None:
    """Make sure that the database holds this demo; returns at once when it does.

    Without `data` it is the demo of data/geo in its current version, unless the database holds one on streets of one's
    own: then that one stays. `on_progress(label, done, total)`. Raises Conflict for a database that holds anything else
    (nothing is touched), BadFile when the demo's data are missing.
    """
    data = data or _kept(settings) or demo_data()
    path = file_of(settings.db)
    if path is None or (path.exists() and not settings.is_demo):
        _build_in_place(settings, data, on_progress)
        return
    with _alone(path):
        held = _version_held(settings, data) if path.exists() else None
        if held == data.version:
            return
        if settings.is_demo and _version_in(_aside(path, data.version)) == data.version:
            _make_way(path, held)
            _bring_back(settings, path, data, on_progress)
            return
        draft = path.with_name(f"{path.stem}.unfinished{path.suffix}")
        _remove(draft)
        store = open_store(f"sqlite:///{draft}")
        try:
            _fill(store, settings, data, on_progress)
        finally:
            store.close()
        _make_way(path, held)
        _move(draft, path)


def build_on_streets(settings: Settings, wish: StreetsWish, *, on_progress: Progress) -> DemoData:
    """Make sure that the database holds a demo on these streets. Raises as `build` and `streets_data` do."""
    version = wish.version()
    path = file_of(settings.db)
    with tempfile.TemporaryDirectory(prefix="gridmap-") as name:
        folder = Path(name)
        if path is not None and version in (_version_in(path), _version_in(_aside(path, version))):
            data = DemoData(folder, version, demo_data().last_on)
        else:
            data = streets_data(settings, wish, folder, on_progress=on_progress)
        build(settings, on_progress=on_progress, data=data)
    return data


def _kept(settings: Settings) -> DemoData | None:
    """The demo on streets of one's own that the demo's file holds; it needs no data any more."""
    path = file_of(settings.db)
    version = _version_in(path) if path is not None and settings.is_demo else None
    if version is None or not version.startswith(STREETS_MARK):
        return None
    return DemoData(DATA_GEO, version, demo_data().last_on)


def _version_in(path: Path) -> str | None:
    found = peek(path)
    return None if found is None else found.demo_version


def _aside(path: Path, version: str) -> Path:
    """Where a demo goes when another takes its place: demo-1.db."""
    return path.with_name(f"{path.stem}-{version}{path.suffix}")


def _version_held(settings: Settings, data: DemoData) -> str | None:
    """The version of the demo in the demo's own file, its schema brought up to date; None: nothing is in it.

    Raises Conflict when it holds data of one's own.
    """
    store = open_store(settings.db)
    try:
        version, is_empty = _content(store)
        if version == data.version and migrations.current(store) != migrations.head():
            migrations.upgrade(store)
    finally:
        store.close()
    if version is None and not is_empty:
        raise _is_taken(settings, version)
    return version


def _make_way(path: Path, held: str | None) -> None:
    """The demo that is there goes aside and is kept; a file with nothing in it goes."""
    if held is None:
        _remove(path)
    else:
        _move(path, _free_name(path, held))


def _bring_back(settings: Settings, path: Path, data: DemoData, on_progress: Progress) -> None:
    """A demo of this version lies aside: it takes its place again, as it was left."""
    on_progress("database", 0, 2)
    _move(_aside(path, data.version), path)
    store = open_store(settings.db)
    try:
        migrations.upgrade(store)
        on_progress("base map", 1, 2)
        basemap.build(store, settings.basemap_dir)
    finally:
        store.close()
    on_progress("ready", 2, 2)


def _free_name(path: Path, version: str) -> Path:
    """demo-1.db, or demo-1-2.db and so on while that is taken."""
    name = _aside(path, version)
    number = 2
    while name.exists():
        name = path.with_name(f"{path.stem}-{version}-{number}{path.suffix}")
        number += 1
    return name


def _build_in_place(settings: Settings, data: DemoData, on_progress: Progress) -> None:
    """A server's database, or a file that others may have open: it must be empty, or hold an unfinished demo."""
    store = open_store(settings.db)
    try:
        version, is_empty = _content(store)
        if version == data.version:
            return
        if version == mark.UNFINISHED:
            migrations.downgrade(store, "base")
        elif not is_empty:
            raise _is_taken(settings, version)
        _fill(store, settings, data, on_progress)
    finally:
        store.close()


def _content(store: Store) -> tuple[str | None, bool]:
    """The version of the demo in a database (None: no demo), and whether nothing was ever stored in it."""
    if migrations.current(store) is None:
        return None, True
    with store.read() as session:
        found = projects.get(session)
        return (None if found is None else found.demo_version), audit.head(session)[0] == 0


def _is_taken(settings: Settings, version: str | None) -> Conflict:
    holds = "data of its own" if version is None else f"the demo of version {version}"
    return Conflict(
        f"The database {shown_address(settings.db)} holds {holds}.",
        "Leave GRIDMAP_DB unset to have the demo in var/demo.db, or name an empty database.",
    )


def _fill(store: Store, settings: Settings, data: DemoData, on_progress: Progress) -> None:
    """Build the demo into an empty database, step by step. Its mark is the last thing written."""

    def layers(files: dict[str, str]) -> list[tuple[str, Callable[[], object]]]:
        return [(layer, partial(_import, store, settings, data, layer, name)) for layer, name in files.items()]

    steps: list[tuple[str, Callable[[], object]]] = [
        ("database", partial(_prepare, store, data)),
        *layers(BEFORE_PLAN),
        ("grids", partial(store_plan, store, settings, data.folder, data.now)),
        *layers(AFTER_PLAN),
        ("posts", partial(store_posts, store, settings, data.folder, data.now)),
        ("base map", partial(basemap.build, store, settings.basemap_dir)),
        ("mark", partial(_mark, store, data.version)),
    ]
    for done, (label, work) in enumerate(steps):
        on_progress(label, done, len(steps))
        work()
    on_progress("ready", len(steps), len(steps))


def _prepare(store: Store, data: DemoData) -> None:
    migrations.upgrade(store)
    project.prepare(
        store,
        name=data.name,
        attribution=data.attribution,
        demo_version=mark.UNFINISHED,
        demo_now_on=data.last_on,
        now=data.now,
    )


def _import(store: Store, settings: Settings, data: DemoData, layer: str, file_name: str) -> None:
    path = data.folder / file_name
    import_file(store, settings, layer, path, into_demo=True, now=data.now, with_basemap=False)


def _mark(store: Store, version: str) -> None:
    with store.write() as session:
        mark.mark(session, version)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One builder at a time for a file; a second one waits, and finds the demo there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(f"{path.stem}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _move(source: Path, target: Path) -> None:
    """Give a closed database another name. What it still keeps beside itself goes with it, the log first."""
    for suffix in SIDE_FILES:
        beside = Path(f"{source}{suffix}")
        if beside.exists():
            beside.replace(f"{target}{suffix}")
    source.replace(target)


def _remove(path: Path) -> None:
    for file in (path, *(Path(f"{path}{suffix}") for suffix in SIDE_FILES)):
        file.unlink(missing_ok=True)
