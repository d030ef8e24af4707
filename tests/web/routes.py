"""One working address for every route there is, so that a test can walk them all and none is forgotten."""

from __future__ import annotations

import re

from flask import Flask

PARTS = {"z": 13, "x": 6710, "y": 3374, "name": "basemap", "lang": "zh", "version": "0", "path": "favicon.svg"}
PARTS |= {"uid": "none", "token": "none", "layer": "units", "form": "csv", "what": "grids"}
QUERIES = {
    "/api/v1/addresses": "?q=A",
    "/api/v1/locate": "?lon=115.005&lat=30.205",
    "/api/v1/areas.geojson": "?level=street",
    "/api/v1/changes": "?since=0",
    "/api/v1/compare": "?first=3&second=1&first_days=7&second_days=7",
}


def addresses(app: Flask) -> list[str]:
    """An address per rule of the application's map."""
    found = []
    for rule in app.url_map.iter_rules():
        address = rule.rule
        for name in rule.arguments:
            address = re.sub(f"<([^<>]+:)?{name}>", str(PARTS[name]), address)
        found.append(address + QUERIES.get(address, ""))
    return sorted(found)
