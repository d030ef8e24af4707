"""Export, then import into an empty database: every layer in every format comes back as it was."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gridmap.services.exchange import LAYERS
from gridmap.services.exporting import export_layer

FORMATS = ["gpkg", "geojson", "csv", "xlsx"]


@pytest.mark.parametrize("form", FORMATS)
def test_every_layer_comes_back_as_it_was(
    form: str, district: Any, another_place: Callable[[], Any], tmp_path: Path
) -> None:
    second = another_place()
    for layer in LAYERS:
        path = tmp_path / f"{layer}.{form}"
        export_layer(district.store, layer, path)
    for layer in LAYERS:
        report = second.take(layer, tmp_path / f"{layer}.{form}")
        assert report.rejected == 0 and report.stored == report.read > 0, layer
    for layer in LAYERS:
        before, after = district.rows(layer), second.rows(layer)
        assert [row.get("source_id") for row in after] == [row.get("source_id") for row in before], layer
        for old, new in zip(before, after, strict=True):
            different = {name: (old[name], new[name]) for name in old if old[name] != new[name]}
            assert not different, (layer, different)
