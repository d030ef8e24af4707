"""deploy/nginx/gridmap.conf in a real nginx, in front of the application: what browsers and other proxies get."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from gridmap.config import ROOT, Settings
from gridmap.reach import PublicUrl
from gridmap.services.files.limits import UPLOAD_LIMIT_BYTES, UPLOAD_LIMIT_MB
from gridmap.store.engine import Store
from tests import certificates
from tests.services import small_world
from tests.serving import PATIENCE_S, free_port, health, served
from tests.web import organisation
from web.app import create_app
from web.security import MAX_BODY_BYTES, MAX_QUERY_BYTES

NAME = "grid.example.cn"
PROGRAM = os.environ["PATH"] + ":/usr/sbin:" + str(ROOT / ".venv/nginx/usr/sbin")


@dataclass(frozen=True)
class Proxy:
    """nginx with the ports it answers on, and what it wrote."""

    http: int
    https: int
    context: ssl.SSLContext
    log: Path

    def ask(self, path: str, method: str = "GET", **headers: str) -> tuple[int, http.client.HTTPMessage, bytes]:
        """Status, headers and body of an answer by HTTPS, as a browser gets it that knows the name."""
        connection = http.client.HTTPSConnection("127.0.0.1", self.https, context=self.context, timeout=PATIENCE_S)
        connection.sock = connected(self, self.context)
        connection.request(method, path, headers={"Host": NAME, **headers})
        answer = connection.getresponse()
        found = answer.status, answer.headers, answer.read()
        connection.close()
        return found


@contextmanager
def proxied(folder: Path, port: int) -> Iterator[Proxy]:
    """The file as it stands, but for ports, folders and the certificate's place."""
    program = shutil.which("nginx", path=PROGRAM)
    if program is None:
        pytest.skip("nginx is not here: install the Debian package nginx, or run scripts/test, which unpacks it")
    files = certificates.make(folder / "tls", NAME)
    http_port, https_port = free_port(), free_port()
    text = (ROOT / "deploy/nginx/gridmap.conf").read_text(encoding="utf-8")
    for there, here in {
        "server 127.0.0.1:8000;": f"server 127.0.0.1:{port};",
        "listen 80;": f"listen 127.0.0.1:{http_port};",
        "listen 443 ": f"listen 127.0.0.1:{https_port} ",
        "/etc/gridmap/tls/grid.example.cn.pem": str(files.cert),
        "/etc/gridmap/tls/grid.example.cn.key": str(files.key),
        "/var/lib/nginx/gridmap": f"{folder}/cache",
        "/var/log/nginx/gridmap.log": f"{folder}/access.log",
    }.items():
        assert there in text
        text = text.replace(there, here)
    folders = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole = folder / "nginx.conf"
    whole.write_text(
        f"{'user root;' if os.geteuid() == 0 else ''} daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;"
        f" events {{}} http {{ {folders}\n{text}\n}}"
    )
    started = [program, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(whole)]
    tried = subprocess.run([*started, "-t"], capture_output=True, text=True, check=False)
    assert tried.returncode == 0, tried.stderr
    process = subprocess.Popen(started, stderr=subprocess.DEVNULL)
    try:
        wait_for(https_port, process)
        context = ssl.create_default_context(cafile=str(files.cert))
        yield Proxy(http_port, https_port, context, folder / "access.log")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        assert process.poll() is None
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return


@pytest.fixture
def people(world: Store, settings: Settings) -> organisation.Organisation:
    if world.dialect != "sqlite":
        pytest.skip("nginx does not know which database lies behind")
    return organisation.build(world, settings)


def test_in_front_of_the_application(
    people: organisation.Organisation, settings: Settings, tmp_path: Path
) -> None:
    app = create_app(
        replace(settings, public_url=PublicUrl(NAME)), now=small_world.now, warm_up=False, hashing=organisation.CHEAP
    )
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with proxied(tmp_path / "nginx", server.port) as proxy:
            walk(proxy, settings)
            assert proxy.ask("/healthz")[0] == 200
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.full
def test_in_front_of_the_served_program(
    people: organisation.Organisation, settings: Settings, tmp_path: Path
) -> None:
    """And while that is away: a person is told that it starts."""
    assert settings.secret_from_env
    variables = {"GRIDMAP_PUBLIC_URL": f"https://{NAME}", "GRIDMAP_SECRET": settings.secret_from_env}
    with served(settings, **variables) as (process, port):
        health(process, port)
        with proxied(tmp_path / "nginx", port) as proxy:
            walk(proxy, settings)
            os.killpg(process.pid, signal.SIGTERM)
            process.communicate(timeout=PATIENCE_S)
            status, headers, body = proxy.ask("/")
            assert (status, headers["Retry-After"]) == (503, "5")
            assert "正在启动" in body.decode() and "gridmap is starting" in body.decode()


def walk(proxy: Proxy, settings: Settings) -> None:
    check_plain_http(proxy)
    static = check_pages(proxy)
    check_caches(proxy, static)
    check_limits(proxy)
    check_version(proxy)
    secret = "/api/v1/incidents?grid=secret-in-a-query"
    assert proxy.ask(secret, **{"X-Forwarded-For": "203.0.113.9"})[0] == 401
    logged = [line for line in settings.log_file.read_text().splitlines() if "GET /api/v1/incidents" in line]
    assert " 127.0.0.1 GET /api/v1/incidents 401 " in logged[-1]  # what a client says of itself, nginx drops
    assert "secret-in-a-query" not in proxy.log.read_text()


def check_plain_http(proxy: Proxy) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", proxy.http, timeout=PATIENCE_S)
    connection.request("GET", "/incidents?page=2", headers={"Host": "somebody.else.example"})
    answer = connection.getresponse()
    assert (answer.status, answer.headers["Location"]) == (301, f"https://{NAME}/incidents?page=2")
    connection.close()


def check_pages(proxy: Proxy) -> str:
    """-> the address of a static file that the sign-in page uses."""
    status, headers, _ = proxy.ask("/incidents", Accept="text/html")
    assert status in {302, 303} and headers["Location"].startswith("/sign-in")  # of this server, whatever its port
    status, headers, body = proxy.ask("/sign-in", Accept="text/html")
    assert status == 200
    assert headers["Strict-Transport-Security"] == "max-age=31536000"
    for name in ("Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy"):
        assert len(headers.get_all(name, [])) == 1, name
    assert "Secure" in headers["Set-Cookie"] and "HttpOnly" in headers["Set-Cookie"]
    page = body.decode()
    assert "http://" not in page
    return re.findall(r'"(/static/[^"]+\.css)"', page)[0]


def check_caches(proxy: Proxy, static: str) -> None:
    """Static files for a year, in whatever form a browser takes; all else is private. nginx keeps the former alone."""
    kept = proxy.log.parent / "cache"
    for encoding, packed in (("identity", None), ("gzip", "gzip"), ("identity", None)):
        status, headers, _ = proxy.ask(static, **{"Accept-Encoding": encoding})
        assert status == 200
        assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert headers["Content-Encoding"] == packed
    assert len([path for path in kept.rglob("*") if path.is_file()]) == 2
    for path in ("/sign-in", "/healthz"):
        assert proxy.ask(path)[1]["Cache-Control"] in {"private, no-cache", "no-store", "private, no-store"}, path
    assert len([path for path in kept.rglob("*") if path.is_file()]) == 2


def check_limits(proxy: Proxy) -> None:
    """Each in gridmap's own shape: what nginx refuses itself, and what it lets gridmap refuse."""
    too_much = {
        "/api/v1/uploads?name=a.csv": (UPLOAD_LIMIT_BYTES + (2 << 20), f"{UPLOAD_LIMIT_MB} MB"),
        "/api/v1/incidents": (MAX_BODY_BYTES + 1, "1 MB"),
    }
    for path, (size, told) in too_much.items():
        with connected(proxy, proxy.context) as safe:
            head = f"POST {path} HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: {size}\r\nConnection: close\r\n\r\n"
            safe.sendall(head.encode() + (b"" if size > UPLOAD_LIMIT_BYTES else b"x" * size))
            answer = http.client.HTTPResponse(safe)
            answer.begin()
            assert answer.status == 413, path
            error = json.loads(answer.read())["error"]
        assert error["code"] == "too_large" and told in error["message"], path
    status, _, body = proxy.ask("/api/v1/counts?q=" + "x" * MAX_QUERY_BYTES)
    assert (status, json.loads(body)["error"]["code"]) == (414, "too_long")


def check_version(proxy: Proxy) -> None:
    """HTTP/2 is what a browser chooses."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["h2", "http/1.1"])
    with connected(proxy, context) as safe:
        assert safe.selected_alpn_protocol() == "h2"


def connected(proxy: Proxy, context: ssl.SSLContext) -> ssl.SSLSocket:
    bare = socket.create_connection(("127.0.0.1", proxy.https), PATIENCE_S)
    return context.wrap_socket(bare, server_hostname=NAME)
