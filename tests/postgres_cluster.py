"""A PostgreSQL cluster of its own for tests: made in a folder, run by an unprivileged user, reached by a socket there.

    python tests/postgres_cluster.py start DIR     prints the address for GRIDMAP_TEST_DB
    python tests/postgres_cluster.py stop DIR

It listens on no port, so it cannot clash with another and nobody else reaches it. It trades safety for speed
(fsync off): for data that may be lost only. As root it runs as the user `postgres`, else as the caller.
"""

from __future__ import annotations

import argparse
import os
import pwd
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROLE = "gridmap"
SPEED = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "150",
    "shared_buffers": "128MB",
    "autovacuum": "off",
    "jit": "off",
}


def start(folder: Path) -> str:
    """Make the cluster when the folder is empty, start it, and return its SQLAlchemy address."""
    folder.mkdir(parents=True, exist_ok=True)
    data = folder / "data"
    if len(str(folder)) > 80:
        raise SystemExit(f"{folder} is too long for a socket's path: choose a folder under /tmp.")
    if not data.exists():
        _own(folder)
        _run("initdb", "-D", data, "-U", ROLE, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
    options = [f"-c {name}={value}" for name, value in SPEED.items()]
    options += ["-c listen_addresses=", f"-c unix_socket_directories={folder}", "-c unix_socket_permissions=0777"]
    _run("pg_ctl", "-D", data, "-w", "-t", "60", "-l", folder / "log", "-o", " ".join(options), "start")
    return f"postgresql://{ROLE}@/postgres?host={folder}"


def stop(folder: Path) -> None:
    """Stop the cluster; the folder is the caller's to remove."""
    _run("pg_ctl", "-D", folder / "data", "-w", "-m", "immediate", "stop")


def _run(program: str, *arguments: object) -> None:
    command = [str(_programs() / program), *map(str, arguments)]
    user = _runner()
    if user is not None:
        command = ["runuser", "-u", user, "--", *command]
    done = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False)
    if done.returncode != 0:
        raise SystemExit(f"{program} failed:\n{done.stdout}{done.stderr}")


def _programs() -> Path:
    """The folder of the newest PostgreSQL installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    if on_path is None:
        raise SystemExit("PostgreSQL is not installed. As administrator: apt install postgresql-15-postgis-3")
    return Path(on_path).parent


def _runner() -> str | None:
    """Whom the server runs as: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise SystemExit("There is no user postgres or nobody to run the server as.")


def _own(folder: Path) -> None:
    folder.chmod(0o755)
    user = _runner()
    if user is not None:
        shutil.chown(folder, user)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("action", choices=["start", "stop"])
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    if not re.fullmatch(r"[\w./-]+", str(given.folder)):
        raise SystemExit("The folder's name may hold letters, digits, dots, dashes and underscores only.")
    folder = given.folder.absolute()
    if given.action == "start":
        sys.stdout.write(start(folder) + "\n")
    else:
        stop(folder)


if __name__ == "__main__":
    main()
