"""A real browser before a real server: Debian's Chromium, the application on a loopback port of its own.

Every page fails its test when it asked for anything outside this machine, logged an error, or broke the content
security policy.
"""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Response, expect, sync_playwright
from werkzeug.serving import make_server

from gridmap.config import Settings
from tests.quick_apps import quick
from web.app import create_app

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 380, "height": 800}
PATIENCE_MS = 30_000  # the machine may be busy; a test that passes does not wait
READY = "html[data-ready='1']"

expect.set_options(timeout=PATIENCE_MS)


@dataclass
class Watched:
    """A page, and what it did that it must not do."""

    page: Page
    base: str
    foreign: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)

    def open(self, address: str = "/") -> Page:
        """The page at an address, its first view drawn."""
        self.page.goto(self.base + address)
        self.page.wait_for_selector(READY, state="attached", timeout=PATIENCE_MS)
        return self.page

    def faults(self) -> list[str]:
        """Errors, less those a test has said it will cause."""
        unexpected = [text for text in self.errors if not any(part in text for part in self.allowed)]
        return [f"asked outside: {url}" for url in self.foreign] + unexpected


@contextmanager
def serving(settings: Settings, **how: Any) -> Iterator[str]:
    """The application for a database, on a free loopback port -> its address; `how` goes to `create_app`."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # our own log names each request already
    server = make_server("127.0.0.1", 0, create_app(settings, **how), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="package", autouse=True)
def quick_apps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with quick(tmp_path_factory.mktemp("quick")):
        yield


@pytest.fixture(scope="package")  # Playwright runs once at a time: other folders have their own
def chromium() -> Iterator[Browser]:
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("Chromium is not installed: scripts/test installs it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def demo_address(demo_settings: Settings) -> Iterator[str]:
    """The demo district, served; tests only look at it."""
    with serving(demo_settings) as address:
        yield address


class Profiles:
    """Browser profiles by their screen. One that a test gives back has lost its cookies, its storage and its leaves;
    it keeps the files it has fetched, so that the next page of this folder's hundreds opens in half the time.
    """

    def __init__(self, chromium: Browser) -> None:
        self._chromium = chromium
        self._free: dict[tuple[int, int, bool, float], list[BrowserContext]] = {}
        self._screens: dict[BrowserContext, tuple[int, int, bool, float]] = {}

    def take(self, viewport: dict[str, int], *, touch: bool, ratio: float) -> BrowserContext:
        screen = (viewport["width"], viewport["height"], touch, ratio)
        if free := self._free.get(screen):
            return free.pop()
        context = self._chromium.new_context(
            viewport=viewport, has_touch=touch, is_mobile=touch, device_scale_factor=ratio, locale="zh-CN"
        )
        self._screens[context] = screen
        return context

    def give_back(self, context: BrowserContext, origin: str) -> None:
        for opened in context.pages:
            opened.close()
        blank = context.new_page()  # a page that closes may still write down its state
        kept = {"origin": origin, "storageTypes": "cookies,local_storage,indexeddb"}
        context.new_cdp_session(blank).send("Storage.clearDataForOrigin", kept)
        blank.close()
        context.clear_cookies()
        context.clear_permissions()
        self._free.setdefault(self._screens[context], []).append(context)


@pytest.fixture(scope="package")
def profiles(chromium: Browser) -> Profiles:
    return Profiles(chromium)


@pytest.fixture
def watch(profiles: Profiles) -> Iterator[Callable[..., Watched]]:
    """watch(base, viewport=DESKTOP, touch=False) opens a page of an emptied profile; its faults fail the test."""
    opened: list[Watched] = []

    def start(base: str, viewport: dict[str, int] = DESKTOP, *, touch: bool = False, ratio: float = 1) -> Watched:
        context = profiles.take(viewport, touch=touch, ratio=ratio)
        watched = Watched(context.new_page(), base)
        _listen(watched)
        opened.append(watched)
        return watched

    yield start
    faults = [fault for watched in opened for fault in watched.faults()]
    for watched in opened:
        profiles.give_back(watched.page.context, watched.base)
    assert faults == []


def _listen(watched: Watched) -> None:
    home = urlsplit(watched.base).netloc

    def on_request(url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"data", "blob"} and parts.netloc != home:
            watched.foreign.append(url)

    def on_response(response: Response) -> None:
        if response.status >= 400:
            watched.errors.append(f"{response.status} {response.url}")

    watched.page.on("request", lambda request: on_request(request.url))
    watched.page.on("response", on_response)
    watched.page.on("pageerror", lambda error: watched.errors.append(f"script: {error}"))
    watched.page.on("console", lambda m: watched.errors.append(f"console: {m.text}") if m.type == "error" else None)


@pytest.fixture
def demo(watch: Callable[..., Watched], demo_address: str) -> Watched:
    """A desktop page of the demo, not opened yet."""
    return watch(demo_address)
