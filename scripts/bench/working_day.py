"""One course of an organisation's traffic: the district is made, its people sign in, requests come, all is measured."""

from __future__ import annotations

import asyncio
import datetime as dt
import random
import resource
import shutil
import ssl
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import psycopg

from bench import processes, traffic
from bench.browsers import Browser, Lost
from bench.organisation import PASSWORD, Person, staffed
from bench.serving import started
from bench.traffic import Ask, User
from gridmap import config
from gridmap.config import Settings
from gridmap.services import demo
from gridmap.store.engine import open_store

ROOT = Path(__file__).resolve().parents[2]
CLUSTER = [sys.executable, str(ROOT / "tests" / "postgres_cluster.py")]
SIGNING_IN = 4  # at once
WARM_UP_S = 15.0
SAMPLES = 60  # of memory
DONE = {200, 201, 304}


@dataclass(frozen=True, slots=True)
class Setting:
    """One way to run a district."""

    label: str
    kind: str  # spatialite, postgis
    workers: int
    is_tls: bool


@dataclass
class Course:
    """What was measured. `taken_ms`: from the moment each request was due; `memory`: (minute, bytes)."""

    accounts: int
    signed_in: int
    sign_ins_s: float = 0.0
    taken_ms: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: Counter[str] = field(default_factory=Counter)
    memory: list[tuple[float, int]] = field(default_factory=list)
    cpu_s: dict[str, float] = field(default_factory=dict)

    def errors_of(self, kind: str) -> int:
        return sum(count for error, count in self.errors.items() if error.startswith(f"{kind}: "))


def settings_of(kinds: str, *, workers: int, is_tls: bool) -> list[Setting]:
    """The ways that were asked for: spatialite, postgis or both."""
    by = "HTTPS" if is_tls else "HTTP"
    known = [
        Setting(f"SpatiaLite, 1 process, {by}", "spatialite", 1, is_tls),
        Setting(f"PostgreSQL, {workers} processes, {by}", "postgis", workers, is_tls),
    ]
    return [setting for setting in known if kinds in {setting.kind, "both"}]


@contextmanager
def course_of(setting: Setting, *, minutes: float, per_s: float, seed: int) -> Iterator[Course]:
    """Make the district, run the course -> what was measured; afterwards everything is removed."""
    with tempfile.TemporaryDirectory() as name, _database(setting, Path(name)) as (address, database_pid):
        settings = replace(config.load({"GRIDMAP_DB": address}), var=Path(name) / "var")
        _say(f"{setting.label}: making the district")
        demo.build(settings, on_progress=lambda *_: None)
        store = open_store(settings.db)
        people = staffed(store, settings, now=dt.datetime.now(dt.UTC))
        store.close()
        environment, tls = _environment(setting, settings, Path(name))
        with started(environment, tls) as (base, server):
            pids = {"server": server.pid, "PostgreSQL": database_pid}
            watched = {what: pid for what, pid in pids.items() if pid is not None}
            yield measured(base, tls, people, watched, minutes=minutes, per_s=per_s, seed=seed)


def measured(
    base: str,
    tls: ssl.SSLContext | None,
    people: Sequence[Person],
    watched: dict[str, int],
    *,
    minutes: float,
    per_s: float,
    seed: int,
    warm_up_s: float = WARM_UP_S,
) -> Course:
    """Every other one of the people signs in and works for so long; `watched` are processes, "server" among them."""
    users = [User(person, Browser(base, tls)) for person in people[::2]]
    course, rng = Course(len(people), len(users)), random.Random(seed)  # noqa: S311 - moments, not secrets

    async def work() -> None:
        begun_s = time.perf_counter()
        await _all_begin(users)
        course.sign_ins_s = time.perf_counter() - begun_s
        _say(f"{len(users)} have signed in")
        await _traffic(users, rng, per_s, warm_up_s, Course(0, 0), watched)
        await _traffic(users, rng, per_s, 60 * minutes, course, watched)
        for user in users:
            user.browser.close()

    asyncio.run(work())
    return course


async def _all_begin(users: Sequence[User]) -> None:
    gate = asyncio.Semaphore(SIGNING_IN)

    async def one(user: User) -> None:
        async with gate:
            await user.begin()

    await asyncio.gather(*map(one, users))


async def _traffic(
    users: Sequence[User], rng: random.Random, per_s: float, seconds: float, course: Course, watched: dict[str, int]
) -> None:
    """Each request is begun when it is due. Nobody waits for another's answer."""
    who = {kind: [user for user in users if user.can(kind)] for kind in traffic.MIX}
    plan = list(traffic.arrivals(rng, per_s=per_s, seconds=seconds))
    begun_s, before = time.perf_counter(), {name: processes.cpu_s(pid) for name, pid in watched.items()}
    own_s = resource.getrusage(resource.RUSAGE_SELF)
    watching = asyncio.create_task(_watch(course, watched["server"], seconds))
    running: set[asyncio.Task[None]] = set()
    for at_s, kind in plan:
        due_s = begun_s + at_s
        await asyncio.sleep(max(0.0, due_s - time.perf_counter()))
        if who[kind]:
            task = asyncio.create_task(_one(rng.choice(who[kind]), kind, rng, due_s, course))
            running.add(task)
            task.add_done_callback(running.discard)
    await asyncio.gather(*running)
    await watching
    course.cpu_s = {name: processes.cpu_s(pid) - before[name] for name, pid in watched.items()}
    now_s = resource.getrusage(resource.RUSAGE_SELF)
    course.cpu_s["clients"] = now_s.ru_utime + now_s.ru_stime - own_s.ru_utime - own_s.ru_stime


async def _watch(course: Course, server: int, seconds: float) -> None:
    begun_s = time.perf_counter()
    for number in range(SAMPLES + 1):
        await asyncio.sleep(max(0.0, begun_s + seconds * number / SAMPLES - time.perf_counter()))
        size = await asyncio.to_thread(processes.memory_bytes, server)
        course.memory.append((seconds * number / SAMPLES / 60, size))


async def _one(user: User, kind: str, rng: random.Random, due_s: float, course: Course) -> None:
    ask = traffic.asked(user, kind, rng)
    try:
        if kind == "sign-in":
            await _anew(user)
        else:
            await _put(user, kind, ask, course)
    except (OSError, Lost, SystemExit) as error:
        course.errors[f"{kind}: {error}"[:200]] += 1
    course.taken_ms[kind].append(1000 * (time.perf_counter() - due_s))


async def _put(user: User, kind: str, ask: Ask, course: Course) -> None:
    headers = dict(ask.headers)
    if ask.is_known and ask.address in user.browser.etags:
        headers["If-None-Match"] = user.browser.etags[ask.address]
    answer = await user.browser.ask(ask.method, ask.address, ask.body, headers)
    if answer.status not in DONE:
        told = f"{kind}: {answer.status} {ask.method} {ask.address.split('?')[0]} {answer.body[:120]!r}"
        course.errors[told] += 1
    elif kind == "what has changed":
        user.seq = answer.json()["seq"]


async def _anew(user: User) -> None:
    """The same person in another browser: the form, the sign-in, the map."""
    other = Browser(user.browser.base, user.browser.tls)
    try:
        await other.sign_in(user.person.name, PASSWORD)
    finally:
        other.close()


@contextmanager
def _database(setting: Setting, folder: Path) -> Iterator[tuple[str, int | None]]:
    """The address of an empty database, and the process of its server."""
    if setting.kind == "spatialite":
        yield f"sqlite:///{folder / 'load.db'}", None
        return
    place = Path(tempfile.mkdtemp(prefix="gridmap-load.", dir="/tmp"))  # a socket's path is short
    started_at = subprocess.run([*CLUSTER, "start", str(place)], capture_output=True, text=True, check=True)
    try:
        server = started_at.stdout.strip()
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute("CREATE DATABASE load")
        pid = int((place / "data" / "postmaster.pid").read_text(encoding="ascii").splitlines()[0])
        yield server.replace("/postgres?", "/load?"), pid
    finally:
        subprocess.run([*CLUSTER, "stop", str(place)], check=False)
        shutil.rmtree(place, ignore_errors=True)


def _environment(setting: Setting, settings: Settings, folder: Path) -> tuple[dict[str, str], ssl.SSLContext | None]:
    values = {"GRIDMAP_DB": settings.db, "GRIDMAP_VAR": str(settings.var), "GRIDMAP_WORKERS": str(setting.workers)}
    if not setting.is_tls:
        return values, None
    cert, key = folder / "cert.pem", folder / "key.pem"
    subject = ["-subj", "/CN=a measurement", "-addext", "subjectAltName=IP:127.0.0.1"]
    make = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    subprocess.run([*make, *subject, "-keyout", str(key), "-out", str(cert)], check=True, capture_output=True)
    key.chmod(0o600)
    tls = ssl.create_default_context(cafile=str(cert))
    return values | {"GRIDMAP_TLS_CERT": str(cert), "GRIDMAP_TLS_KEY": str(key)}, tls


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
