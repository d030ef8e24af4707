"""What is done with an upload: checked, without storing anything, then stored; each ends in a state to draw."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridmap.errors import Conflict
from gridmap.services.exchange import LAYERS, Report, RowsRefused, import_file
from gridmap.services.exchange.field_meanings import Language, heading_of, meaning_of
from gridmap.services.exchange.layers import PLACE_FIELDS, Field, Layer
from gridmap.services.exchange.preview import Preview, preview
from web.context import Running
from web.importing.jobs import Tell, named, refusal
from web.importing.uploads import Upload

FINDINGS_AT_MOST = 200
PLACE_DIGITS = 6
SAMPLE_ROWS = 8
ENGLISH = {"lon": "longitude", "lat": "latitude", "wkt": "shape (WKT)"}  # short names, written out
UNIT = re.compile(r"_(m|deg)$")
TIMES = {"occurred_at", "occurred_on", "month"}  # an incident needs one of them

Options = Mapping[str, Any]  # layer, crs, inner, sheet, encoding, heading_rows, mapping, source, update


def check(parts: Running, upload: Upload, options: Options, tell: Tell) -> dict[str, Any]:
    """Read the file as these options say and find out what would be stored -> the state `checked`."""
    found = preview(
        parts.store,
        parts.settings,
        options["layer"],
        upload.path,
        into_demo=True,  # nothing is stored: the demo may be asked about any file
        progress=tell,
        **_reading(upload, options),
    )
    return {"state": "checked", "checked": {"options": dict(options), **_checked(found, options["layer"], upload)}}


def store(
    parts: Running, upload: Upload, checked: Mapping[str, Any], order: Mapping[str, Any], actor: str, tell: Tell
) -> dict[str, Any]:
    """Store the file as it was checked -> the state `stored`; the file itself goes, its rejects stay for a day.

    `actor` is the name of who asked for it. `order`: without_bad (good rows only, the others go to a file),
    save_source, into_demo, accept.
    Raises Conflict when rows have become bad since the check and were not to be left out.
    """
    options = checked["options"]
    try:
        report = import_file(
            parts.store,
            parts.settings,
            options["layer"],
            upload.path,
            rejects=upload.rejects if order["without_bad"] else None,
            save_source=order["save_source"] or None,
            accept=order["accept"],
            into_demo=order["into_demo"],
            progress=tell,
            actor=actor,
            now=dt.datetime.now(dt.UTC),
            **_reading(upload, options),
        )
    except RowsRefused as refused:
        raise Conflict(refused.message, "Check the file again: what is stored has changed since.") from None
    upload.drop_file()
    has_rejects = report.rejected > 0 and upload.rejects.exists()
    result = {**_report(report, upload), "layer": report.layer, "has_rejects": has_rejects, "batch": report.batch_uid}
    return {"state": "stored", "result": result}


def _reading(upload: Upload, options: Options) -> dict[str, Any]:
    return {
        "file_name": upload.name,
        "crs": options["crs"] or None,
        "gpkg_layer": options["inner"] or None,
        "sheet": options["sheet"] or None,
        "encoding": options["encoding"] or None,
        "heading_rows": options["heading_rows"],
        "mapping": options["mapping"],
        "source_name": options["source"] or None,
        "update": options["update"],
    }


def _checked(found: Preview, layer: str, upload: Upload) -> dict[str, Any]:
    guessed = {guess.field for guess in found.guesses}
    error = None if found.error is None else refusal(found.error, upload)
    return {
        **_report(found.report or Report(layer, upload.name, ""), upload),
        "error": error,
        "missing": [] if found.error is None else _missing(LAYERS[layer], found),
        "headings": list(found.headings),
        "sample": [list(row) for row in found.sample[:SAMPLE_ROWS]],
        "fields": [_field(field, found.mapping, guessed) for field in found.fields],
        "good": _places(*found.good),
        "bad_rows": [
            {"row": row.row, "reason": named(row.reason, upload), "lon": row.lon, "lat": row.lat} for row in found.bad
        ],
    }


def _missing(layer: Layer, found: Preview) -> list[str]:
    """Fields that must have a column and have none."""
    have = found.mapping.keys()
    offered = {field.name for field in found.fields}
    missing = [field.name for field in found.fields if field.required and field.name not in have]
    if layer.name == "incidents" and not have & TIMES:
        missing.append("occurred_at")
    if layer.shape_required and "wkt" in offered and "wkt" not in have:
        missing += [name for name in ("lon", "lat") if name not in have]
    return missing


def _report(report: Report, upload: Upload) -> dict[str, Any]:
    return {
        "counts": {**report.counts(), "updated": report.updated, "bad": report.bad},
        "crs": report.crs,
        "notes": [named(note, upload) for note in report.notes],
        "warnings": [named(warning, upload) for warning in report.warnings],
        "questions": [named(question, upload) for question in report.questions],
        "causes": [asdict(cause) for cause in report.causes],
        "findings": [{**asdict(found), "text": found.text()} for found in report.findings[:FINDINGS_AT_MOST]],
        "findings_total": len(report.findings),
        "placed": report.placed,
    }


def _field(field: Field, mapping: Mapping[str, str], guessed: set[str]) -> dict[str, Any]:
    chosen = mapping.get(field.name)
    return {
        "name": field.name,
        "required": field.required,
        "column": chosen,
        "guessed": field.name in guessed,
    }


def field_words(layer: str, language: Language) -> dict[str, tuple[str, str]]:
    """What a person calls each field of a layer, and what belongs into it ("" where the name says it)."""
    target = LAYERS[layer]
    words = {field.name: (_word(field, language), meaning_of(target, field, language)) for field in target.fields}
    return words | {field.name: (_word(field, language), "") for field in PLACE_FIELDS}


def names(layer: str | None, language: Language) -> dict[str, str]:
    """What the fields of a layer are called where the importer's sentences name them, with or without underscores."""
    if layer not in LAYERS:
        return {}
    words = {name: word for name, (word, _) in field_words(layer, language).items()}
    return {name.replace("_", " "): word for name, word in words.items()} | words


def _word(field: Field, language: Language) -> str:
    if language == "en":
        return ENGLISH.get(field.name) or UNIT.sub(r" (\1)", field.name).replace("_", " ")
    return heading_of(field, language).replace("_", " ")


def _places(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> list[list[float]]:
    return np.column_stack([np.round(lon, PLACE_DIGITS), np.round(lat, PLACE_DIGITS)]).tolist()
