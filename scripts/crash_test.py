"""Kill imports at random moments and see that each file is there as a whole or not at all, with an unbroken audit.

    python scripts/crash_test.py [--imports N] [--rows N] [--seed N]

The real command is killed (SIGKILL, as by a power cut of the process) N times on each database: on a SpatiaLite file
and on a PostgreSQL server of its own, both made for this and removed; or on the empty database that GRIDMAP_DB names.
Ends with 1 at the first file that is there in part.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from gridmap.config import load
from gridmap.services.project import open_project
from gridmap.store import audit, migrations
from gridmap.store.engine import Store

ROOT = Path(__file__).resolve().parents[1]
ROWS = 4_000
TABLES = ("incident", "import_batch", "audit")
EARLIEST = 0.5  # of an import's duration: before it, Python itself is still starting

# `gridmap ARGUMENTS` with these settings, killed after that many seconds -> its exit code (-9: killed), its errors.
Command = Callable[[Sequence[str], Mapping[str, str], float | None], tuple[int, str]]


class HalfAnImport(AssertionError):
    """A file was stored in part, or the chain or the schema is broken."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of the imports: `killed` before anything was stored, `whole` although they were shot at."""

    killed: int
    whole: int


def process(arguments: Sequence[str], environment: Mapping[str, str], kill_after_s: float | None) -> tuple[int, str]:
    """The Command as a person starts it."""
    command = [sys.executable, "-m", "gridmap.cli", *arguments]
    started = subprocess.Popen(
        command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    with contextlib.suppress(subprocess.TimeoutExpired):
        started.wait(kill_after_s)
    started.kill()
    error = started.communicate()[1]
    return started.returncode, error


def crash(
    address: str,
    folder: Path,
    *,
    imports: int,
    rows: int = ROWS,
    seed: int = 1,
    command: Command = process,
    earliest: float = EARLIEST,
) -> Tally:
    """Shoot at that many imports into an empty database, one after another, and look at it after each.

    A file that was killed is imported again until it is there. A shot falls between `earliest` and 1.1 of what the
    first import took. Raises HalfAnImport.
    """

    def import_(path: Path, kill_after_s: float | None) -> int:
        code, error = command(["import", "incidents", str(path)], environment, kill_after_s)
        if code not in (0, -signal.SIGKILL):
            raise HalfAnImport(f"gridmap import ended with {code}: {error}")
        return code

    rng = random.Random(seed)  # noqa: S311 - moments, not secrets
    folder.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "GRIDMAP_DB": address, "GRIDMAP_VAR": str(folder / "var")}
    store = open_project(load(environment))
    try:
        if _state(store) != (0, 0, 0):
            raise SystemExit("The database must be empty: it is filled with made-up incidents.")
        begun_s = time.monotonic()
        import_(_file(folder, 0, rows), None)
        duration_s = time.monotonic() - begun_s
        whole, killed = 1, 0
        for _ in range(imports):
            code = import_(_file(folder, whole, rows), duration_s * rng.uniform(earliest, 1.1))
            is_there = _look(store, whole, rows)
            whole += is_there
            killed += not is_there
            if code == 0 and not is_there:
                raise HalfAnImport("An import said that it was done, and nothing is there.")
        import_(_file(folder, whole, rows), None)
        _look(store, whole, rows)
        problems = migrations.check(store)
        if problems:
            raise HalfAnImport(" ".join(problems))
    finally:
        store.close()
    _verify_by_command(environment)
    return Tally(killed, whole - 1)


def _look(store: Store, whole: int, rows: int) -> bool:
    """Whether the newest file is there, when `whole` others are; raises HalfAnImport for anything between."""
    with store.write() as session:  # a server may still be ending what the dead process began: wait for it
        session.execute(sa.text("UPDATE audit_head SET seq = seq"))
    found = _state(store)
    before, after = (whole * rows, whole, whole), ((whole + 1) * rows, whole + 1, whole + 1)
    if found not in (before, after):
        raise HalfAnImport(f"{TABLES} have {found} rows; they should have {before} or {after}.")
    with store.read() as session:
        broken = audit.verify(session)
        numbers = session.scalar(sa.text("SELECT count(DISTINCT case_number) FROM incident"))
    if broken or numbers != found[0]:
        raise HalfAnImport(f"The audit is broken ({broken}) or {found[0]} incidents share {numbers} case numbers.")
    return found == after


def _state(store: Store) -> tuple[int, ...]:
    with store.read() as session:
        return tuple(session.scalar(sa.text(f"SELECT count(*) FROM {table}")) or 0 for table in TABLES)  # noqa: S608


def _file(folder: Path, number: int, rows: int) -> Path:
    """Incidents with ids of their own; the same number gives the same file."""
    path = folder / f"{number}.csv"
    rng = random.Random(number)  # noqa: S311
    with path.open("w", encoding="utf-8") as file:
        file.write("source_id,kind,date,lon,lat\n")
        for i in range(rows):
            lon, lat = rng.uniform(114.90, 115.00), rng.uniform(30.10, 30.20)
            file.write(f"{number}-{i},盗窃,2024-03-{1 + i % 28:02},{lon:.6f},{lat:.6f}\n")
    return path


def _verify_by_command(environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "gridmap.cli", "audit", "verify"]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise HalfAnImport(f"gridmap audit verify: {done.stdout}{done.stderr}")


@contextlib.contextmanager
def _databases(folder: Path) -> Iterator[list[str]]:
    """The database named, else a file and a server of one's own."""
    if "GRIDMAP_DB" in os.environ:
        yield [os.environ["GRIDMAP_DB"]]
        return
    cluster = [sys.executable, str(ROOT / "tests" / "postgres_cluster.py")]
    server = tempfile.mkdtemp(prefix="gridmap-crash.", dir="/tmp")
    started = subprocess.run([*cluster, "start", server], capture_output=True, text=True, check=True)
    try:
        yield [f"sqlite:///{folder / 'crash.db'}", started.stdout.strip()]
    finally:
        subprocess.run([*cluster, "stop", server], check=False)
        subprocess.run(["rm", "-rf", server], check=False)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--imports", type=int, default=20, help="how many to shoot at on each database (20)")
    parser.add_argument("--rows", type=int, default=ROWS, help=f"rows a file ({ROWS})")
    parser.add_argument("--seed", type=int, default=1, help="of the moments (1)")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, _databases(Path(name)) as addresses:
        for number, address in enumerate(addresses):
            kind = sa.make_url(address).get_backend_name()
            try:
                done = crash(
                    address, Path(name) / str(number), imports=told.imports, rows=told.rows, seed=told.seed
                )
            except HalfAnImport as error:
                print(f"{kind}: {error}", file=sys.stderr)
                return 1
            print(f"{kind}: {told.imports} imports shot at: {done.killed} left nothing, {done.whole} all; chain valid")
    return 0


if __name__ == "__main__":
    sys.exit(main())
