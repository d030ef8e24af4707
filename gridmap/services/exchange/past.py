"""The imports of a project, for those who look for one."""

from __future__ import annotations

from dataclasses import dataclass

from gridmap.errors import BadInput, NotFound
from gridmap.store import batches, project
from gridmap.store.batches import Batch
from gridmap.store.engine import Store

SHORTEST = 4  # characters of an id that may stand for it


@dataclass(frozen=True, slots=True)
class Imports:
    """The last imports, newest first, also those taken back; `time_zone` is the project's."""

    batches: list[Batch]
    time_zone: str


def imports(store: Store, limit: int) -> Imports:
    """At most `limit` imports. Raises NotFound without a project."""
    with store.read() as session:
        found = project.get(session)
        if found is None:
            raise NotFound("This database holds no project yet.", "Run `gridmap init`.")
        return Imports(batches.recent(session, limit), found.time_zone)


def uid_of(store: Store, beginning: str) -> str:
    """The uid of the one import whose uid begins so. Raises NotFound, BadInput for too few characters."""
    if len(beginning) < SHORTEST:
        raise BadInput(f"'{beginning}' is too short to name an import.", "`gridmap imports` lists their ids.")
    with store.read() as session:
        found = batches.uids_beginning(session, beginning)
    if not found:
        raise NotFound(f"There is no import {beginning}.", "`gridmap imports` lists their ids.")
    if len(found) > 1:
        raise BadInput(f"{len(found)} imports begin with {beginning}.", "Give more characters of its id.")
    return found[0]
