"""The map page. Its address is the state of the view, which the page's modules read and write."""

from __future__ import annotations

from flask import make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from web import i18n, security, views
from web.api.answers import SituationAnswer
from web.api.situation import situation_of
from web.context import running
from web.maps import page_map
from web.pages.accounts import first_start
from web.tiles import basemap_url


def show() -> ResponseReturnValue:
    """The page with the map and the summary in it, so that the first view needs one request less. A new, empty project
    asks first who will use it.
    """
    if first_start.is_due():
        return redirect(url_for("accounts.first_start", **i18n.asked()), 303)
    parts = running()
    picture, basemap = views.picture(), basemap_url()
    if picture.project.own_basemap is not None:
        security.let_pictures_from(picture.project.own_basemap.origin)
    response = make_response(
        render_template(
            "map.html",
            map=page_map(picture.project, basemap, parts.assets, security.nonce()),
            situation=SituationAnswer().dump(situation_of(picture, basemap)),
        )
    )
    response.headers["Cache-Control"] = "private, no-cache"
    return response
