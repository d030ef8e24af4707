"""Settings: read once from `gridmap.toml` and `GRIDMAP_*` variables, then frozen.

The environment wins over the file. Nothing here has an insecure default: a secret is made on first use and kept in a
file that only its owner reads.
"""

from __future__ import annotations

import os
import re
import secrets
import tempfile
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from gridmap.errors import BadSettings
from gridmap.reach import Network, PublicUrl, TlsFiles, networks, public_url, tls_files

ROOT = Path(__file__).resolve().parent.parent
DATA_GEO = ROOT / "data" / "geo"
DEMO_DB_NAME = "demo.db"
KNOWN = {
    "db", "secret", "key", "var", "port", "host", "log_level", "sample_data", "tls_cert", "tls_key", "public_url",
    "proxies", "workers", "syslog",
}  # fmt: skip
USUAL_WORKERS, MOST_WORKERS = 2, 16  # processes on PostgreSQL
SECRETS = {"secret", "key"}
SHORTEST = 32  # characters of a secret or a key


@dataclass(frozen=True, slots=True)
class Settings:
    """What a process runs with. `db` is a SQLAlchemy address; `var` holds everything that is made at run time."""

    db: str
    var: Path
    is_demo: bool
    host: str = "127.0.0.1"
    port: int = 8000
    log_level: str = "INFO"
    secret_from_env: str | None = field(default=None, repr=False)
    key_from_env: str | None = field(default=None, repr=False)
    tls: TlsFiles | None = None
    public_url: PublicUrl | None = None
    proxies: tuple[Network, ...] = ()  # beside this machine's own, who may say for whom they ask
    workers: int | None = None
    syslog: str | None = None  # where entries of the audit are sent, too: host:port or a socket's path

    @property
    def log_file(self) -> Path:
        return self.var / "log" / "gridmap.log"

    @property
    def files_dir(self) -> Path:
        """Files that belong to records, by their SHA-256; part of every backup."""
        return self.var / "files"

    @property
    def basemap_dir(self) -> Path:
        """Where the base map of this database lies: one folder a database, so that two never share tiles."""
        name = "demo" if self.is_demo else _slug(self.db)
        return self.var / "basemap" / name

    @property
    def own_basemap_dir(self) -> Path:
        """Where an administrator puts a file of pictures that is to lie below the map; it is in no backup."""
        return self.var / "basemap" / "own"

    def secret(self) -> bytes:
        """The signing and digest key: `GRIDMAP_SECRET`, else `var/secret`, made on first use with mode 0600."""
        if self.secret_from_env:
            return self.secret_from_env.encode()
        return self._made_once("secret", "GRIDMAP_SECRET")

    @property
    def key_file(self) -> Path:
        """Where the keys are that `GRIDMAP_KEY` does not give."""
        return self.var / "key"

    def keys(self) -> tuple[bytes, ...]:
        """What stored secrets are encrypted with, the newest key first; the older ones only read what they wrote.

        `GRIDMAP_KEY` holds them with commas between them, else `var/key`, a line each, made on first use with mode
        0600. They are never in a backup: without them nothing that was encrypted can be read again.
        """
        text = self.key_from_env or self._made_once("key", "GRIDMAP_KEY").decode()
        keys = tuple(part.encode() for part in parted_keys(text))
        if min(map(len, keys), default=0) < SHORTEST:
            raise BadSettings(
                f"A key in {'GRIDMAP_KEY' if self.key_from_env else self.key_file} is shorter than 32 characters.",
                _cure_of_short("key", "GRIDMAP_KEY"),
            )
        return keys

    def _made_once(self, name: str, variable: str) -> bytes:
        """The text of `var/<name>`, which only its owner reads; 64 random digits where there is no such file yet."""
        path = self.var / name
        if not path.exists():
            self.var.mkdir(parents=True, exist_ok=True)
            descriptor, unfinished = tempfile.mkstemp(prefix=name, dir=self.var)  # mode 0600
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(secrets.token_hex(32) + "\n")
            with suppress(FileExistsError):  # another process was first: its text counts
                os.link(unfinished, path)
            Path(unfinished).unlink()
        text = path.read_text(encoding="ascii").strip()
        if len(text) < SHORTEST:
            raise BadSettings(f"The {name} in {path} is shorter than 32 characters.", _cure_of_short(name, variable))
        return text.encode()


def load(environ: Mapping[str, str] | None = None, *, toml: Path | None = None) -> Settings:
    """Settings from the environment and, below it, `gridmap.toml` (in the project's folder or as given).

    Raises BadSettings for an unknown name in the file, a value that cannot be used, or a secret that is too short.
    """
    env = os.environ if environ is None else environ
    values = _from_toml(toml or ROOT / "gridmap.toml")
    values |= {k[8:].lower(): v for k, v in env.items() if k.startswith("GRIDMAP_") and k[8:].lower() in KNOWN and v}
    var = Path(values.get("var", ROOT / "var")).expanduser()
    is_demo = "db" not in values
    db = f"sqlite:///{var / DEMO_DB_NAME}" if is_demo else values["db"]
    for name in sorted(SECRETS & values.keys()):
        texts = parted_keys(values[name]) if name == "key" else [values[name]]
        if min(map(len, texts), default=0) < SHORTEST:
            raise BadSettings(f"GRIDMAP_{name.upper()} is shorter than 32 characters.", "Use a long random text.")
    return Settings(
        db=_known_database(db),
        var=var,
        is_demo=is_demo,
        host=values.get("host", "127.0.0.1"),
        port=_port(env.get("PORT") or values.get("port", "8000")),
        log_level=values.get("log_level", "INFO").upper(),
        secret_from_env=values.get("secret"),
        key_from_env=values.get("key"),
        tls=tls_files(values.get("tls_cert"), values.get("tls_key")),
        public_url=public_url(values["public_url"]) if "public_url" in values else None,
        proxies=networks(values.get("proxies", "")),
        workers=_workers(values.get("workers")),
        syslog=values.get("syslog"),
    )


def worker_count(db: str, asked: int | None) -> int:
    """How many processes serve `db`: a SpatiaLite file has one writer, and so one process. Raises BadSettings."""
    if not db.startswith("sqlite"):
        return asked or USUAL_WORKERS
    if asked not in {None, 1}:
        raise BadSettings(
            f"{asked} workers were asked for, but a SpatiaLite file is served by one process.",
            "Leave GRIDMAP_WORKERS and --workers out, or move to PostgreSQL.",
        )
    return 1


def parted_keys(text: str) -> list[str]:
    """The keys in a text: with commas or line ends between them."""
    return [part.strip() for part in re.split(r"[,\n]", text) if part.strip()]


def _cure_of_short(name: str, variable: str) -> str:
    if name == "key":  # a new one could not read what the old one wrote
        return f"Put the right key back into the file, or set {variable}."
    return f"Delete the file to have a new one made, or set {variable}."


def _from_toml(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise BadSettings(f"{path} is not valid TOML: {error}.", "Correct the line named.") from None
    unknown = sorted(set(table) - KNOWN)
    if unknown:
        known = ", ".join(sorted(KNOWN))
        raise BadSettings(f"{path} has unknown settings: {', '.join(unknown)}.", f"Known are: {known}.")
    return {key: str(value) for key, value in table.items()}


def _known_database(address: str) -> str:
    scheme = address.split(":", 1)[0]
    if scheme in {"sqlite", "sqlite+pysqlite"}:
        return address
    if scheme in {"postgresql", "postgresql+psycopg", "postgres"}:
        return "postgresql+psycopg:" + address.split(":", 1)[1]
    raise BadSettings(
        f"GRIDMAP_DB begins with '{scheme}:', which gridmap does not know.",
        "Use sqlite:////folder/file.db or postgresql://user@host/database.",
    )


def _port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise BadSettings(f"PORT is '{text}'.", "Use a number from 1 to 65535.")
    return int(text)


def _workers(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isdigit() or not 1 <= int(text) <= MOST_WORKERS:
        raise BadSettings(f"GRIDMAP_WORKERS is '{text}'.", f"Use a number from 1 to {MOST_WORKERS}.")
    return int(text)


def _slug(address: str) -> str:
    """A folder name for a database address; the password does not go into it."""
    bare = address.split("@")[-1] if "@" in address else address
    return "".join(c if c.isalnum() else "-" for c in bare)[-80:].strip("-")
