"""The web application: opens the project, keeps one read model of it, answers pages, JSON and tiles."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable

from apiflask import APIFlask

from gridmap import __version__, config
from gridmap.config import Settings
from gridmap.services import project
from gridmap.services.accounts import HASHING, Hashing
from gridmap.services.addressing import Addresses
from gridmap.services.exposure import require_accounts
from gridmap.services.situation import Situation
from web import api, pages, tiles
from web.access import init_access
from web.assets import Assets
from web.auth import init_auth
from web.context import Running
from web.delivery import init_delivery
from web.errors import init_errors
from web.gate import Gate
from web.i18n import init_i18n
from web.importing.jobs import Jobs
from web.importing.uploads import Uploads
from web.log import init_log
from web.reach import init_reach
from web.security import init_security


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def create_app(
    settings: Settings | None = None,
    *,
    now: Callable[[], dt.datetime] = utc_now,
    warm_up: bool = True,
    hashing: Hashing = HASHING,
) -> APIFlask:
    """One application over one project. `warm_up` loads the read model in the background, so that the server listens
    at once and the first person does not wait for it; `hashing` is what passwords cost.

    Raises BadSettings for an address other machines reach, StoreBroken when the database cannot be used.
    """
    settings = settings or config.load()
    app = APIFlask(
        "web",
        title="gridmap",
        version=__version__,
        spec_path="/api/openapi.json",
        docs_path=None,  # its page would load scripts from outside
        json_errors=False,
        static_folder=None,
    )
    app.json.sort_keys = False
    app.json.ensure_ascii = False
    init_log(app, settings)
    init_delivery(app)
    init_auth(app, settings)
    init_reach(app, settings)
    init_security(app)
    init_access(app)
    init_errors(app)
    texts_version = init_i18n(app, settings)
    store = project.open_project(settings)
    gate = Gate(store, now, hashing)
    require_accounts(settings, has_accounts=gate.has_accounts())
    situation = Situation(store, now=now)
    addresses = Addresses(store, now=now)
    assets = Assets()
    uploads = Uploads(settings.var / "uploads")
    uploads.sweep()
    app.extensions["gridmap"] = Running(
        settings, store, situation, addresses, assets, texts_version, uploads, Jobs(), gate
    )
    api.init_api(app)
    app.register_blueprint(tiles.blueprint)
    pages.init_pages(app, assets)
    if warm_up:
        threading.Thread(target=_warm_up, args=(situation, addresses), name="warm-up", daemon=True).start()
    return app


def _warm_up(situation: Situation, addresses: Addresses) -> None:
    """The page's read model first: it is what a person sees first."""
    situation.warm_up()
    addresses.warm_up()
