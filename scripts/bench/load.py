"""An organisation at work: 200 accounts, 100 of them signed in, 50 requests a second of every kind, on both databases.

    python scripts/bench.py load [--minutes 3] [--db spatialite|postgis|both] [--workers 2] [--tls] [--per-s 50]
                                 [--seed 1]

Requests come at moments of their own, whether the server has answered the ones before or not, and each is measured from
the moment it was due: a server that stalls is not asked less. The clients, the server and PostgreSQL share the machine.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from bench.tables import table
from bench.working_day import Course, Setting, course_of, settings_of

TAKES_LONG = True  # minutes: only when it is named
MOST_MS = 300.0


def run(arguments: list[str]) -> Iterator[str]:
    told = parsed(arguments, minutes=3.0)
    for setting in settings_of(told.db, workers=told.workers, is_tls=told.tls):
        with course_of(setting, minutes=told.minutes, per_s=told.per_s, seed=told.seed) as course:
            yield from report(setting, course, told)


def parsed(arguments: list[str], *, minutes: float) -> argparse.Namespace:
    """The words after the measurement's name; `minutes` when they do not say."""
    parser = argparse.ArgumentParser(prog="bench.py load")
    parser.add_argument("--minutes", type=float, default=minutes)
    parser.add_argument("--db", choices=["spatialite", "postgis", "both"], default="both")
    parser.add_argument("--workers", type=int, default=2, help="processes on PostgreSQL")
    parser.add_argument("--tls", action="store_true", help="by HTTPS")
    parser.add_argument("--per-s", type=float, default=50.0)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args(arguments)


def report(setting: Setting, course: Course, told: argparse.Namespace) -> Iterator[str]:
    """Tables of one course."""
    everything = sorted(ms for taken in course.taken_ms.values() for ms in taken)
    title = f"{setting.label}: {course.accounts} accounts, {course.signed_in} signed in, {told.per_s:g} requests/s"
    head = ["request", "number", "median ms", "95th of 100", "99th of 100", "longest", "errors"]
    rows = [
        _row(kind, sorted(taken), course.errors_of(kind)) for kind, taken in sorted(course.taken_ms.items()) if taken
    ]
    total = _row("all", everything, sum(course.errors.values()))
    yield from table(f"{title}, {told.minutes:g} minutes", head, [*rows, total])
    for error, count in course.errors.most_common(10):
        yield f"{count} x {error}"
    is_kept = not course.errors and _part(everything, 0.95) <= MOST_MS
    yield f"\n0 errors and 95 of 100 within {MOST_MS:g} ms: {'yes' if is_kept else 'NO'}."
    costs = ", ".join(f"{name} {1000 * s / len(everything):.1f} ms" for name, s in course.cpu_s.items())
    yield f"CPU a request: {costs}. {course.signed_in} sign-ins before it: {course.sign_ins_s:.0f} s."
    yield from table(
        "Memory of all processes of the server", ["minute", "MB"],
        [[f"{minute:.1f}", f"{size / 1e6:.0f}"] for minute, size in course.memory],
    )  # fmt: skip


def _row(kind: str, ms: list[float], errors: int) -> list[str]:
    parts = [f"{_part(ms, part):.0f}" for part in (0.5, 0.95, 0.99, 1.0)]
    return [kind, f"{len(ms):,}", *parts, str(errors)]


def _part(ms: list[float], part: float) -> float:
    return ms[min(len(ms) - 1, int(len(ms) * part))]
