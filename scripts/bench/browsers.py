"""Browsers of people who are signed in: kept connections, cookies, forgery tokens, ETags; over real HTTP or HTTPS."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
import ssl
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

MOST_CONNECTIONS = 6  # of one browser to one server
TOKEN = re.compile(r'name="csrf[_-]token" (?:value|content)="([^"]+)"')
PAGE = {"Accept": "text/html"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; `body` is unpacked."""

    status: int
    headers: dict[str, str]
    cookies: tuple[str, ...]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)


class Lost(ConnectionError):
    """The server closed a connection before it answered."""


@dataclass
class Browser:
    """One person's browser. `etags` are those it was given, by address."""

    base: str
    tls: ssl.SSLContext | None = None
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""
    etags: dict[str, str] = field(default_factory=dict)
    _idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = field(default_factory=list)
    _free: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MOST_CONNECTIONS))

    async def sign_in(self, name: str, password: str) -> None:
        """By the form of the page. Raises SystemExit when it is refused."""
        form = await self.ask("GET", "/sign-in", headers=PAGE)
        sent = {"csrf_token": _token_in(form), "name": name, "password": password}
        answer = await self.ask("POST", "/sign-in", urlencode(sent).encode(), {**PAGE, "Content-Type": FORM})
        if answer.status != 303:
            raise SystemExit(f"{name} was not let in: {answer.status} {answer.text[:400]}")
        self.token = _token_in(await self.ask("GET", "/", headers=PAGE))

    async def get_json(self, address: str) -> Any:
        """The answer to a question that must be answered. Raises SystemExit."""
        answer = await self.ask("GET", address)
        if answer.status != 200:
            raise SystemExit(f"{address} was answered with {answer.status}: {answer.text[:400]}")
        return answer.json()

    async def ask(
        self, method: str, address: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """One request on a connection that rests, else on a new one. Raises OSError, Lost."""
        async with self._free:
            is_kept = bool(self._idle)
            try:
                return await self._once(method, address, body, headers or {})
            except Lost:
                if not is_kept:
                    raise
                self._drop()  # it was closed while it rested: as browsers do, on a new one
                return await self._once(method, address, body, headers or {})

    def close(self) -> None:
        self._drop()

    async def _once(self, method: str, address: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        reader, writer = self._idle.pop() if self._idle else await self._connected()
        try:
            writer.write(self._head(method, address, body, headers) + (body or b""))
            answer = await _answer(reader)
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            writer.close()
            raise Lost(f"{method} {address}: {error}") from error
        except BaseException:
            writer.close()
            raise
        if answer.headers.get("connection", "").lower() == "close":
            writer.close()
        else:
            self._idle.append((reader, writer))
        for cookie in answer.cookies:
            name, _, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value
        if answer.status == 200 and "etag" in answer.headers:
            self.etags[address] = answer.headers["etag"]
        return answer

    def _head(self, method: str, address: str, body: bytes | None, headers: dict[str, str]) -> bytes:
        told = {
            "Host": urlsplit(self.base).netloc,
            "Accept": "application/json, image/png",
            "Accept-Encoding": "gzip",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            **({"Content-Length": str(len(body))} if body is not None else {}),
            **headers,
        }
        lines = [f"{method} {address} HTTP/1.1", *(f"{name}: {value}" for name, value in told.items() if value)]
        return "\r\n".join([*lines, "", ""]).encode()

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        where = urlsplit(self.base)
        return await asyncio.open_connection(where.hostname, where.port, ssl=self.tls)

    def _drop(self) -> None:
        while self._idle:
            self._idle.pop()[1].close()


FORM = "application/x-www-form-urlencoded"


async def _answer(reader: asyncio.StreamReader) -> Answer:
    lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    status = int(lines[0].split()[1])
    pairs = [(name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines[1:-2])]
    headers = dict(pairs)
    body = b"" if status in {204, 304} else await _body(reader, headers)
    if headers.get("content-encoding") == "gzip":
        body = gzip.decompress(body)
    return Answer(status, headers, tuple(value for name, value in pairs if name == "set-cookie"), body)


async def _body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    if headers.get("transfer-encoding") != "chunked":
        return await reader.readexactly(int(headers.get("content-length", "0")))
    body = b""
    while size := int(await reader.readuntil(b"\r\n"), 16):
        body += await reader.readexactly(size)
        await reader.readexactly(2)
    await reader.readexactly(2)
    return body


def _token_in(page: Answer) -> str:
    found = TOKEN.search(page.text)
    if page.status != 200 or found is None:
        raise SystemExit(f"A page without a token: {page.status} {page.text[:400]}")
    return found[1]
