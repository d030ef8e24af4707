"""The way in: name and password, then the second factor; in the demo one press for each role. And the way out."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Response, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from gridmap.errors import NeedsCode, NotFound, SignInRefused
from gridmap.services import accounts, demo_accounts
from web import access, auth
from web.audience import is_person
from web.context import running
from web.pages.accounts import page

REFUSED_STATUS = 401


def _(text: str) -> str:
    """Marks a text of the catalogue: it is translated where it is shown."""
    return text


def show() -> ResponseReturnValue:
    """The form; `?next=` is where to go afterwards. Who needs not sign in is sent there at once."""
    asker = auth.asker()
    if asker is not None and not auth.is_demo_open():
        return redirect(access.home(), 303)
    return _form()


def enter() -> ResponseReturnValue:
    """Signs in. To the page's script it says in JSON where to go, or that the code is still needed."""
    parts = running()
    if not parts.gate.has_accounts():
        return redirect(url_for("accounts.first_start"), 303)
    try:
        signed = accounts.sign_in(
            parts.store, parts.settings, page.field("name"), request.form.get("password", ""), page.field("code"),
            now=parts.gate.now(), hashing=parts.gate.hashing,
        )  # fmt: skip
    except NeedsCode:
        return _told("code", gettext(_("Now the code of your app, or one of your recovery codes.")))
    except SignInRefused as refused:
        return _told("refused", _refused(int(str(refused.details.get("wait_s", 0)))), REFUSED_STATUS)
    auth.begin(signed.account_uid, signed.epoch)
    is_ready = not (signed.must_change_password or signed.must_enrol_totp)
    return _go(_wanted() if is_ready else url_for("accounts.own"))


def leave() -> ResponseReturnValue:
    """Signs out; the demo is open again."""
    auth.end()
    return redirect("/" if auth.is_demo_open() else url_for("accounts.sign_in"), 303)


def try_demo(name: str) -> ResponseReturnValue:
    """One press in the demo: signed in as somebody of that role. Raises NotFound in every other project."""
    parts = running()
    if not auth.is_demo_open():
        raise NotFound("There are no demo accounts here.", "They are in the demo, on its own machine.")
    found = demo_accounts.enter(parts.store, parts.settings, name, now=parts.gate.now())
    auth.begin(found.account_uid, found.epoch)
    return redirect(access.home(), 303)


def leave_demo() -> ResponseReturnValue:
    """Back to the view that the demo opens with."""
    if auth.is_demo_open():
        auth.end()
    return redirect("/", 303)


def is_local_path(address: str) -> bool:
    """Whether an address leads to a page of this server and nowhere else, also for browsers that repair addresses."""
    parts = urlsplit(address)
    has_oddities = any(ord(sign) <= 32 or sign == "\\" for sign in address)
    return address.startswith("/") and not address.startswith("//") and not parts.netloc and not has_oddities


def _wanted() -> str:
    """Where the person wanted to go, if it is open to them; else their first page."""
    wanted = request.values.get("next", "")
    return wanted if is_local_path(wanted) else access.home()


def _form(*, state: str = "", text: str = "", status: int = 200) -> Response:
    wanted = request.values.get("next", "")
    return page.show(
        "sign_in.html",
        here="sign_in",
        status=status,
        next=wanted if is_local_path(wanted) else "",
        name=page.field("name"),
        state=state,
        text=text,
        demo=demo_accounts.OFFERED if auth.is_demo_open() else (),
    )


def _refused(wait_s: int) -> str:
    said = gettext(_("Name, password or code are not right, or the account may not sign in."))
    if wait_s >= 60:
        return f"{said} {gettext(_('The next try counts in {n} min.')).format(n=-(-wait_s // 60))}"
    if wait_s > 0:
        return f"{said} {gettext(_('The next try counts in {n} s.')).format(n=wait_s)}"
    return said


def _told(state: str, text: str, status: int = 200) -> Response:
    if is_person():
        return _form(state=state, text=text, status=status)
    response = jsonify({"state": state, "text": text})
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response


def _go(address: str) -> ResponseReturnValue:
    return redirect(address, 303) if is_person() else jsonify({"state": "in", "to": address})
