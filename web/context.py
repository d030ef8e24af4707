"""What an application runs with, and the way a view reaches it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import current_app, g, request

from gridmap.config import Settings
from gridmap.services.addressing import Addresses
from gridmap.services.situation import Picture, Situation
from gridmap.store.engine import Store
from web.assets import Assets
from web.gate import Gate
from web.importing.jobs import Jobs
from web.importing.uploads import Uploads


@dataclass(frozen=True, slots=True)
class Running:
    settings: Settings
    store: Store
    situation: Situation
    addresses: Addresses
    assets: Assets
    texts_version: str
    uploads: Uploads
    jobs: Jobs
    gate: Gate


def whole() -> Picture:
    """The present state of the whole project: one for an answer. A change that is made is followed at once."""
    if request.method not in {"GET", "HEAD"}:
        return running().situation.picture()
    if "whole" not in g:
        g.whole = running().situation.picture(g.get("change"))
    return cast(Picture, g.whole)


def running() -> Running:
    """The parts of the application that handles this request."""
    return cast(Running, current_app.extensions["gridmap"])
