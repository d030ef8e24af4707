"""The first start of a project: three administrators, or one person alone on this machine."""

from __future__ import annotations

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from gridmap.domain.access import Admin
from gridmap.errors import BadInput, Conflict, GridmapError
from gridmap.services import accounts
from gridmap.services.accounts import NewAccount
from web import auth
from web.context import running
from web.pages.accounts import page
from web.pages.accounts.words import ADMIN_DUTIES, ADMIN_NAMES

ALONE = "alone"  # the cookie of who chose to go on without accounts
ALONE_S = 31_536_000


def is_due() -> bool:
    """Whether a new, empty project has not been told yet who will use it."""
    parts = running()
    if auth.is_demo_open() or ALONE in request.cookies or parts.gate.has_accounts():
        return False
    return parts.situation.picture().project.extent is None


def show() -> ResponseReturnValue:
    return _form() if _is_open() else _elsewhere()


def begin() -> ResponseReturnValue:
    """Makes the three accounts, all or none; then each signs in."""
    parts = running()
    if not _is_open():
        return _elsewhere()
    try:
        for admin in Admin:
            _require_same(admin)
        accounts.create_admins(
            parts.store, parts.settings, {admin: _new(admin) for admin in Admin}, now=parts.gate.now(),
            hashing=parts.gate.hashing,
        )  # fmt: skip
    except (BadInput, Conflict) as error:
        return _form(error)
    return redirect(url_for("accounts.sign_in"), 303)


def go_alone() -> ResponseReturnValue:
    """The project stays open to whoever uses this machine; the page is not shown by itself again."""
    response = redirect("/", 303)
    if _is_open():
        response.set_cookie(ALONE, "1", max_age=ALONE_S, httponly=True, samesite="Lax")
    return response


def _is_open() -> bool:
    return not auth.is_demo_open() and not running().gate.has_accounts()


def _elsewhere() -> ResponseReturnValue:
    return redirect("/" if auth.is_demo_open() else url_for("accounts.sign_in"), 303)


def _new(admin: Admin) -> NewAccount:
    name, shown_name = page.field(f"{admin}_name"), page.field(f"{admin}_shown_name")
    return NewAccount(name, shown_name or name, request.form.get(f"{admin}_password", ""), admin)


def _require_same(admin: Admin) -> None:
    if request.form.get(f"{admin}_password") != request.form.get(f"{admin}_again"):
        raise BadInput("A password was not typed the same twice.", "Type it again, below each other.")


def _form(error: GridmapError | None = None) -> Response:
    return page.show(
        "first_start.html",
        here="first_start",
        status=200 if error is None else 422,
        admins=ADMIN_NAMES,
        duties=ADMIN_DUTIES,
        given=request.form,
        error=None if error is None else page.said(error),
    )
