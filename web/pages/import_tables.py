"""Empty tables of each layer to fill in, as Excel files."""

from __future__ import annotations

import tempfile
from pathlib import Path

from flask import Response

from gridmap.errors import NotFound
from gridmap.services.exchange import LAYERS
from gridmap.services.exchange.templates import write_template
from web import i18n

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def download(layer: str) -> Response:
    """An empty table of a layer, its headings in the page's language. Raises NotFound."""
    if layer not in LAYERS:
        raise NotFound(f"There is no layer '{layer}'.", f"Layers are: {', '.join(LAYERS)}.")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{layer}.xlsx"
        write_template(LAYERS[layer], path, "en" if i18n.language() == "en" else "zh")
        body = path.read_bytes()
    response = Response(body, mimetype=XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="gridmap-{layer}.xlsx"'
    response.headers["Cache-Control"] = "no-store"
    return response
