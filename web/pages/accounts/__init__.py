"""Signing in and out, one's own account, and the pages of who looks after accounts and posts."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, Flask

from web.pages.accounts import (
    first_start,
    own,
    people,
    people_lists,
    post_lists,
    posts,
    second_factor,
    sign_in,
    tokens,
    words,
)
from web.security import takes_up_to

blueprint = Blueprint("accounts", __name__)

GET = (
    ("/sign-in", "sign_in", sign_in.show),
    ("/first-start", "first_start", first_start.show),
    ("/account", "own", own.show),
    ("/account/second-factor", "second_factor", second_factor.show),
    ("/accounts", "people", people.show),
    ("/accounts/list.xlsx", "list_of_people", people_lists.template),
    ("/posts", "posts", posts.show),
    ("/posts/list.xlsx", "list_of_posts", post_lists.template),
)
POST = (
    ("/sign-in", "enter", sign_in.enter),
    ("/sign-out", "sign_out", sign_in.leave),
    ("/demo/leave", "leave_demo", sign_in.leave_demo),
    ("/demo/<name>", "try_demo", sign_in.try_demo),
    ("/first-start", "begin", first_start.begin),
    ("/first-start/alone", "go_alone", first_start.go_alone),
    ("/account/password", "change_password", own.change_password),
    ("/account/sign-out-everywhere", "end_sessions", own.end_sessions),
    ("/account/second-factor", "confirm_second_factor", second_factor.confirm),
    ("/account/recovery-codes", "recovery_codes", second_factor.new_codes),
    ("/account/tokens", "make_token", tokens.make),
    ("/account/tokens/<uid>/revoke", "revoke_token", tokens.revoke),
    ("/account/screens", "make_screen", tokens.make_screen),
    ("/screen/end", "leave_screen", tokens.leave_screen),
    ("/accounts", "add", people.add),
    ("/accounts/import", "import_people", takes_up_to(people_lists.LIMIT_BYTES)(people_lists.take)),
    ("/accounts/<uid>/disable", "disable", people.disable),
    ("/accounts/<uid>/enable", "enable", people.enable),
    ("/accounts/<uid>/password", "reset_password", people.reset_password),
    ("/posts", "add_post", posts.add),
    ("/posts/<uid>/end", "end_post", posts.end),
    ("/posts/<uid>/deputy", "set_deputy", posts.set_deputy),
    ("/posts/import", "import_posts", takes_up_to(post_lists.LIMIT_BYTES)(post_lists.take)),
    ("/screens/<uid>/revoke", "revoke_screen", tokens.revoke_screen),
)

for address, name, view in GET:
    blueprint.add_url_rule(address, name, view)
for address, name, view in POST:
    blueprint.add_url_rule(address, name, view, methods=["POST"])


def init_accounts(app: Flask) -> None:
    app.register_blueprint(blueprint)
    app.jinja_env.globals.update(
        shown_name=words.shown_name, place_of=words.place_of, demo_names=words.DEMO_NAMES, demo_about=words.DEMO_ABOUT,
        in_days=_in_days,
    )  # fmt: skip


def _in_days(day: dt.date, days: int) -> dt.date:
    return day + dt.timedelta(days=days)
