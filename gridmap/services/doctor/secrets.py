"""Who may read what: the secret, the key, the folder of everything made at run time, the database's file."""

from __future__ import annotations

import stat
from pathlib import Path

from gridmap.config import Settings
from gridmap.errors import BadSettings
from gridmap.services.doctor.finding import Finding, refused
from gridmap.store.engine import file_of

FOR_ANYBODY_ELSE = 0o077
FOR_STRANGERS = 0o007
WRITE_FOR_STRANGERS = 0o002


def secret(settings: Settings) -> Finding:
    """Is there a secret, and can nobody but the owner read it?"""
    return _kept_text(settings, "secret", settings.secret_from_env)


def key(settings: Settings) -> Finding:
    """Is there a key, long enough, and can nobody but the owner read it?"""
    try:
        if settings.key_from_env or settings.key_file.exists():
            settings.keys()
    except BadSettings as error:
        return refused("key", error)
    return _kept_text(settings, "key", settings.key_from_env)


def permissions(settings: Settings) -> Finding:
    """Is everything that holds people's affairs closed to the other users of this machine?"""
    wrong = _open_to_strangers(settings)
    if not wrong:
        return Finding("permissions", True, "closed to other users")
    found = f"open to other users: {', '.join(f'{path} (mode {mode:04o})' for path, mode in wrong)}"
    return Finding("permissions", False, found, f"Run: chmod o-rwx {' '.join(str(path) for path, _ in wrong)}")


def _kept_text(settings: Settings, name: str, given: str | None) -> Finding:
    path = settings.var / name
    if given:
        return Finding(name, True, f"from GRIDMAP_{name.upper()}")
    if not path.exists():
        return Finding(name, True, "none yet; it is made on first use")
    mode = stat.S_IMODE(path.stat().st_mode)
    return Finding(name, not mode & FOR_ANYBODY_ELSE, f"{path}, mode {mode:04o}", f"Run: chmod 600 {path}")


def _open_to_strangers(settings: Settings) -> list[tuple[Path, int]]:
    """Files that others may read, and folders that they may write to."""
    database = file_of(settings.db)
    files = [] if database is None else [database, *database.parent.glob(f"{database.name}-*")]
    folders = [settings.var, *settings.var.glob("*/")]
    looked_at = [(path, FOR_STRANGERS) for path in files] + [(path, WRITE_FOR_STRANGERS) for path in folders]
    found = [(path, stat.S_IMODE(path.stat().st_mode), wrong) for path, wrong in looked_at if path.exists()]
    return [(path, mode) for path, mode, wrong in found if mode & wrong]
