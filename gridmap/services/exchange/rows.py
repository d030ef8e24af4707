"""From a table to rows of a layer: every cell read, every shape in its place, every fault noted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from gridmap.domain.kinds import KindTree
from gridmap.services.exchange.columns import Columns
from gridmap.services.exchange.content import attributes_of, digests
from gridmap.services.exchange.job import Rows, Setting
from gridmap.services.exchange.layers import Layer, Type
from gridmap.services.exchange.personal import left_out, sealed_fields, with_digests
from gridmap.services.exchange.places import read_places
from gridmap.services.exchange.problems import Problems
from gridmap.services.exchange.reference import SourceCrs
from gridmap.services.exchange.report import Report
from gridmap.services.exchange.table import SERIALS_FROM, Objects, Table, object_array
from gridmap.services.exchange.times import (
    Occurrences,
    Times,
    combine,
    count_serials,
    parse_months,
    parse_numeric_times,
    parse_times,
)
from gridmap.services.exchange.values import parse_fields

MIDNIGHT_IS_DAY = {"occurred_on"}


def read_rows(
    layer: Layer,
    table: Table,
    columns: Columns,
    crs: SourceCrs,
    setting: Setting,
    now: dt.datetime,
    problems: Problems,
    report: Report,
    first_row: int = 1,
) -> Rows:
    """n rows with what was found wrong in `problems`, and remarks on the whole file in the report.

    `first_row` is the number of the table's first row in its file.
    """
    for index, cause in table.broken.items():
        problems.close(index, cause)
    shapes = read_places(layer, table, columns, crs, problems, is_first=first_row == 1)
    fields = parse_fields(layer, table, columns, problems)
    times = _read_times(layer, table, columns, setting.time_zone, problems, report)
    _tell_serials(layer, table, columns, report)
    attributes = _with_days(attributes_of(table, columns, left_out(layer, table, columns)), times)
    occurrences = _occurrences(table, columns, times, problems) if layer.name == "incidents" else None
    if occurrences is None:
        content = {**fields, **{name: read.at.astype(str) for name, read in times.items()}}
    else:
        content = _incident_content(fields, occurrences, times["reported_at"], setting.kinds)
        report.future += _in_future(occurrences, setting.time_zone, now)
    content = {name: values for name, values in content.items() if name not in sealed_fields(layer)}
    key = digests(content, shapes, with_digests(layer, fields, attributes, setting.cells_key))
    return Rows(table.n, fields, shapes, attributes, key, occurrences, times, first_row)


def _incident_content(
    fields: Mapping[str, Objects], occurrences: Occurrences, reported: Times, kinds: KindTree
) -> dict[str, Any]:
    """What an incident's row says, however it says it: a kind by name or code, a time in this zone or that."""
    names = fields["kind"]
    codes = {name: kinds.code_of(name) for name in set(names.tolist())}
    return {
        **fields,
        "kind": object_array([codes[name] for name in names]),
        "on": occurrences.on.astype(str),
        "at": occurrences.at.astype(str),
        "precision": occurrences.precision,
        "reported_at": reported.at.astype(str),
    }


def _read_times(
    layer: Layer, table: Table, columns: Columns, time_zone: str, problems: Problems, report: Report
) -> dict[str, Times]:
    """The layer's time fields; one without a column is empty."""
    read: dict[str, Times] = {}
    for field in layer.fields:
        is_day_of_incident = layer.name == "incidents" and field.type is Type.DATE
        if field.type is not Type.TIME and not is_day_of_incident:
            continue
        raw = columns.values(table, field.name)
        if raw is None:
            empty = np.full(table.n, "NaT", "datetime64[us]")
            read[field.name] = Times(empty.astype("datetime64[D]"), empty)
        elif columns.chosen.get(field.name) in table.numeric:
            read[field.name], meaning = parse_numeric_times(
                field.name, raw, time_zone, problems, serials_from=table.serials_from
            )
            report.notes.append(f"{field.name} is a column of numbers: read as {meaning}.")
        else:
            midnight_is_day = field.name in MIDNIGHT_IS_DAY
            read[field.name] = parse_times(
                field.name,
                raw,
                time_zone,
                problems,
                midnight_is_day=midnight_is_day,
                serials_from=table.serials_from,
            )
            if read[field.name].local_cells:
                report.notes.append(f"Times of {field.name} without a zone are taken as {time_zone}.")
    return read


def _tell_serials(layer: Layer, table: Table, columns: Columns, report: Report) -> None:
    """Say where a cell's number was taken as the day a spreadsheet means by it."""
    for field in layer.fields:
        raw = columns.values(table, field.name)
        if field.type not in (Type.DATE, Type.TIME, Type.MONTH) or raw is None:
            continue
        if columns.chosen.get(field.name) not in table.numeric and (count := count_serials(raw)):
            example = "45356 is 2024-03-05" if table.serials_from == SERIALS_FROM else "this workbook counts from 1904"
            report.notes.append(f"{count:,} cells of {field.name} are days as spreadsheets count them ({example}).")


def _occurrences(table: Table, columns: Columns, times: dict[str, Times], problems: Problems) -> Occurrences:
    raw = columns.values(table, "month")
    months = None if raw is None else parse_months("month", raw, problems, serials_from=table.serials_from)
    return combine(times["occurred_at"], times["occurred_on"], months, problems)


def _with_days(attributes: Objects, times: dict[str, Times]) -> Objects:
    """A report's time of which only the day is given is kept as an attribute: it is no instant."""
    reported = times.get("reported_at")
    if reported is None:
        return attributes
    only_day = ~np.isnat(reported.on) & np.isnat(reported.at)
    pairs = zip(attributes, only_day.tolist(), reported.on.astype(str).tolist(), strict=True)
    return object_array([{**(given or {}), "reported_on": day} if is_day else given for given, is_day, day in pairs])


def _in_future(occurrences: Occurrences, time_zone: str, now: dt.datetime) -> int:
    today = np.datetime64(now.astimezone(ZoneInfo(time_zone)).date())
    return int((occurrences.on > today).sum())
