"""What roles, titles of posts, administrators and rights are called, and what each is for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext

from gridmap.domain.access import Action, Admin
from gridmap.services.accounts import AccountInfo


def _(text: str) -> str:
    """Marks a text of the catalogue: it is translated where it is shown."""
    return text


TITLE_NAMES: Mapping[str, str] = {
    "commander": _("Commander"),
    "planner": _("Grid planner"),
    "clerk": _("Intake clerk"),
    "handler": _("Handler"),
    "mediator": _("Mediator"),
    "grid_worker": _("Grid worker"),
    "patrol_leader": _("Patrol leader"),
    "patrol_member": _("Patrol member"),
    "auditor": _("Auditor"),
    "full_time_worker": _("Full-time grid worker"),
    "backing_worker": _("Backing grid worker"),
    "stairwell_head": _("Stairwell head"),
    "community_officer": _("Community officer"),
    "community_handler": _("Community handler"),
    "street_handler": _("Street handler"),
    "guard": _("Guard"),
}

ADMIN_NAMES: Mapping[Admin, str] = {
    Admin.SYSTEM: _("System administrator"),
    Admin.SECURITY: _("Security administrator"),
    Admin.AUDIT: _("Audit administrator"),
}
ADMIN_DUTIES: Mapping[Admin, str] = {
    Admin.SYSTEM: _("makes and disables accounts, changes settings"),
    Admin.SECURITY: _("gives and ends posts, and so rights"),
    Admin.AUDIT: _("reads who did and saw what, changes nothing"),
}

RIGHT_NAMES: Mapping[Action, str] = {
    Action.SEE_MAP: _("See the map and its figures"),
    Action.SEE_INCIDENTS: _("See incidents"),
    Action.REPORT_INCIDENT: _("Report incidents"),
    Action.AMEND_INCIDENT: _("Amend incidents"),
    Action.EXPORT: _("Take files along"),
    Action.START_REPORT: _("Start long reports"),
    Action.IMPORT: _("Import files"),
    Action.SEE_LINKAGE: _("See the linkage"),
    Action.READ_AUDIT: _("Read the audit"),
}

DEMO_NAMES: Mapping[str, str] = {
    "demo-commander": _("Commander"),
    "demo-planner": _("Grid planner"),
    "demo-clerk": _("Intake clerk"),
    "demo-handler": _("Street handler"),
    "demo-mediator": _("Mediator"),
    "demo-worker": _("Grid worker"),
    "demo-patrol-leader": _("Patrol leader"),
    "demo-patrol-member": _("Patrol member"),
    "demo-auditor": _("Auditor"),
    "demo-system": _("System administrator"),
    "demo-security": _("Security administrator"),
    "demo-audit": _("Audit administrator"),
}
DEMO_ABOUT: Mapping[str, str] = {
    "demo-commander": _("the whole district: situation, incidents, reports, files"),
    "demo-planner": _("the map and its figures, plans and files; no single incident"),
    "demo-clerk": _("takes incidents in, imports lists"),
    "demo-handler": _("one street office and what lies in it"),
    "demo-mediator": _("the incidents of one community"),
    "demo-worker": _("one grid and what lies in it"),
    "demo-patrol-leader": _("one street office: sees and reports incidents, amends none"),
    "demo-patrol-member": _("one community: the map and its figures, reports incidents"),
    "demo-auditor": _("reads all, changes nothing"),
    "demo-system": _("accounts and settings; no record"),
    "demo-security": _("posts and rights; no record"),
    "demo-audit": _("who did and saw what; no record"),
}


def place_of(post: Any) -> str:
    """Where a post is held: an area, a grid, or a building in its compound with its stairwell."""
    building = "".join(filter(None, [post.compound_name, post.building_name])) if post.building_uid else None
    return " ".join(filter(None, [post.area_name or post.grid_name or building, post.stairwell]))


def shown_name(account: AccountInfo) -> str:
    """What somebody is called; the demo's accounts in the page's language."""
    return gettext(DEMO_NAMES[account.name]) if account.name in DEMO_NAMES else account.shown_name
