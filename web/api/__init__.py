"""The JSON of gridmap under /api/v1, described at /api/openapi.json."""

from __future__ import annotations

from apiflask import APIBlueprint, APIFlask

from web.api import (
    addresses,
    audit,
    change,
    changes,
    compare,
    downloads,
    gatherings,
    heat,
    imports,
    incidents,
    jobs,
    layers,
    linkage,
    me,
    parties,
    places,
    situation,
)
from web.api.openapi import init_openapi

TAGS = [
    {"name": "Situation", "description": "What happened in a period, as figures and as heat."},
    {"name": "Downloads", "description": "What the map shows, as files."},
    {"name": "Places", "description": "Grids, and which grid a place lies in."},
    {"name": "Incidents", "description": "Single incidents."},
    {"name": "Imports", "description": "Files in: handed in, checked, stored, taken back."},
    {"name": "Jobs", "description": "Long work beside the server."},
    {"name": "Accounts", "description": "Who asks."},
    {"name": "Audit", "description": "Who changed, opened and took away what."},
    {"name": "Changes", "description": "The feed of changes, and whether the server is well."},
]


def init_api(app: APIFlask) -> None:
    app.config.update(TAGS=TAGS)
    init_openapi(app)
    v1 = APIBlueprint("api", __name__, url_prefix="/api/v1")
    # jobs before gatherings: an answer that another holds is described first, or it is described twice
    parts = (
        situation, heat, change, compare, downloads, jobs, gatherings, layers, places, addresses, linkage, incidents,
        parties, imports, changes, me, audit,
    )  # fmt: skip
    for part in parts:
        part.add_to(v1)
    app.register_blueprint(v1)
    app.register_blueprint(changes.health)
