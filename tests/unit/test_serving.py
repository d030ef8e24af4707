"""`gridmap serve` as a process: it comes up, tells where, ends on every signal, and leaves nobody behind."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import ssl
import stat
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest

from gridmap.commands import replacing, serving
from gridmap.config import Settings
from gridmap.errors import PortTaken
from gridmap.store import migrations
from gridmap.store.engine import Store
from tests import certificates, documented_authority
from tests.serving import PATIENCE_S, answer_to, answers_until_renewed, health, served


def members_of(group: int) -> list[str]:
    """Processes of a group that are still there (a zombie has ended)."""
    states = subprocess.run(["ps", "-eo", "pgid=,stat=,args="], capture_output=True, text=True, check=True).stdout
    rows = [line.split(maxsplit=2) for line in states.splitlines()]
    return [row[2] for row in rows if row[0] == str(group) and not row[1].startswith("Z")]


def wait_until_gone(group: int) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while members_of(group) and time.monotonic() < deadline:
        time.sleep(0.05)


def worker_for_jobs(group: int, other_than: int = 0) -> int:
    """The process for jobs of a group, once there is one."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        states = subprocess.run(["ps", "-eo", "pid=,pgid=,args="], capture_output=True, text=True, check=True).stdout
        for pid, pgid, args in (line.split(maxsplit=2) for line in states.splitlines()):
            if pgid == str(group) and "gridmap.commands.working" in args and int(pid) != other_than:
                return int(pid)
        time.sleep(0.05)
    raise AssertionError("There is no process for jobs.")


def worker_of(supervisor: int, other_than: int) -> int:
    """The one process that answers, once it is another: what the supervisor's main thread started."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        children = Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text(encoding="ascii").split()
        if len(children) == 1 and int(children[0]) != other_than:
            return int(children[0])
        time.sleep(0.05)
    raise AssertionError("There is no worker.")


def ask_for_gatherings(port: int) -> str:
    """As the page does: with its token. Waits for the job's end and gives its state."""
    base = f"http://127.0.0.1:{port}"
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    token = opener.open(f"{base}/").read().decode().split('name="csrf-token" content="')[1].split('"')[0]
    request = urllib.request.Request(f"{base}/api/v1/gatherings", method="POST", headers={"X-CSRFToken": token})
    uid = json.load(opener.open(request))["uid"]
    deadline = time.monotonic() + PATIENCE_S
    while (state := str(json.load(opener.open(f"{base}/api/v1/jobs/{uid}"))["state"])) in {"queued", "running"}:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return state


def test_jobs_are_done_beside_the_server_also_after_their_process_was_killed(settings: Settings, empty_db: str) -> None:
    with served(settings, GRIDMAP_DB=empty_db) as (process, port):
        health(process, port)
        first = worker_for_jobs(process.pid)
        assert ask_for_gatherings(port) == "done"
        os.kill(first, signal.SIGKILL)
        second = worker_for_jobs(process.pid, other_than=first)
        assert ask_for_gatherings(port) == "done"
        assert os.getpriority(os.PRIO_PROCESS, second) > 0  # who looks at the map goes first
        os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0
        assert members_of(process.pid) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_serves_says_where_and_ends_cleanly(number: signal.Signals, store: Store, settings: Settings) -> None:
    with served(settings) as (process, port):
        assert health(process, port)["status"] == "ok"
        os.killpg(process.pid, number)
        told, _ = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0
        assert members_of(process.pid) == []
    assert f"http://127.0.0.1:{port}" in told
    assert str(settings.log_file) in told
    assert "Ctrl-C" in told
    assert "Traceback" not in told
    assert told.rstrip().endswith("Stopped.")
    assert settings.log_file.stat().st_size > 0
    assert stat.S_IMODE((settings.var / "secret").stat().st_mode) == 0o600


def test_ctrl_c_before_it_is_up_leaves_no_trace(store: Store, settings: Settings) -> None:
    with served(settings) as (process, _):
        first = process.stdout.readline() if process.stdout else ""
        os.killpg(process.pid, signal.SIGINT)
        told, _ = process.communicate(timeout=PATIENCE_S)
    assert "is starting" in first
    assert process.returncode in {0, 130}
    assert "Traceback" not in told
    assert members_of(process.pid) == []


def test_no_worker_outlives_a_killed_supervisor(store: Store, settings: Settings) -> None:
    with served(settings) as (process, port):
        health(process, port)
        worker_for_jobs(process.pid)
        assert len(members_of(process.pid)) == 3  # supervisor, server, jobs
        process.kill()
        process.wait()
        wait_until_gone(process.pid)
        assert members_of(process.pid) == []


def test_a_killed_worker_is_replaced_until_that_happens_too_often(store: Store, settings: Settings) -> None:
    worker = 0
    with served(settings) as (process, port):
        for _ in range(replacing.MOST_ENDED):
            health(process, port)
            worker = worker_of(process.pid, other_than=worker)
            os.kill(worker, signal.SIGKILL)
        told, _ = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 1
        assert "the server ended unexpectedly" in told
    log = settings.log_file.read_text(encoding="utf-8")
    assert log.count("worker-1 has ended by itself") == replacing.MOST_ENDED
    assert f"The server ends: {replacing.MOST_ENDED} workers ended within 60 s" in log


def test_a_new_database_becomes_a_project(settings: Settings, empty_db: str) -> None:
    with served(settings, GRIDMAP_DB=empty_db) as (process, port):
        assert health(process, port)["status"] == "ok"
        os.kill(process.pid, signal.SIGTERM)
        told, _ = process.communicate(timeout=PATIENCE_S)
    assert told.count("A new, empty database was made: ") == 1
    with served(settings, GRIDMAP_DB=empty_db) as (process, port):
        health(process, port)
        os.kill(process.pid, signal.SIGTERM)
        assert "A new" not in process.communicate(timeout=PATIENCE_S)[0]


def test_what_a_worker_refuses_is_told_with_its_cure(store: Store, settings: Settings) -> None:
    migrations.downgrade(store, "base")
    migrations.upgrade(store)
    with store.write() as session:
        session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
    with served(settings) as (process, _):
        told, _ = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 2
    assert re.search(r"^Error: .*0000", told, re.MULTILINE)
    assert "What to do: " in told
    assert "Traceback" not in told


@pytest.mark.parametrize(
    ("name", "value"),
    [("HOST", "0.0.0.0"), ("HOST", "::"), ("PUBLIC_URL", "https://grid.example.cn")],
)
def test_other_machines_are_not_served_without_accounts(
    name: str, value: str, store: Store, settings: Settings
) -> None:
    with served(settings, **{f"GRIDMAP_{name}": value}) as (process, _):
        told, _ = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 2
    assert f"GRIDMAP_{name} is '{value}'" in told
    assert "no accounts yet" in told and "gridmap init" in told
    assert "Traceback" not in told


def test_it_serves_by_https_with_a_certificate_of_its_own(store: Store, settings: Settings, tmp_path: Path) -> None:
    files = certificates.make(tmp_path, "127.0.0.1")
    variables = {"GRIDMAP_TLS_CERT": str(files.cert), "GRIDMAP_TLS_KEY": str(files.key)}
    with served(settings, **variables) as (process, port):
        assert health(process, port, ssl.create_default_context(cafile=str(files.cert)))["status"] == "ok"
        for version, kept in ((ssl.TLSVersion.TLSv1_2, "TLSv1.2"), (ssl.TLSVersion.TLSv1_3, "TLSv1.3")):
            context = ssl.create_default_context(cafile=str(files.cert))
            context.minimum_version = context.maximum_version = version
            with socket.create_connection(("127.0.0.1", port)) as bare, context.wrap_socket(
                bare, server_hostname="127.0.0.1"
            ) as safe:
                assert safe.version() == kept
        refused = (OSError, http.client.HTTPException)  # or the TLS alert is read as an answer
        with pytest.raises(refused), urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
            pass
        authority, renewed = documented_authority.make(tmp_path)
        answers_until_renewed(port, settings.log_file, files, renewed)
        context = ssl.create_default_context(cafile=str(authority))
        assert answer_to("grid.example.cn", port, context) == 200  # its names are the server's own at once
        with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
            answer_to("other.example.cn", port, context)
        os.killpg(process.pid, signal.SIGTERM)
        told, _ = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0
    assert f"https://127.0.0.1:{port}" in told
    assert "A new certificate for grid.example.cn, 10.20.0.5, until " in told
    assert "Traceback" not in told


@pytest.mark.full
def test_where_new_workers_cannot_begin_the_old_ones_go_on(store: Store, settings: Settings, tmp_path: Path) -> None:
    files = certificates.make(tmp_path / "served", "127.0.0.1")
    old = ssl.create_default_context(cafile=str(files.cert))
    variables = {"GRIDMAP_TLS_CERT": str(files.cert), "GRIDMAP_TLS_KEY": str(files.key)}
    with served(settings, **variables) as (process, port):
        health(process, port, old)
        with store.write() as session:
            session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
        renewed = certificates.make(tmp_path / "renewed", "127.0.0.1")
        renewed.key.rename(files.key)
        renewed.cert.rename(files.cert)
        deadline = time.monotonic() + PATIENCE_S
        while "goes on as it is" not in settings.log_file.read_text():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        with socket.create_connection(("127.0.0.1", port)) as bare, old.wrap_socket(
            bare, server_hostname="127.0.0.1"
        ) as safe:
            assert safe.getpeercert()
        os.killpg(process.pid, signal.SIGTERM)
        told, _ = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0
    assert re.search(r"^Error: .*0000", told, re.MULTILINE)


def test_a_certificate_that_cannot_be_used_is_refused_before_anything_is_begun(
    settings: Settings, empty_db: str, tmp_path: Path
) -> None:
    files = certificates.make(tmp_path, "127.0.0.1", days=0.5)
    variables = {"GRIDMAP_TLS_CERT": str(files.cert), "GRIDMAP_TLS_KEY": str(files.key), "GRIDMAP_DB": empty_db}
    with served(settings, **variables) as (process, _):
        told, _ = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 2
    assert re.search(r"^Error: The certificate .* ended on ", told, re.MULTILINE)
    assert "What to do: " in told
    assert "is starting" not in told


def test_a_taken_port_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken) as refused:
            serving.require_free_port("127.0.0.1", port)
    assert str(port) in refused.value.message
    assert f"PORT={port % 65535 + 1}" in refused.value.hint
    serving.require_free_port("127.0.0.1", port)


def test_a_port_that_granian_would_share_is_refused_too() -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(PortTaken):
            serving.require_free_port("127.0.0.1", taken.getsockname()[1])


def test_an_unknown_log_level_is_refused(settings: Settings, tmp_path: Path) -> None:
    with served(settings, GRIDMAP_LOG_LEVEL="loud") as (process, _):
        told, _ = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 2
    assert "LOUD" in told
