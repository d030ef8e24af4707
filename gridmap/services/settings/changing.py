"""Changing settings: checked as a whole, stored as a version with its audit entry, never against another's change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from gridmap.config import Settings
from gridmap.domain.access import Actor
from gridmap.errors import Stale
from gridmap.services import auditing
from gridmap.services.settings.calendar import calendar_problems
from gridmap.services.settings.current import filled
from gridmap.services.settings.differences import Difference, differences
from gridmap.services.settings.grades import grade_problems
from gridmap.services.settings.kinds import codes_of, kind_problems, with_kinds
from gridmap.services.settings.maps import map_problems
from gridmap.services.settings.numbers import number_problems
from gridmap.services.settings.problems import Problem, SettingsRefused
from gridmap.store import configuration
from gridmap.store.engine import Session, Store

ENTITY, CHANGED = "configuration", "settings.changed"
SECTIONS = ("band", "heat", "codes", "retention", "map", "basemap", "calendar", "accounts", "pages", "grade", "kind")


@dataclass(frozen=True, slots=True)
class Changed:
    """The version in force now, and what made it differ from the one before; without differences nothing was stored."""

    version: int
    differences: tuple[Difference, ...]


def change(
    store: Store,
    settings: Settings,
    sections: Mapping[str, Any],
    *,
    base: int,
    actor: Actor,
    now: dt.datetime,
    dry_run: bool = False,
) -> Changed:
    """Put these sections in the place of those of version `base`, which must still be in force.

    Raises SettingsRefused with every problem, Stale when somebody else changed the settings meanwhile; then nothing
    was stored, nor with `dry_run`, which only tells what would differ.
    """

    def proposed(_session: Session, present: Mapping[str, Any]) -> dict[str, Any]:
        return {**present, **sections}

    return _change(store, settings, proposed, base=base, actor=actor, now=now, told={}, dry_run=dry_run)


def return_to(store: Store, settings: Settings, version: int, *, base: int, actor: Actor, now: dt.datetime) -> Changed:
    """The content of an old version as a new one. Kinds that came since and that incidents have stay. Raises as
    `change`, and NotFound.
    """

    def proposed(session: Session, present: Mapping[str, Any]) -> dict[str, Any]:
        old = filled(configuration.at_version(session, version))
        used = configuration.used_kinds(session, codes_of(present) - codes_of(old))
        return with_kinds(old, used, present)

    return _change(store, settings, proposed, base=base, actor=actor, now=now, told={"returned_to": version})


def faults(store: Store, settings: Settings) -> list[Problem]:
    """What is wrong with the settings in force: nothing, unless they were stored by another way than `change`."""
    with store.read() as session:
        present = filled(configuration.current(session)[1])
        has_areas = configuration.has_areas(session)
    return problems_of(present, present, settings, used=(), has_areas=has_areas)


def problems_of(
    content: Mapping[str, Any], before: Mapping[str, Any], settings: Settings, *, used: Collection[str], has_areas: bool
) -> list[Problem]:
    """Everything that is wrong with a configuration that is to follow `before`; `used` as in `kind_problems`."""
    unknown = sorted(set(content) - set(SECTIONS))
    return [
        *(Problem(name, f"There is no section '{name}'.", "Leave it out.") for name in unknown),
        *number_problems(content, before, has_areas=has_areas),
        *map_problems(content, settings),
        *calendar_problems(content),
        *grade_problems(content, before),
        *kind_problems(content, before, used),
    ]


def _change(
    store: Store,
    settings: Settings,
    proposed: Callable[[Session, Mapping[str, Any]], dict[str, Any]],
    *,
    base: int,
    actor: Actor,
    now: dt.datetime,
    told: Mapping[str, object],
    dry_run: bool = False,
) -> Changed:
    def work(session: Session) -> Changed:
        version, stored = configuration.current(session, lock=True)
        if version != base:
            raise Stale(
                f"Somebody else changed the settings meanwhile: version {version} is in force, not {base}.",
                "Load the page again and make the change once more.",
                details={"version": version},
            )
        present = filled(stored)
        content = proposed(session, present)
        used = configuration.used_kinds(session, codes_of(present) - codes_of(content))
        found = problems_of(content, present, settings, used=used, has_areas=configuration.has_areas(session))
        if found:
            raise SettingsRefused(found)
        what = differences(present, content)
        if dry_run or not what:
            return Changed(version, tuple(what))
        stored_as = configuration.put(session, content, now)
        fields = {each.path: [each.before, each.after] for each in what}
        auditing.append(session, settings, actor, CHANGED, ENTITY, str(stored_as), {**fields, **told}, now=now)
        return Changed(stored_as, tuple(what))

    return store.transact(work)
