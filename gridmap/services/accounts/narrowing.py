"""The places that lie in two scopes at once, found in the tree of areas."""

from __future__ import annotations

from collections.abc import Iterator

from gridmap.domain.access import Scope
from gridmap.store import posts
from gridmap.store.engine import Session


class Narrowing:
    """Narrows scopes by the areas as they are stored; the tree is read once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._parents = posts.area_parents(session)

    def of(self, one: Scope, other: Scope) -> Scope:
        """What lies in both. A grid or building lies in an area by its community or compound; a building in a grid is
        not looked for.
        """
        if one.is_whole:
            return other
        if other.is_whole:
            return one
        above_grids = posts.areas_of_grids(self._session, one.grids | other.grids)
        above_buildings = posts.areas_of_buildings(self._session, one.buildings | other.buildings)
        pairs = ((one, other), (other, one))
        return Scope(
            areas=frozenset(code for a, b in pairs for code in a.areas if self._is_in(code, b)),
            grids=(one.grids & other.grids)
            | {code for a, b in pairs for code in a.grids if self._is_in(above_grids.get(code), b)},
            buildings=(one.buildings & other.buildings)
            | {uid for a, b in pairs for uid in a.buildings if self._is_in(above_buildings.get(uid), b)},
        )

    def _is_in(self, area: str | None, scope: Scope) -> bool:
        return any(code in scope.areas for code in self._upwards(area))

    def _upwards(self, area: str | None) -> Iterator[str]:
        passed: set[str] = set()
        while area is not None and area not in passed:
            passed.add(area)
            yield area
            area = self._parents.get(area)
