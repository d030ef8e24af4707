"""Who is let in: the right that each endpoint needs, and the one place that decides.

A project without accounts is open to whoever uses this machine, and so is the demo: there the actor is LOCAL. As soon
as there is an account, every endpoint that is not PUBLIC needs somebody signed in, or a token, with the right named
here. An endpoint that stands in neither table is refused to everybody but LOCAL.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Flask, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue

from gridmap.domain.access import ALLOWED, LOCAL, NOWHERE, WHOLE, Action, Actor, Scope
from gridmap.errors import NoPost, NotAllowed, OnlySomePlaces, SignInNeeded
from gridmap.services.accounts import ON_A_SCREEN
from web import auth, i18n, security
from web.audience import is_person
from web.context import whole

PUBLIC = frozenset(
    {
        "pages.static", "pages.texts", "pages.favicon", "health.healthz",
        "accounts.sign_in", "accounts.enter", "accounts.try_demo", "accounts.leave_demo",
        "accounts.first_start", "accounts.begin", "accounts.go_alone", "accounts.leave_screen",
    }
)  # fmt: skip

NEEDS: Mapping[str, Action] = {
    "openapi.spec": Action.USE_OWN_ACCOUNT,
    "api.me": Action.USE_OWN_ACCOUNT,
    "accounts.sign_out": Action.USE_OWN_ACCOUNT,
    "accounts.own": Action.USE_OWN_ACCOUNT,
    "accounts.change_password": Action.USE_OWN_ACCOUNT,
    "accounts.second_factor": Action.USE_OWN_ACCOUNT,
    "accounts.confirm_second_factor": Action.USE_OWN_ACCOUNT,
    "accounts.recovery_codes": Action.USE_OWN_ACCOUNT,
    "accounts.make_token": Action.USE_OWN_ACCOUNT,
    "accounts.revoke_token": Action.USE_OWN_ACCOUNT,
    "accounts.make_screen": Action.USE_OWN_ACCOUNT,
    "accounts.end_sessions": Action.USE_OWN_ACCOUNT,
    "accounts.people": Action.MANAGE_ACCOUNTS,
    "accounts.add": Action.MANAGE_ACCOUNTS,
    "accounts.disable": Action.MANAGE_ACCOUNTS,
    "accounts.enable": Action.MANAGE_ACCOUNTS,
    "accounts.reset_password": Action.MANAGE_ACCOUNTS,
    "accounts.import_people": Action.MANAGE_ACCOUNTS,
    "accounts.list_of_people": Action.MANAGE_ACCOUNTS,
    "accounts.posts": Action.MANAGE_POSTS,
    "accounts.add_post": Action.MANAGE_POSTS,
    "accounts.end_post": Action.MANAGE_POSTS,
    "accounts.set_deputy": Action.MANAGE_POSTS,
    "accounts.import_posts": Action.MANAGE_POSTS,
    "accounts.list_of_posts": Action.MANAGE_POSTS,
    "accounts.revoke_screen": Action.MANAGE_POSTS,
    "settings.kinds": Action.MANAGE_SETTINGS,
    "settings.save_kinds": Action.MANAGE_SETTINGS,
    "settings.grades": Action.MANAGE_SETTINGS,
    "settings.save_grades": Action.MANAGE_SETTINGS,
    "settings.calendar": Action.MANAGE_SETTINGS,
    "settings.list_of_days": Action.MANAGE_SETTINGS,
    "settings.save_week": Action.MANAGE_SETTINGS,
    "settings.take_days": Action.MANAGE_SETTINGS,
    "settings.save_day": Action.MANAGE_SETTINGS,
    "settings.maps": Action.MANAGE_SETTINGS,
    "settings.save_maps": Action.MANAGE_SETTINGS,
    "settings.numbers": Action.MANAGE_SETTINGS,
    "settings.save_numbers": Action.MANAGE_SETTINGS,
    "settings.history": Action.MANAGE_SETTINGS,
    "settings.return_to": Action.MANAGE_SETTINGS,
    "pages.map": Action.SEE_MAP,
    "tiles.basemap": Action.SEE_MAP,
    "tiles.heat": Action.SEE_MAP,
    "tiles.own": Action.SEE_MAP,
    "api.addresses": Action.SEE_MAP,
    "api.area_shapes": Action.SEE_MAP,
    "api.areas": Action.SEE_MAP,
    "api.blocks": Action.SEE_MAP,
    "api.cameras": Action.SEE_MAP,
    "api.changes": Action.SEE_MAP,
    "api.choropleth": Action.SEE_MAP,
    "api.compare": Action.SEE_MAP,
    "api.counts": Action.SEE_MAP,
    "api.expectation": Action.SEE_MAP,
    "api.gatherings": Action.SEE_MAP,
    "api.grids": Action.SEE_MAP,
    "api.job": Action.SEE_MAP,
    "api.legend": Action.SEE_MAP,
    "api.locate": Action.SEE_MAP,
    "api.patterns": Action.SEE_MAP,
    "api.plans": Action.SEE_MAP,
    "api.report": Action.SEE_MAP,
    "api.sites": Action.SEE_MAP,
    "api.situation": Action.SEE_MAP,
    "api.timeline": Action.SEE_MAP,
    "api.value": Action.SEE_MAP,
    "pages.incidents": Action.SEE_INCIDENTS,
    "pages.incident": Action.SEE_INCIDENTS,
    "api.incidents": Action.SEE_INCIDENTS,
    "api.incident": Action.SEE_INCIDENTS,
    "api.points": Action.SEE_INCIDENTS,
    "pages.new_incident": Action.REPORT_INCIDENT,
    "api.receive": Action.REPORT_INCIDENT,
    "api.amend": Action.AMEND_INCIDENT,
    "api.reveal": Action.REVEAL,
    "api.by_phone": Action.REVEAL,
    "api.map_file": Action.EXPORT,
    "api.table_file": Action.EXPORT,
    "api.ask": Action.START_REPORT,
    "api.cancel": Action.START_REPORT,
    "pages.import": Action.IMPORT,
    "pages.import_table": Action.IMPORT,
    "api.upload": Action.IMPORT,
    "api.state": Action.IMPORT,
    "api.give_up": Action.IMPORT,
    "api.rejects": Action.IMPORT,
    "api.check": Action.IMPORT,
    "api.store": Action.IMPORT,
    "api.imports": Action.IMPORT,
    "api.undo": Action.IMPORT,
    "pages.linkage": Action.SEE_LINKAGE,
    "pages.linkage_csv": Action.SEE_LINKAGE,
    "api.shares": Action.SEE_LINKAGE,
    "api.unlinked": Action.SEE_LINKAGE,
    "pages.audit": Action.READ_AUDIT,
    "pages.audit_check": Action.READ_AUDIT,
    "pages.audit_csv": Action.READ_AUDIT,
    "pages.audit_head": Action.READ_AUDIT,
    "api.audit_entries": Action.READ_AUDIT,
    "api.audit_check": Action.READ_AUDIT,
}

# What an endpoint needs besides, where its address names this: single incidents are seen by those who see incidents.
ALSO: Mapping[tuple[str, str, str], Action] = {("api.table_file", "what", "incidents"): Action.SEE_INCIDENTS}

# Endpoints that answer from the places of `scope()` alone. Any other is refused to whom only some places are open.
# The base map is nobody's: streets, water, houses and names as any map has them.
SCOPED = frozenset(
    {
        "pages.map", "tiles.basemap", "tiles.heat", "tiles.own",
        "api.addresses", "api.area_shapes", "api.areas", "api.blocks", "api.cameras", "api.changes", "api.choropleth",
        "api.compare", "api.counts", "api.expectation", "api.grids", "api.legend", "api.locate", "api.patterns",
        "api.plans", "api.report", "api.sites", "api.situation", "api.timeline", "api.value",
        "pages.incidents", "pages.incident", "pages.new_incident", "api.incidents", "api.incident", "api.points",
        "api.receive", "api.amend", "api.reveal", "api.by_phone", "api.map_file", "api.table_file",
    }
)  # fmt: skip

# Rights that know no place: whoever has one has it altogether.
PLACELESS = frozenset(
    {
        Action.USE_OWN_ACCOUNT, Action.READ_AUDIT, Action.MANAGE_ACCOUNTS, Action.MANAGE_POSTS, Action.MANAGE_SETTINGS,
    }
)  # fmt: skip

# What an account is for that has to be put in order before it is used for anything else.
STEPS = frozenset(
    {
        "accounts.own", "accounts.change_password", "accounts.second_factor", "accounts.confirm_second_factor",
        "accounts.recovery_codes", "accounts.sign_out", "api.me",
    }
)  # fmt: skip

# Parts of the map page that are left out where they would be refused (static/js/ui/rights.js).
MAP_PARTS = (
    "api.incidents", "api.points", "api.gatherings", "api.ask", "api.map_file", "api.table_file", "pages.incidents",
    "pages.import",
)  # fmt: skip

# Where somebody begins, by what they may do: the first that is open to them.
HOMES = ("pages.map", "accounts.people", "accounts.posts", "pages.audit", "pages.incidents", "accounts.own")


def init_access(app: Flask) -> None:
    app.before_request(_decide)
    names = {
        "may_open": may_open, "home": home, "signed_in": auth.signed_in, "on_screen": auth.on_screen,
        "is_demo_open": auth.is_demo_open,
    }  # fmt: skip
    app.jinja_env.globals.update(names, closed_parts=closed_parts)


def actor() -> Actor:
    """Who sent this request. Raises SignInNeeded where nobody is signed in."""
    asker = auth.asker()
    if asker is None:
        raise SignInNeeded("Nobody is signed in, or the session has ended.", _way_in())
    return asker.actor


def scope() -> Scope:
    """Where the right that this request's endpoint needs is open to who asks; NOWHERE on a PUBLIC one."""
    return _scope(actor(), *_actions(request.endpoint or "", request.view_args or {}))


def may(action: Action) -> bool:
    """Whether who asks has a right anywhere."""
    return bool(_scope(actor(), action))


def may_open(endpoint: str) -> bool:
    """Whether the endpoint is there and would let in who asks now; for menus."""
    asker = auth.asker()
    if asker is None or endpoint not in current_app.view_functions or (asker.screen and not _is_shown(endpoint)):
        return False
    if asker.owes and endpoint not in STEPS | PUBLIC:
        return False
    return refusal(asker.actor, endpoint) is None


def closed_parts() -> str:
    """The parts of the map page that are not open to who asks, for its scripts."""
    return " ".join(endpoint for endpoint in MAP_PARTS if not may_open(endpoint))


def home() -> str:
    """The address of the first page that is open to who asks."""
    found = next((endpoint for endpoint in HOMES if may_open(endpoint)), "accounts.own")
    return url_for(found)


def refusal(who: Actor, endpoint: str, values: Mapping[str, Any] | None = None) -> NotAllowed | None:
    """Why an endpoint is not open to somebody; None where it is. `values` are those of its address."""
    if who.is_local or endpoint in PUBLIC:
        return None
    actions = _actions(endpoint, values or {})
    if not actions:
        return NotAllowed("This address is open to nobody.", "It has no right in the table of rights.")
    if actions == [Action.USE_OWN_ACCOUNT]:
        return None
    found = _scope(who, *actions)
    if not found:
        return _no_right(who, actions[0])
    if found != WHOLE and endpoint not in SCOPED and not PLACELESS.issuperset(actions):
        return OnlySomePlaces(
            "This cannot be shown for some places only, and your posts are for some places.",
            "Somebody whose post is for the whole district can open it.",
        )
    return None


def _decide() -> ResponseReturnValue | None:
    """Lets the request in, or says why not and what to do."""
    endpoint = request.endpoint
    if endpoint is None:
        return None  # nothing is at this address
    if endpoint in PUBLIC:
        security.refuse_forgery()
        return None
    asker = auth.asker()
    if asker is None:
        return _ask_to_sign_in()
    if asker.screen is not None:
        return _decide_for_screen(asker.actor, endpoint)
    if not asker.by_token:
        security.refuse_forgery()
    elif endpoint.startswith("accounts."):
        raise NotAllowed("A token cannot look after accounts.", "Sign in by the browser.")
    if asker.owes and endpoint not in STEPS:
        return _ask_for_steps()
    refused = refusal(asker.actor, endpoint, request.view_args)
    if refused is not None and endpoint == "pages.map" and home() != url_for("pages.map"):
        return redirect(home())  # the server's bare address leads everybody to where they work
    if refused is not None:
        raise refused
    return None


def _decide_for_screen(who: Actor, endpoint: str) -> ResponseReturnValue | None:
    """A screen on a wall shows figures of its places, and takes nothing in."""
    if not _is_shown(endpoint) or request.method not in {"GET", "HEAD"}:
        raise NotAllowed("A screen on a wall shows figures alone.", "Sign in on another machine.")
    refused = refusal(who, endpoint, request.view_args)
    if refused is not None:
        raise refused
    if endpoint == "pages.map" and "wall" not in request.args:
        return redirect(url_for("pages.map", wall=1, **i18n.asked()))
    return None


def _is_shown(endpoint: str) -> bool:
    return NEEDS.get(endpoint) in ON_A_SCREEN


def _ask_to_sign_in() -> ResponseReturnValue:
    if not is_person():
        raise SignInNeeded("Nobody is signed in, or the session has ended.", _way_in())
    is_bare = request.path == "/" and request.args.keys() <= i18n.asked().keys()
    wanted = None if is_bare or request.method != "GET" else request.full_path.rstrip("?")
    return redirect(url_for("accounts.sign_in", next=wanted, **i18n.asked()), 303)


def _ask_for_steps() -> ResponseReturnValue:
    if not is_person():
        raise NotAllowed("The account is not ready.", "Sign in by the browser and do what its page asks for.")
    return redirect(url_for("accounts.own"), 303)


def _way_in() -> str:
    return "Sign in at /sign-in, or send a token of yours as `Authorization: Bearer`."


def _actions(endpoint: str, values: Mapping[str, Any]) -> list[Action]:
    """What an endpoint needs; nothing for one without a right."""
    if endpoint not in NEEDS:
        return []
    also = [action for (where, name, value), action in ALSO.items() if where == endpoint and values.get(name) == value]
    return [NEEDS[endpoint], *also]


def _scope(who: Actor, *actions: Action) -> Scope:
    """Where all of these are open to somebody by one post; for LOCAL everywhere."""
    if who == LOCAL:
        return WHOLE
    if not actions:
        return NOWHERE
    fitting = tuple(held for held in who.holdings if ALLOWED[held.role].issuperset(actions))
    found = replace(who, holdings=fitting).scope_for(actions[0], auth.today())
    return found if PLACELESS.issuperset(actions) else _whole_by_its_top(found)


def _whole_by_its_top(found: Scope) -> Scope:
    """The place that everything lies in is everywhere: also what lies in no area at all."""
    if found.is_whole or not found.areas:
        return found
    return WHOLE if whole().ground.areas.top_code in found.areas else found


def _no_right(who: Actor, action: Action) -> NotAllowed:
    if who.admin is None and not any(held.holds_on(auth.today()) for held in who.holdings):
        return NoPost(
            "Your account holds no post today.", "The security administrator gives posts; then load the page again."
        )
    return NotAllowed(
        f"Your account has no right to this ({action}).",
        "Ask the security administrator for a post that has it.",
    )
