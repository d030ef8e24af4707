"""A folder of Parquet files: one after another here, or spread over the workers of a Dask cluster.

Each worker holds one copy of the index and only reads it; it is sent once, not with every file. Workers are spawned,
never forked. Those of another machine need the same gridmap and the same folders under the same names.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from gridmap.errors import BadFile, BadInput
from gridmap.services.locating.coordinates import Wanted
from gridmap.services.locating.counts import Counts
from gridmap.services.locating.parquet import locate_parquet, rows_of
from gridmap.services.locating.places import Places

LOCAL = "local"
RETRIES = 2  # a file is begun anew when its worker was lost


def files_of(folder: Path) -> list[Path]:
    """The Parquet files of a folder, also in folders inside, by name. Raises BadFile where there are none."""
    files = sorted(
        path
        for path in folder.rglob("*.parquet")
        if path.is_file() and not any(part.startswith(("_", ".")) for part in path.relative_to(folder).parts)
    )
    if not files:
        raise BadFile(f"{folder} holds no *.parquet file.", "Name a folder of Parquet files.")
    return files


def locate_folder(
    source: Path,
    target: Path,
    places: Places,
    wanted: Wanted,
    *,
    prefix: str = "",
    dask: str | None = None,
    told: Callable[[int, int], None] = lambda _done, _total: None,
) -> Counts:
    """Write every file of `source` to the same name under `target`. `told` hears rows done, of all.

    `dask` is the address of a scheduler (tcp://host:port), or local[:n] for n processes on this machine.
    """
    files = files_of(source)
    pairs = [(file, target / file.relative_to(source)) for file in files]
    total = sum(rows_of(file) for file in files)
    for _, out in pairs:
        out.parent.mkdir(parents=True, exist_ok=True)
    done = Counts()
    if dask is None:
        for file, out in pairs:
            report = partial(_add, told, done.rows, total)
            done += locate_parquet(file, out, places, wanted, prefix=prefix, told=report)
        return done
    with _cluster(dask) as client:
        index = client.scatter(places, broadcast=True, hash=False)
        sent = [
            client.submit(_locate, file, out, index, wanted, prefix, pure=False, retries=RETRIES) for file, out in pairs
        ]
        for _, counts in import_module("distributed").as_completed(sent, with_results=True):
            done += counts
            told(done.rows, total)
    return done


def _add(told: Callable[[int, int], None], before: int, total: int, counts: Counts) -> None:
    told(before + counts.rows, total)


def _locate(source: Path, target: Path, places: Places, wanted: Wanted, prefix: str) -> Counts:
    """What a worker does. One thread: there are as many workers as cores."""
    return locate_parquet(source, target, places, wanted, prefix=prefix, threads=1)


@contextmanager
def _cluster(dask: str) -> Iterator[Any]:
    config: Any = import_module("dask.config")  # half a second that only those pay who want it
    distributed: Any = import_module("distributed")
    local, _, count = dask.partition(":")
    if local != LOCAL:
        if not dask.startswith(("tcp://", "tls://")):
            raise BadInput(f"--dask {dask} is no scheduler.", "Use local, local:n or tcp://host:port.")
        with distributed.Client(dask, timeout=10) as client:
            yield client
        return
    if count and not (count.isdigit() and int(count)):
        raise BadInput(f"--dask {dask}: '{count}' is no number of workers.", "For example: --dask local:2")
    with (
        config.set({"distributed.worker.multiprocessing-method": "spawn"}),
        distributed.LocalCluster(
            n_workers=int(count) if count else None,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",  # with None it takes its usual port on every interface
            silence_logs=logging.ERROR,
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client
