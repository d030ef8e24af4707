"""What a process knows of its project's accounts: whether there are any, and which day posts are held on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from gridmap.services import accounts, project
from gridmap.services.accounts import HASHING, Hashing, Presence
from gridmap.services.shared_reads import SharedReads
from gridmap.store.audit import Head
from gridmap.store.engine import Store
from gridmap.store.project import Project

IDLE_MIN = 30


@dataclass
class Gate:
    """What is known of a project's accounts in this process."""

    store: Store
    now: Callable[[], dt.datetime]
    hashing: Hashing = HASHING
    idle_min: int = IDLE_MIN
    presence: Presence = field(init=False, repr=False)
    _changes: SharedReads[None, Head | None] = field(init=False, repr=False)
    _has_accounts: bool = False
    _project: Project | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self.presence = Presence(self.store)
        self._changes = SharedReads(lambda _: {None: accounts.newest_change_without(self.store)})

    def has_accounts(self) -> bool:
        """Whether the project has any: asked until it has, for they are never removed."""
        return self._has_accounts or self.newest_change_without_accounts() is None

    def newest_change_without_accounts(self) -> Head | None:
        """The newest change of a project that has no accounts; None where somebody has to be asked for."""
        if self._has_accounts:
            return None
        change = self._changes.of(None)
        self._has_accounts = change is None
        return change

    def today(self) -> dt.date:
        """The local day that posts are held on; the demo's stands still."""
        if self._project is None:
            self._project = project.facts(self.store)
        return self._project.demo_now_on or self.now().astimezone(ZoneInfo(self._project.time_zone)).date()
