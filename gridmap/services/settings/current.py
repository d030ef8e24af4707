"""The settings in force."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gridmap.services.project import first_configuration
from gridmap.store import configuration
from gridmap.store.engine import Store


@dataclass(frozen=True, slots=True)
class SettingsInForce:
    """A version and its content, whole: what an older project lacks is as a new one begins with."""

    version: int
    content: dict[str, Any]
    valid_from: dt.datetime


def read(store: Store) -> SettingsInForce:
    """The newest version. Raises NotFound before there is a project."""
    with store.read() as session:
        version, _ = configuration.current(session)
        return _of(configuration.row(session, version))


def at_version(store: Store, version: int) -> SettingsInForce:
    """A version of the past. Raises NotFound."""
    with store.read() as session:
        return _of(configuration.row(session, version))


def filled(content: Mapping[str, Any]) -> dict[str, Any]:
    """A stored configuration with the sections, and of tables the names, that it lacks."""
    whole = dict(content)
    for section, usual in first_configuration().items():
        if section not in whole:
            whole[section] = usual
        elif isinstance(usual, Mapping):
            whole[section] = {**usual, **whole[section]} if section != "codes" else whole[section]
    return whole


def _of(row: configuration.Version) -> SettingsInForce:
    return SettingsInForce(row.version, filled(row.content), row.valid_from)
