"""The grids of a file coloured by a value, in the classes and colours of the map page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from gridmap.services.change.choropleth import Choropleth
from gridmap.services.reporting.texts import WORDS, Lang

SCALES = {
    "classes": ("#CFE1EF", "#A3C8E2", "#70A6CE", "#3C7CB0", "#1B4F82"),
    "change": ("#1F5FA8", "#86B4DC", "#DFDDD7", "#F0AE6C", "#B4530A"),
}
UNSURE, HATCH, LAND, WATER = "#B9B5AC", "#8D8A84", "#F4F2ED", "#FAFDFE"
OPACITY = 0.85


@dataclass(frozen=True, slots=True)
class ColouredGrids:
    """A choropleth with the words of one language."""

    found: Choropleth
    lang: Lang

    @property
    def title(self) -> str:
        return WORDS[self.lang][f"by_{self.found.by}"]

    @property
    def unit(self) -> str:
        return WORDS[self.lang][f"unit_{self.found.by}"]

    @property
    def scale(self) -> tuple[str, ...]:
        return SCALES["change" if self.found.diverging else "classes"]

    @property
    def is_all_chance(self) -> bool:
        """Whether it is a change, and no grid differs by more than chance."""
        values = [value for value in self.found.values.values() if value.class_ is not None]
        return self.found.diverging and bool(values) and not any(value.significant for value in values)

    def legend(self) -> Iterator[tuple[str | None, str]]:
        """Colour as it looks over the land and text of each class, then of what has none (None: hatched) and of water.

        Classes that no grid is in, because all may be chance, are left out.
        """
        words, breaks = WORDS[self.lang], [f"{edge:g}" for edge in self.found.breaks]
        texts = [
            f"< {breaks[0]}",
            *(f"{a} – {b}" for a, b in pairwise(breaks)),
            f"≥ {breaks[-1]}",
        ]
        if not self.is_all_chance:
            yield from zip(map(_over_land, self.scale), texts, strict=True)
        if self.found.diverging:
            yield _over_land(UNSURE), words["not_significant"]
        yield None, words["no_data"]
        yield WATER, words["water"]

    def colour(self, code: str) -> str | None:
        """The colour of a grid, None without a value."""
        value = self.found.values.get(code)
        if value is None or value.class_ is None:
            return None
        return UNSURE if self.found.diverging and not value.significant else self.scale[value.class_]

    def told(self, code: str) -> str | None:
        """A grid's value in words; None where there is none, or where it is the count that is told anyway."""
        value = self.found.values.get(code)
        if value is None or value.value is None or self.found.by == "count":
            return None
        amount = f"{value.value:+.0f}" if self.found.by == "change" else f"{value.value:.1f}"
        return f"{amount} {self.unit}"


def _over_land(colour: str) -> str:
    above, below = bytes.fromhex(colour[1:]), bytes.fromhex(LAND[1:])
    return "#" + bytes(round(OPACITY * a + (1 - OPACITY) * b) for a, b in zip(above, below, strict=True)).hex()
