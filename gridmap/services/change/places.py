"""The areas of a report: which of them each grid of a plan lies in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridmap.errors import BadInput
from gridmap.services.situation import Picture

LEVELS = ("district", "street", "community", "grid")
NOWHERE = -1
WHOLE = (None,)


@dataclass(frozen=True, slots=True)
class Places:
    """n areas of one level: codes (None: the whole project) and names; `of_grid` int64[grids] is the area of each grid
    of the plan, -1 for a grid in no area of that level.
    """

    codes: tuple[str | None, ...]
    names: tuple[str | None, ...]
    of_grid: NDArray[np.int64]

    def of_rows(self, picture: Picture, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """n incidents -> the area of each, -1 for none."""
        if self.codes == WHOLE:
            return np.zeros(len(rows), dtype=np.int64)
        grid = picture.events.grid[rows]
        return np.where(grid >= 0, np.append(self.of_grid, NOWHERE)[grid], NOWHERE)


def places_of(picture: Picture, level: str) -> Places:
    """The areas of a level that have grids, in code order. Raises BadInput for a level there is none of."""
    grids = picture.ground.grids
    if level == "district":
        return Places(WHOLE, (picture.project.name,), np.zeros(len(grids), dtype=np.int64))
    if level == "grid":
        return _listed([(grid.code, grid.name) for grid in grids])
    if level == "community":
        return _listed([(grid.community_code, grid.community_name) for grid in grids])
    if level == "street":
        return _listed([(grid.street_name, grid.street_name) for grid in grids])
    raise BadInput(f"There is no level {level}.", f"Use one of {', '.join(LEVELS)}.")


def _listed(of_grid: list[tuple[str | None, str | None]]) -> Places:
    """Code and name of each grid's area -> the areas, each once."""
    known = sorted({(code, name or code) for code, name in of_grid if code is not None})
    number = {code: place for place, (code, _) in enumerate(known)}
    codes, names = tuple(code for code, _ in known), tuple(name for _, name in known)
    return Places(codes, names, np.array([number.get(code or "", NOWHERE) for code, _ in of_grid], dtype=np.int64))
