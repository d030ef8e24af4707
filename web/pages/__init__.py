"""What people open: the map page, static files, texts for the scripts."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, jsonify, redirect, request
from flask.typing import ResponseReturnValue

from gridmap import __version__
from web import auth, dates, i18n, security, views
from web.assets import Assets
from web.context import running
from web.delivery import unchanged
from web.pages import accounts, audit, import_tables, imports, incidents, linkage, map_page, settings

COOKIE_S = 31_536_000

blueprint = Blueprint("pages", __name__)
blueprint.add_url_rule("/", "map", map_page.show)
blueprint.add_url_rule("/incidents", "incidents", incidents.show_list)
blueprint.add_url_rule("/incidents/new", "new_incident", incidents.show_new)
blueprint.add_url_rule("/incidents/<uid>", "incident", incidents.show_one)
blueprint.add_url_rule("/import", "import", imports.show)
blueprint.add_url_rule("/import/<layer>.xlsx", "import_table", import_tables.download)
blueprint.add_url_rule("/linkage", "linkage", linkage.show)
blueprint.add_url_rule("/linkage.csv", "linkage_csv", linkage.download)
blueprint.add_url_rule("/audit", "audit", audit.show)
blueprint.add_url_rule("/audit/check", "audit_check", audit.check, methods=["POST"])
blueprint.add_url_rule("/audit.csv", "audit_csv", audit.download)
blueprint.add_url_rule("/audit/head.json", "audit_head", audit.head)


def init_pages(app: Flask, assets: Assets) -> None:
    """Registers the pages and what every template may use."""
    app.register_blueprint(blueprint)
    accounts.init_accounts(app)
    settings.init_settings(app)
    names = {"asset": assets.url, "modules": assets.modules, "asset_root": assets.prefix, "version": __version__}
    names["sees_part"] = views.sees_part
    app.jinja_env.globals.update(names)
    app.jinja_env.filters["day"] = dates.day
    app.context_processor(_of_request)
    app.after_request(_remember_choice)


@blueprint.get("/static/<version>/<path:path>")
def static(version: str, path: str) -> Response:
    return running().assets.send(version, path)


@blueprint.get("/i18n/<lang>.json")
def texts(lang: str) -> Response:
    """The whole catalogue for the page's scripts; {} in English, whose texts are the ids."""
    return unchanged(running().texts_version, cacheable=True) or jsonify(i18n.messages(lang))


@blueprint.get("/favicon.ico")
def favicon() -> ResponseReturnValue:
    return redirect(running().assets.url("favicon.svg"))


def _of_request() -> dict[str, Any]:
    return {"nonce": security.nonce(), "lang": i18n.language(), "theme": i18n.theme(), "idle_min": auth.idle_min()}


def _remember_choice(response: Response) -> Response:
    """What `?lang` and `?theme` of a page chose stays chosen; the page's scripts read and write these cookies too.

    Of a page, not of what a script asks for: a 304 without a body counts as HTML, too.
    """
    chosen = {"lang": i18n.LANGUAGES, "theme": i18n.THEMES}
    for name, known in chosen.items():
        value = request.args.get(name)
        if response.status_code == 200 and response.mimetype == "text/html" and value in known:
            response.set_cookie(name, value, max_age=COOKIE_S, samesite="Lax")
    return response
