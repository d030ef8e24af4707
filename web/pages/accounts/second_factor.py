"""The second factor: a QR code for an app, the first code back, and recovery codes to print."""

from __future__ import annotations

import io

import segno
from flask import Response, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from gridmap.errors import BadInput, GridmapError, NotAllowed, SignInRefused
from gridmap.services import accounts
from gridmap.services.accounts import Enrolment
from web.context import running
from web.pages.accounts import own, page

GROUP = 4  # characters of the secret that are typed in one go


def show() -> ResponseReturnValue:
    """A new secret as a QR code and as text. Who has a second factor gives the password first."""
    if own.mine().has_totp:
        return page.show("second_factor.html", here="own", enrolment=None, error=None)
    return _enrol(None)


def confirm() -> ResponseReturnValue:
    """The first code makes the secret count; or the password of who replaces one -> a new secret."""
    parts, account = running(), own.mine()
    if "password" in request.form:
        return _enrol(request.form["password"])
    sealed = request.form.get("sealed", "")
    try:
        codes = accounts.confirm_totp(
            parts.store, parts.settings, account.uid, sealed, page.field("code"), now=parts.gate.now()
        )
    except BadInput as error:
        secret = request.form.get("secret", "")
        again = Enrolment(secret, request.form.get("address", ""), sealed)
        return _shown(again, error)
    return _codes(codes)


def new_codes() -> ResponseReturnValue:
    """Ten new recovery codes instead of the old ones."""
    parts, account = running(), own.mine()
    try:
        codes = accounts.new_recovery_codes(
            parts.store, parts.settings, account.uid, request.form.get("password", ""), now=parts.gate.now(),
            hashing=parts.gate.hashing,
        )  # fmt: skip
    except (NotAllowed, SignInRefused) as error:
        return own.form("codes", error)
    return _codes(codes)


def qr_code(text: str) -> Markup:
    """A text as an SVG of black on white, which cameras read in a dark page, too."""
    out = io.BytesIO()
    code = segno.make(text, error="m", micro=False)
    code.save(out, kind="svg", xmldecl=False, svgns=True, border=4, dark="#000", light="#fff", svgclass="qr",
              lineclass=None, omitsize=True)  # fmt: skip
    return Markup(out.getvalue().decode())  # noqa: S704 - drawn here, of squares alone


def _enrol(password: str | None) -> Response:
    parts, account = running(), own.mine()
    try:
        enrolment = accounts.enrol_totp(
            parts.store, parts.settings, account.uid, now=parts.gate.now(), password=password,
            hashing=parts.gate.hashing,
        )  # fmt: skip
    except SignInRefused as error:
        return page.show("second_factor.html", here="own", status=422, enrolment=None, error=page.said(error))
    return _shown(enrolment, None)


def _shown(enrolment: Enrolment, error: GridmapError | None) -> Response:
    return page.show(
        "second_factor.html",
        here="own",
        status=200 if error is None else 422,
        enrolment=enrolment,
        qr=qr_code(enrolment.address) if enrolment.address else "",
        secret=" ".join(enrolment.secret[i : i + GROUP] for i in range(0, len(enrolment.secret), GROUP)),
        error=None if error is None else page.said(error),
    )


def _codes(codes: list[str]) -> Response:
    return page.show("recovery_codes.html", here="own", codes=codes, account=own.mine())
