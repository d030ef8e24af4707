"""Settings: read once from `gridmap.toml` and `GRIDMAP_*` variables, then frozen.

The environment wins over the file. Nothing here has an insecure default: a secret is made on first use and kept in a
file that only its owner reads.
"""

from __future__ import annotations

import os
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gridmap.errors import BadSettings

ROOT = Path(__file__).resolve().parent.parent
DATA_GEO = ROOT / "data" / "geo"
DEMO_DB_NAME = "demo.db"
KNOWN = {"db", "secret", "var", "port", "host", "log_level", "sample_data"}


@dataclass(frozen=True, slots=True)
class Settings:
    """What a process runs with. `db` is a SQLAlchemy address; `var` holds everything that is made at run time."""

    db: str
    var: Path
    is_demo: bool
    host: str = "127.0.0.1"
    port: int = 8000
    log_level: str = "INFO"
    secret_from_env: str | None = None

    @property
    def log_file(self) -> Path:
        return self.var / "log" / "gridmap.log"

    @property
    def basemap_dir(self) -> Path:
        """Where the base map of this database lies: one folder a database, so that two never share tiles."""
        name = "demo" if self.is_demo else _slug(self.db)
        return self.var / "basemap" / name

    def secret(self) -> bytes:
        """The signing and digest key: `GRIDMAP_SECRET`, else `var/secret`, made on first use with mode 0600."""
        if self.secret_from_env:
            return self.secret_from_env.encode()
        path = self.var / "secret"
        self.var.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            text = path.read_text(encoding="ascii").strip()
            if len(text) < 32:
                raise BadSettings(
                    f"The secret in {path} is shorter than 32 characters.",
                    "Delete the file to have a new one made, or set GRIDMAP_SECRET.",
                ) from None
            return text.encode()
        text = secrets.token_hex(32)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text + "\n")
        return text.encode()


def load(environ: Mapping[str, str] | None = None, *, toml: Path | None = None) -> Settings:
    """Settings from the environment and, below it, `gridmap.toml` (in the project's folder or as given).

    Raises BadSettings for an unknown name in the file, a port that is no port, or a secret that is too short.
    """
    env = os.environ if environ is None else environ
    values = _from_toml(toml or ROOT / "gridmap.toml")
    values |= {k[8:].lower(): v for k, v in env.items() if k.startswith("GRIDMAP_") and k[8:].lower() in KNOWN and v}
    var = Path(values.get("var", ROOT / "var")).expanduser()
    is_demo = "db" not in values
    db = f"sqlite:///{var / DEMO_DB_NAME}" if is_demo else values["db"]
    secret = values.get("secret")
    if secret is not None and len(secret) < 32:
        raise BadSettings("GRIDMAP_SECRET is shorter than 32 characters.", "Use a long random text.")
    return Settings(
        db=_known_database(db),
        var=var,
        is_demo=is_demo,
        host=values.get("host", "127.0.0.1"),
        port=_port(env.get("PORT") or values.get("port", "8000")),
        log_level=values.get("log_level", "INFO").upper(),
        secret_from_env=secret,
    )


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


def _slug(address: str) -> str:
    """A folder name for a database address; the password does not go into it."""
    bare = address.split("@")[-1] if "@" in address else address
    return "".join(c if c.isalnum() else "-" for c in bare)[-80:].strip("-")
