"""Several processes over one PostgreSQL database answer as one: what one has stored, all know at the next question."""

from __future__ import annotations

import datetime as dt
import http.client
import json
import math
import os
import re
import signal
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest

from gridmap.config import Settings
from gridmap.domain.access import LOCAL, Action
from gridmap.services import accounts, posts
from gridmap.services.accounts import NewAccount
from gridmap.services.posts import NewPost, PlaceKind, PostPlace
from gridmap.store import audit
from gridmap.store.engine import Store
from gridmap.store.ids import new_uid
from gridmap.store.posts import PostRow
from tests import certificates
from tests.services import small_world
from tests.services.accounts.people import ADMINS, CHEAP
from tests.serving import PATIENCE_S, answer_to, answers_until_renewed, health, served

WORKERS = 4
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
RIGHT = "name=system.chief&password=words+that+system+keeps"
COUNTS = "/api/v1/counts?from=2024-01-01"
ZOOM = 13


def tile_of(place: tuple[float, float]) -> str:
    """The address of the tile that shows a place."""
    lon, lat = place
    x = int((lon + 180) / 360 * 2**ZOOM)
    y = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**ZOOM)
    return f"/tiles/heat/{ZOOM}/{x}/{y}.png?from=2024-01-01"


PLACES = [small_world.in_block(col, row) for col in (0, 1) for row in (0, 1)]
TILE = tile_of(PLACES[0])
Answer = tuple[int, bytes, http.client.HTTPMessage]


@dataclass
class Worker:
    """One process of the server, by a connection that stays with it; all share the browser's cookies."""

    connection: http.client.HTTPConnection
    cookies: dict[str, str]

    def ask(self, method: str, address: str, body: Any = None, **headers: str) -> Answer:
        """Status, body and headers of an answer; a body that is bytes goes as it is, others as JSON."""
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), **headers}
        data = body
        if body is not None and not isinstance(body, bytes | str):
            data, sent["Content-Type"] = json.dumps(body), "application/json"
        self.connection.request(method, address, body=data, headers=sent)
        answer = self.connection.getresponse()
        content = answer.read()
        for text in answer.headers.get_all("Set-Cookie", []):
            name, value = text.split(";")[0].split("=", 1)
            self.cookies[name] = value
        return answer.status, content, answer.headers

    def json(self, address: str) -> Any:
        status, content, _ = self.ask("GET", address)
        assert status == 200, content
        return json.loads(content)

    def change(
        self, method: str, address: str, body: Any = None, *, page: str = "/import", **headers: str
    ) -> Answer:
        """As `ask`, with the token of a page."""
        found = re.search(r'name="csrf-token" content="([^"]+)"', self.ask("GET", page)[1].decode())
        assert found
        return self.ask(method, address, body, **{"X-CSRFToken": found[1], **headers})


@pytest.fixture
def workers(world: Store, settings: Settings) -> Iterator[list[Worker]]:
    """A connection to each of the processes of one server."""
    if world.dialect != "postgresql":
        pytest.skip("a SpatiaLite file is served by one process")
    assert settings.secret_from_env
    variables = {"GRIDMAP_WORKERS": str(WORKERS), "GRIDMAP_SECRET": settings.secret_from_env}
    with served(settings, **variables) as (process, port), ExitStack() as connections:
        health(process, port)
        yield connected(settings, port, connections)
        os.killpg(process.pid, signal.SIGTERM)
        process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0


def connected(settings: Settings, port: int, connections: ExitStack) -> list[Worker]:
    """Which process has a connection is told by the log, in the line of an address that nobody else asks for."""
    found: dict[str, Worker] = {}
    cookies: dict[str, str] = {}
    deadline = time.monotonic() + WORKERS * PATIENCE_S
    while len(found) < WORKERS and time.monotonic() < deadline:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
        worker, mark = Worker(connection, cookies), f"/probe-{new_uid()}"
        worker.ask("GET", mark)
        (line,) = [line for line in settings.log_file.read_text().splitlines() if mark in line]
        pid = line.split()[2]
        if pid in found:
            connection.close()
            time.sleep(0.02)  # the others are still loading
        else:
            connections.enter_context(closing(connection))
            found[pid] = worker
    assert len(found) == WORKERS
    return list(found.values())


def report(place: tuple[float, float]) -> dict[str, Any]:
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 3600))
    return {"uid": new_uid(), "kind": "order.noise", "occurred_at": now, "lon": place[0], "lat": place[1]}


def write_and_ask_all(workers: list[Worker], rounds: int) -> float:
    """Writes through one process after another; after each, all answer with it at once -> the longest time until the
    last had answered, in seconds.
    """
    tiles: dict[str, bytes] = {}
    before: list[tuple[bytes, str]] = [(b"", "")] * len(workers)
    total, seq = workers[0].json(COUNTS)["total"], workers[0].json("/healthz")["seq"]
    longest_s = 0.0
    for number in range(rounds):
        new = report(PLACES[number % len(PLACES)])
        status, content, _ = workers[number % len(workers)].change("POST", "/api/v1/incidents", new)
        assert status == 201, content
        done_s = time.monotonic()
        total, seq = total + 1, seq + 1
        for at, worker in enumerate(workers):
            assert worker.json("/healthz")["seq"] == seq
            assert worker.json(COUNTS)["total"] == total
            assert worker.json(f"/api/v1/incidents/{new['uid']}")["uid"] == new["uid"]
            assert new["uid"] in {item["uid"] for item in worker.json("/api/v1/incidents?limit=1000")["items"]}
            status, png, headers = worker.ask("GET", TILE, **{"If-None-Match": before[at][1] or '"none"'})
            assert status == 200, "an old ETag was taken for the new picture"
            assert png != before[at][0]
            assert tiles.setdefault(headers["ETag"], png) == png, "one ETag for two pictures"
            before[at] = png, headers["ETag"]
        longest_s = max(longest_s, time.monotonic() - done_s)
        assert len(set(before)) == 1, "two pictures of one state"
    return longest_s


def test_what_one_stores_all_answer_with(workers: list[Worker], world: Store, settings: Settings) -> None:
    before = workers[0].json(COUNTS)["total"]
    longest_s = write_and_ask_all(workers, rounds=6)
    assert [worker.json(COUNTS)["total"] for worker in workers] == [before + 6] * WORKERS
    print(f"all four answered five questions each within {longest_s:.2f} s of a write")
    hand_in_and_store_by_several(workers)
    ask_for_a_job_at_one(workers)
    sign_in_at_one(workers, world, settings)
    rights_change_for_all(workers, world, settings)


@pytest.mark.full
def test_hundreds_of_writes_through_all(workers: list[Worker]) -> None:
    before = workers[0].json(COUNTS)["total"]
    print(f"all knew after {write_and_ask_all(workers, rounds=300):.2f} s at most, five questions to each")
    assert [worker.json(COUNTS)["total"] for worker in workers] == [before + 300] * WORKERS


def hand_in_and_store_by_several(workers: list[Worker]) -> None:
    first, second, third, fourth = workers
    west, south = PLACES[0]
    table = f"code,name,lon,lat\nU1,一号店,{west},{south}\nU2,二号店,{west},{south}\n".encode()
    status, content, _ = first.change("POST", "/api/v1/uploads?name=units.csv", table)
    assert status == 201, content
    address = f"/api/v1/uploads/{json.loads(content)['token']}"
    status, content, _ = second.change("POST", f"{address}/check", {"layer": "units"})
    assert status == 202, content
    assert ended(third, address)["state"] == "checked"
    status, content, _ = fourth.change("POST", f"{address}/store", {})
    assert status == 202, content
    assert ended(first, address)["result"]["counts"]["stored"] == 2
    for worker in workers:
        assert worker.json("/api/v1/imports")["items"][0]["counts"]["stored"] == 2


def ended(worker: Worker, address: str) -> Any:
    deadline = time.monotonic() + PATIENCE_S
    while (state := worker.json(address))["state"] in {"working", "queued", "running"}:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return state


def ask_for_a_job_at_one(workers: list[Worker]) -> None:
    status, content, _ = workers[1].change("POST", "/api/v1/gatherings")
    assert status in {200, 202}, content
    uid = json.loads(content)["uid"]
    for worker in workers:
        assert ended(worker, f"/api/v1/jobs/{uid}")["state"] == "done"
    again = [json.loads(worker.change("POST", "/api/v1/gatherings")[1])["uid"] for worker in workers[2:]]
    assert len({ended(workers[0], f"/api/v1/jobs/{one}")["state"] for one in again}) == 1


def guess_at_all_at_once(workers: list[Worker], world: Store) -> None:
    """Guesses through all processes at the same moment count one by one: what comes too soon is not looked at."""
    for name in ("audit.chief", "nobody"):
        together = Barrier(len(workers))
        pages = [worker.ask("GET", "/sign-in")[1].decode() for worker in workers]
        tokens = [re.findall(r'name="csrf_token" value="([^"]+)"', page)[0] for page in pages]
        with world.read() as session:
            before = audit.head(session)[0]
        tries = [
            Thread(target=guess, args=(worker, name, token, together))
            for worker, token in zip(workers, tokens, strict=True)
        ]
        for one in tries:
            one.start()
        for one in tries:
            one.join()
        with world.read() as session:
            told = sorted(entry.action for entry in audit.since(session, before))
        assert told == ["account.sign_in_failed"] * 3 + ["account.sign_in_too_soon"] * (len(workers) - 3)


def guess(worker: Worker, name: str, token: str, together: Barrier) -> None:
    together.wait()
    text = f"csrf_token={token}&name={name}&password=not+this+one"
    assert worker.ask("POST", "/sign-in", text, **FORM)[0] == 401


def sign_in_at_one(workers: list[Worker], world: Store, settings: Settings) -> None:
    """As soon as there is an account nobody is let in without; a session holds everywhere, and ends everywhere."""
    now = dt.datetime.now(dt.UTC)  # as the server's clock has it
    accounts.create_admins(world, settings, ADMINS, now=now, hashing=CHEAP)
    for worker in workers:
        assert worker.ask("GET", "/api/v1/counts")[0] == 401
    guess_at_all_at_once(workers, world)
    status, content, _ = workers[0].change("POST", "/sign-in", RIGHT, page="/sign-in", **FORM)
    assert status in {200, 303}, content
    for worker in workers:
        assert worker.json("/api/v1/me")["name"] == "system.chief"
    system = accounts.account_named(world, "system.chief", now=now)
    accounts.disable(world, settings, system.uid, actor=LOCAL.name, now=now)
    for worker in workers:
        assert worker.ask("GET", "/api/v1/me")[0] == 401


def rights_change_for_all(workers: list[Worker], world: Store, settings: Settings) -> None:
    """A post, a scope, an account, a token: what one has changed, all know at the next question."""
    now = dt.datetime.now(dt.UTC)
    how: dict[str, Any] = {"actor": LOCAL.name, "now": now}
    accounts.enable(world, settings, accounts.account_named(world, "system.chief", now=now).uid, **how)
    li = accounts.create(world, settings, NewAccount("li.na", "李娜"), **how, hashing=CHEAP)

    def give(title: str, kind: PlaceKind, code: str) -> PostRow:
        return posts.assign(world, settings, NewPost(title, PostPlace(kind, code), li.worker_uid), **how)

    first = give("commander", PlaceKind.AREA, "01")
    token = accounts.make_token(
        world, settings, li.uid, name="报表", actions=[Action.SEE_MAP], scope=None,
        expires_at=now + dt.timedelta(days=1), **how,
    )  # fmt: skip

    def seen() -> list[tuple[int, set[str]]]:
        found = [worker.ask("GET", COUNTS, Authorization=f"Bearer {token.text}") for worker in workers]
        return [(status, set(json.loads(content).get("by_grid", ()))) for status, content, _ in found]

    assert seen() == [(200, {"G1", "G2"})] * WORKERS
    posts.end(world, settings, first.uid, now.date() - dt.timedelta(days=2), **how)
    assert seen() == [(403, set())] * WORKERS
    second = give("grid_worker", PlaceKind.GRID, "G2")
    assert seen() == [(200, {"G2"})] * WORKERS
    posts.set_deputy(world, settings, second.uid, None, **how)
    give("planner", PlaceKind.GRID, "G1")
    assert seen() == [(200, {"G1", "G2"})] * WORKERS
    accounts.disable(world, settings, li.uid, **how)
    assert seen() == [(401, set())] * WORKERS
    accounts.enable(world, settings, li.uid, **how)
    assert seen() == [(200, {"G1", "G2"})] * WORKERS
    accounts.revoke_token(world, settings, li.uid, token.info.uid, **how)
    assert seen() == [(401, set())] * WORKERS


@pytest.mark.full
def test_workers_are_replaced_one_after_another_for_a_new_certificate(
    world: Store, settings: Settings, tmp_path: Path
) -> None:
    if world.dialect != "postgresql":
        pytest.skip("a SpatiaLite file is served by one process")
    files = certificates.make(tmp_path / "served", "127.0.0.1")
    variables = {"GRIDMAP_TLS_CERT": str(files.cert), "GRIDMAP_TLS_KEY": str(files.key), "GRIDMAP_WORKERS": "4"}
    with served(settings, **variables) as (process, port):
        health(process, port, ssl.create_default_context(cafile=str(files.cert)))
        renewed = certificates.make(tmp_path / "renewed", "127.0.0.1")
        authority = tmp_path / "authority.pem"
        authority.write_bytes(renewed.cert.read_bytes())
        assert answers_until_renewed(port, settings.log_file, files, renewed, workers=4) > 10
        context = ssl.create_default_context(cafile=str(authority))
        assert [answer_to("127.0.0.1", port, context) for _ in range(20)] == [200] * 20
        os.killpg(process.pid, signal.SIGTERM)
        process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0
