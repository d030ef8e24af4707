"""Who sent a request: the session of a browser, or a token of an account's programs.

A browser may be a screen on a wall instead: then nobody is signed in on it, it sees figures alone, and it stays so
until the last day of its key, however long nobody touches it.

The session is a signed cookie with the account's uid, the epoch it began under and the minute of its last use. It ends
when it has not been used for a while (gate.IDLE_MIN), and at once when the account is disabled or its epoch is raised:
each request reads the account anew. What a page asks for by itself is no use.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

import flask_login
from flask import Flask, Response, g, request, session
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask_login import LoginManager, UserMixin

from gridmap.config import Settings
from gridmap.domain.access import LOCAL, Actor
from gridmap.services import accounts
from gridmap.services.accounts import AccountInfo, Shown
from web.context import running

NOTED_EVERY_S = 60  # how exact the last use is: a cookie a minute, not one an answer
UNATTENDED = "X-Unattended"  # a page's script says so when nobody has touched the page for a while
# What pages ask for by themselves.
BY_ITSELF = frozenset({"api.changes", "api.job", "tiles.heat", "tiles.basemap", "tiles.own"})
OLDEST = dt.timedelta(days=367)  # no cookie is read that is older: a screen lasts a year at most
BEARER = "bearer "  # however it is written


@dataclass(frozen=True, eq=False)
class Asker(UserMixin):  # type: ignore[misc]
    """Who asks. `account` is that of a browser's session; LOCAL and programs have none."""

    actor: Actor
    account: AccountInfo | None = None
    by_token: bool = False
    screen: Shown | None = None

    @property
    def is_demo(self) -> bool:
        """Whether it is one of the demo's accounts: they have no password."""
        return self.account is not None and not self.account.has_password

    @property
    def owes(self) -> tuple[str, ...]:
        """What has to be put in order before anything else: password, second_factor."""
        if self.account is None or self.is_demo:
            return ()
        owed = {"password": self.account.must_change_password, "second_factor": self.account.must_enrol_totp}
        return tuple(step for step, is_owed in owed.items() if is_owed)


@dataclass(frozen=True, eq=False)
class _Entering(UserMixin):  # type: ignore[misc]
    """What Flask-Login writes into a new session: uid and epoch."""

    id: str


NOBODY_NEEDED = Asker(LOCAL)


class Sessions(SecureCookieSessionInterface):
    """The cookie is named after the database, because two servers of one machine share its cookies, whatever their
    ports are; and it is kept to HTTPS where the request came by it.
    """

    def __init__(self, settings: Settings) -> None:
        self._name = f"gridmap_{hashlib.sha256(settings.db.encode()).hexdigest()[:8]}"

    def get_cookie_name(self, app: Flask) -> str:  # noqa: ARG002
        return self._name

    def get_expiration_time(self, app: Flask, session: SessionMixin) -> dt.datetime | None:  # noqa: ARG002
        """A screen's lasts as long as the screen, every other as long as its browser."""
        return dt.datetime.fromtimestamp(session["until"], dt.UTC) if "until" in session else None

    def get_cookie_secure(self, app: Flask) -> bool:  # noqa: ARG002
        return request.is_secure


def init_auth(app: Flask, settings: Settings) -> None:
    """Sessions and their reader. Flask-Login's cookie that outlives a browser is not used, so it is not looked for."""
    app.config.update(SECRET_KEY=settings.secret(), SESSION_COOKIE_HTTPONLY=True, SESSION_COOKIE_SAMESITE="Lax")
    app.config.update(PERMANENT_SESSION_LIFETIME=OLDEST, SESSION_REFRESH_EACH_REQUEST=False)
    app.session_interface = Sessions(settings)
    manager = LoginManager()
    manager.session_protection = None  # it would tie sessions to the browser's name, which changes with its updates
    manager.user_loader(_of_session)
    app.login_manager = manager  # type: ignore[attr-defined]
    app.after_request(_note_use)


def asker() -> Asker | None:
    """Who sent this request; None where somebody has to sign in."""
    if "asker" not in g:
        g.asker = _find()
    return g.asker  # type: ignore[no-any-return]


def signed_in() -> Asker | None:
    """The account that this browser is signed in with; None for LOCAL and for nobody."""
    found = asker()
    return found if found is not None and found.account is not None else None


def idle_min() -> int:
    """After how many minutes without use this browser's session ends; 0 where nobody is signed in."""
    found = g.get("asker")
    return running().gate.idle_min if found is not None and found.account is not None else 0


def today() -> dt.date:
    return running().gate.today()


def is_demo_open() -> bool:
    """Whether this is the demo, where everybody may try every role: it is served to its own machine alone."""
    return running().settings.is_demo


def begin(account_uid: str, epoch: int) -> None:
    """A new session for this browser: nothing of the one before stays, its forgery token neither. After a raised epoch
    it is the one that goes on.
    """
    session.clear()
    session["seen"] = _seconds()
    flask_login.login_user(_Entering(f"{account_uid}.{epoch}"))
    g.pop("asker", None)
    g.pop("_login_user", None)  # who it was is read again


def begin_screen(token_uid: str, until: dt.datetime) -> None:
    """This browser is a screen from now on, and nobody is signed in on it."""
    end()
    session["screen"], session["until"] = token_uid, int(until.timestamp())


def on_screen() -> Shown | None:
    """The screen that this browser is; None for every other."""
    found = asker()
    return None if found is None else found.screen


def end() -> None:
    flask_login.logout_user()
    session.clear()
    g.pop("asker", None)
    g.pop("_login_user", None)


def _find() -> Asker | None:
    gate = running().gate
    change = gate.newest_change_without_accounts()
    if change is not None:
        g.change = change
        return NOBODY_NEEDED
    authorization = request.headers.get("Authorization", "")
    if authorization[: len(BEARER)].lower() == BEARER:
        actor = accounts.actor_of_token(gate.store, authorization[len(BEARER) :].strip(), now=gate.now())
        return None if actor is None else Asker(actor, by_token=True)
    if "screen" in session:
        shown = accounts.screen(gate.store, session["screen"], now=gate.now())
        return None if shown is None else Asker(shown.actor, screen=shown)
    user = flask_login.current_user
    if user.is_authenticated:
        return user._get_current_object()  # type: ignore[no-any-return]
    return NOBODY_NEEDED if is_demo_open() else None


def _of_session(session_id: str) -> Asker | None:
    uid, _, epoch = session_id.rpartition(".")
    gate = running().gate
    if _seconds() - session.get("seen", 0) > gate.idle_min * 60:
        return None
    arrival = gate.presence.of(uid, int(epoch), now=gate.now())
    if arrival is None:
        return None
    g.change = arrival.change
    found = Asker(arrival.present.actor, arrival.present.account)
    return None if found.is_demo and not is_demo_open() else found


def _note_use(response: Response) -> Response:
    """Writes the minute of the last use into the session, where somebody used it."""
    found = g.get("asker")
    if found is None or found.account is None or request.endpoint in BY_ITSELF or UNATTENDED in request.headers:
        return response
    if session.get("seen") is not None and _seconds() - session["seen"] >= NOTED_EVERY_S:
        session["seen"] = _seconds()
    return response


def _seconds() -> int:
    return int(running().gate.now().timestamp())
