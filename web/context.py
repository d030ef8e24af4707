"""What an application runs with, and the way a view reaches it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import current_app

from gridmap.config import Settings
from gridmap.services.addressing import Addresses
from gridmap.services.situation import Situation
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


def running() -> Running:
    """The parts of the application that handles this request."""
    return cast(Running, current_app.extensions["gridmap"])
