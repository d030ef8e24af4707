"""What `gridmap plan blocks` tells about the blocks it made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

MERGED = ("strip", "small", "island")
MERGED_NAMES = {"strip": "strips and medians", "small": "small pieces", "island": "roundabout islands"}


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts and checks. `findings` counts by kind (gridmap.geo.blocks); `area_missing_m2` is 0 for a true tiling."""

    blocks: int
    communities: int
    is_whole_extent: bool
    area_m2: float
    area_missing_m2: float
    is_coverage: bool
    median_area_m2: float
    buildings: int
    buildings_parted: int
    findings: Mapping[str, int]
    over_band: int
    band_high: int

    def lines(self) -> list[str]:
        """The report for a terminal."""
        found = self.findings
        where = f"{self.communities:,} communities"
        if self.is_whole_extent:
            where = "the ground within the outermost streets"
        merged = [f"{found[kind]:,} {MERGED_NAMES[kind]}" for kind in MERGED if found.get(kind)]
        lines = [
            f"{self.blocks:,} blocks in {where}, {self.area_m2 / 1e6:,.2f} km2; half of them are under "
            f"{self.median_area_m2:,.0f} m2",
            f"  merged into a neighbour: {', '.join(merged) or 'nothing'}",
        ]
        if found.get("kept"):
            lines.append(f"  {found['kept']:,} slivers have no neighbour in their community and stay: see findings")
        lines.append(f"  coverage {'valid' if self.is_coverage else 'NOT valid'}, {self._area()}")
        if self.buildings:
            whole = self.buildings - self.buildings_parted
            lines.append(f"  buildings: {whole:,} of {self.buildings:,} whole in one block")
            lines.append(f"    lines led round buildings: {found.get('bent', 0):,}")
        if found.get("parted"):
            lines.append(f"  {found['parted']:,} buildings stand across a community's border: see findings")
        if found.get("outside"):
            lines.append(f"  {found['outside']:,} enclosed pieces of ground lie in no community: see findings")
        if self.over_band:
            lines.append(
                f"  blocks with more households than a grid may have ({self.band_high:,}): {self.over_band:,}; "
                "split them before grids are drawn (see findings)"
            )
        return lines

    def _area(self) -> str:
        missing = abs(self.area_missing_m2)
        return "areas agree to the square millimetre" if missing < 1e-6 else f"areas differ by {missing:,.6f} m2"
