"""Who may do what, where: one table of role x action, and the places a person's posts reach.

A post is a role held for a place and a time. What somebody may do is the union over their posts: an action is open to
them in the places of those posts whose role allows it, and nowhere else. The three administrators hold no posts: each
looks after one thing and sees no record (separation of powers, GB/T 22239-2019, 8.1.5.1: system, security, audit).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    COMMANDER = "commander"
    PLANNER = "planner"
    CLERK = "clerk"
    HANDLER = "handler"
    MEDIATOR = "mediator"
    GRID_WORKER = "grid_worker"
    PATROL_LEADER = "patrol_leader"
    PATROL_MEMBER = "patrol_member"
    AUDITOR = "auditor"


class Admin(StrEnum):
    """One account is at most one of these, and then holds no post."""

    SYSTEM = "system"  # accounts, settings
    SECURITY = "security"  # roles, posts, scopes
    AUDIT = "audit"  # reads the audit, changes nothing


class Action(StrEnum):
    USE_OWN_ACCOUNT = "use_own_account"
    SEE_MAP = "see_map"  # figures, heat, coverage, the layers of the map
    SEE_INCIDENTS = "see_incidents"  # the list and single records
    REPORT_INCIDENT = "report_incident"
    AMEND_INCIDENT = "amend_incident"
    REVEAL = "reveal"  # a masked name, phone or number
    EXPORT = "export"
    START_REPORT = "start_report"  # long work beside the server
    IMPORT = "import"  # files in, and taken back
    SEE_LINKAGE = "see_linkage"
    READ_AUDIT = "read_audit"
    MANAGE_ACCOUNTS = "manage_accounts"
    MANAGE_POSTS = "manage_posts"
    MANAGE_SETTINGS = "manage_settings"


_SEES = {Action.USE_OWN_ACCOUNT, Action.SEE_MAP, Action.SEE_INCIDENTS}
_HANDLES = _SEES | {Action.REPORT_INCIDENT, Action.AMEND_INCIDENT, Action.REVEAL}

ALLOWED: Mapping[Role | Admin, frozenset[Action]] = {
    Role.COMMANDER: frozenset(_HANDLES | {Action.EXPORT, Action.START_REPORT, Action.SEE_LINKAGE}),
    Role.PLANNER: frozenset(
        {Action.USE_OWN_ACCOUNT, Action.SEE_MAP, Action.EXPORT, Action.IMPORT, Action.SEE_LINKAGE, Action.START_REPORT}
    ),
    Role.CLERK: frozenset(_HANDLES | {Action.EXPORT, Action.IMPORT, Action.SEE_LINKAGE}),
    Role.HANDLER: frozenset(_HANDLES),
    Role.MEDIATOR: frozenset(_HANDLES),
    Role.GRID_WORKER: frozenset(_HANDLES),
    Role.PATROL_LEADER: frozenset(_SEES | {Action.REPORT_INCIDENT}),
    Role.PATROL_MEMBER: frozenset({Action.USE_OWN_ACCOUNT, Action.SEE_MAP, Action.REPORT_INCIDENT}),
    Role.AUDITOR: frozenset(_SEES | {Action.EXPORT, Action.SEE_LINKAGE}),
    Admin.SYSTEM: frozenset({Action.USE_OWN_ACCOUNT, Action.MANAGE_ACCOUNTS, Action.MANAGE_SETTINGS}),
    Admin.SECURITY: frozenset({Action.USE_OWN_ACCOUNT, Action.MANAGE_POSTS}),
    Admin.AUDIT: frozenset({Action.USE_OWN_ACCOUNT, Action.READ_AUDIT}),
}

# What a post is called -> the role it carries. A role's own name is a title, too.
TITLES: Mapping[str, Role] = {role.value: role for role in Role} | {
    "full_time_worker": Role.GRID_WORKER,
    "backing_worker": Role.GRID_WORKER,
    "stairwell_head": Role.GRID_WORKER,
    "community_officer": Role.HANDLER,
    "community_handler": Role.HANDLER,
    "street_handler": Role.HANDLER,
    "guard": Role.PATROL_MEMBER,
}


@dataclass(frozen=True, slots=True)
class Scope:
    """The places an action is open in: all, or what lies in these areas' subtrees, grids and buildings (their codes,
    of buildings the uids). Empty: nowhere.
    """

    is_whole: bool = False
    areas: frozenset[str] = field(default_factory=frozenset)
    grids: frozenset[str] = field(default_factory=frozenset)
    buildings: frozenset[str] = field(default_factory=frozenset)

    def __bool__(self) -> bool:
        return self.is_whole or bool(self.areas or self.grids or self.buildings)

    def __or__(self, other: Scope) -> Scope:
        if self.is_whole or other.is_whole:
            return WHOLE
        return Scope(False, self.areas | other.areas, self.grids | other.grids, self.buildings | other.buildings)


WHOLE = Scope(is_whole=True)
NOWHERE = Scope()


@dataclass(frozen=True, slots=True)
class Holding:
    """A post as its holder has it: what it allows, where, and on which local days (both ends in; None: open)."""

    role: Role
    scope: Scope
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    is_deputy: bool = False

    def holds_on(self, day: dt.date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: `name` is what the audit says. An administrator has `admin` and no holdings. `actions`: a program's
    key leaves only these of what its account may do; None leaves all.
    """

    name: str
    admin: Admin | None = None
    holdings: tuple[Holding, ...] = ()
    actions: frozenset[Action] | None = None
    is_local: bool = False  # the person at this machine, of a project that has no accounts yet

    def scope_for(self, action: Action, day: dt.date) -> Scope:
        """Where the action is open to this person on a local day; NOWHERE where no post of that day allows it."""
        if self.actions is not None and action not in self.actions:
            return NOWHERE
        if self.is_local or (self.admin is not None and action in ALLOWED[self.admin]):
            return WHOLE
        return _union(
            holding.scope for holding in self.holdings if holding.holds_on(day) and action in ALLOWED[holding.role]
        )


# Until a project has accounts, it is one person's program on loopback.
LOCAL = Actor("local", is_local=True)


def _union(scopes: Iterable[Scope]) -> Scope:
    found = NOWHERE
    for scope in scopes:
        found |= scope
    return found
