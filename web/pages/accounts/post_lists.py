"""Posts from a list, and the list of today's posts to fill in."""

from __future__ import annotations

from flask import Response, request
from flask.typing import ResponseReturnValue

from gridmap.errors import BadInput
from gridmap.services import posts
from gridmap.services.posts import PostsRefused
from web import i18n
from web.access import actor
from web.context import running
from web.pages.accounts import given_list
from web.pages.accounts.posts import listed

LIMIT_BYTES = given_list.LIMIT_BYTES


def take() -> ResponseReturnValue:
    """A list from an XLSX or CSV, all rows or none."""
    parts = running()
    try:
        done = given_list.read(
            lambda path: posts.import_table(
                parts.store, parts.settings, path, actor=actor().name, now=parts.gate.now(),
                replacing="replacing" in request.form,
            )
        )  # fmt: skip
    except PostsRefused as refused:
        return listed(bad=refused)
    except BadInput as error:
        return listed(error)
    return listed(imported=done)


def template() -> Response:
    """Today's posts, and a row for each that a grid lacks."""
    parts = running()
    language = "en" if i18n.language() == "en" else "zh"
    return given_list.sent(
        "gridmap-posts.xlsx", lambda path: posts.write_template(parts.store, path, language, now=parts.gate.now())
    )
