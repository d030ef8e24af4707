"""Linkage: how much of what stands and happens has a grid under the plan in force, and what has none."""

from __future__ import annotations

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import shapely

from gridmap.errors import BadInput
from gridmap.services.placing import inner_points
from gridmap.services.situation import Picture
from gridmap.services.situation.answers import NearestGrid
from gridmap.store import linkage as rows
from gridmap.store.engine import Store
from gridmap.store.linkage import REASONS, UnlinkedRow

__all__ = ["LAYERS", "REASONS", "Community", "Gap", "GapPage", "Linkage", "Share", "all_gaps", "gaps", "summary"]

LAYERS = tuple(rows.MODELS)
PAGE_AT_MOST = 500
AT_ONCE = 2_000  # rows of the file that are held at a time


@dataclass(frozen=True, slots=True)
class Share:
    """`linked` of `total` have a grid."""

    linked: int = 0
    total: int = 0

    @property
    def missing(self) -> int:
        return self.total - self.linked

    @property
    def per_mille(self) -> int | None:
        """The share in tenths of a percent, rounded down: 1000 means all of them, not nearly all. None of nothing."""
        return 1000 * self.linked // self.total if self.total else None

    def with_more(self, count: int, *, is_linked: bool) -> Share:
        return Share(self.linked + (count if is_linked else 0), self.total + count)


@dataclass(frozen=True, slots=True)
class Community:
    """A community's shares by layer; `code` None: what stands in a block of no community, or in no block."""

    id: int | None
    code: str | None
    name: str | None
    street: str | None
    shares: Mapping[str, Share]

    @property
    def missing(self) -> int:
        return sum(share.missing for share in self.shares.values())


@dataclass(frozen=True, slots=True)
class Linkage:
    """All shares at one change of the feed. `reasons`: layer -> reason -> how many lack a grid for it."""

    plan: str | None
    shares: Mapping[str, Share]
    reasons: Mapping[str, Mapping[str, int]]
    communities: tuple[Community, ...]

    @property
    def total(self) -> int:
        return sum(share.total for share in self.shares.values())

    @property
    def missing(self) -> int:
        return sum(share.missing for share in self.shares.values())

    @property
    def is_complete(self) -> bool:
        return self.total > 0 and self.missing == 0


@dataclass(frozen=True, slots=True)
class Gap:
    """A row without a grid, with its place in degrees and the nearest grid (None where there are no grids).

    `is_beyond` says that it lies beyond the project's extent: its coordinates are wrong, or it belongs elsewhere.
    """

    row: UnlinkedRow
    lon: float
    lat: float
    is_beyond: bool
    nearest: NearestGrid | None


@dataclass(frozen=True, slots=True)
class GapPage:
    """One page of a layer's gaps; `next` is given as `after` for the next one, None at the end."""

    items: tuple[Gap, ...]
    next: int | None


def summary(store: Store, picture: Picture) -> Linkage:
    """The shares of every layer, whole and by community, under the plan of the picture."""
    with store.read() as session:
        blocks = {block.id: block for block in rows.blocks(session, picture.ground.placer.plan_id)}
        names = rows.communities(session, {b.community_id for b in blocks.values() if b.community_id is not None})
        counted = {layer: rows.by_block(session, layer) for layer in LAYERS}
    shares: dict[str, Share] = {}
    reasons: dict[str, Counter[str]] = {layer: Counter() for layer in LAYERS}
    parts: dict[int | None, dict[str, Share]] = defaultdict(lambda: {layer: Share() for layer in LAYERS})
    for layer, by_block in counted.items():
        whole = Share()
        for block_id, count in by_block.items():
            block = blocks.get(block_id)
            is_linked = block is not None and block.has_grid
            whole = whole.with_more(count, is_linked=is_linked)
            part = parts[block.community_id if block else None]
            part[layer] = part[layer].with_more(count, is_linked=is_linked)
            if not is_linked:
                reasons[layer][_reason(block)] += count
        shares[layer] = whole
    communities = [_community(key, names, part) for key, part in parts.items()]
    communities.sort(key=lambda c: (-c.missing, c.code is None, c.code or ""))
    plan = picture.ground.plan
    return Linkage(plan.name if plan else None, shares, reasons, tuple(communities))


def gaps(
    store: Store,
    picture: Picture,
    layer: str,
    *,
    reason: str | None = None,
    community: str | None = None,
    after: int = 0,
    limit: int = 50,
) -> GapPage:
    """One page of the rows of a layer that have no grid. Raises BadInput for what there is not."""
    if layer not in LAYERS:
        raise BadInput(f"There is no linkage of '{layer}'.", f"Layers are: {', '.join(LAYERS)}.")
    if reason is not None and reason not in REASONS:
        raise BadInput(f"There is no reason '{reason}'.", f"Reasons are: {', '.join(REASONS)}.")
    limit = max(1, min(limit, PAGE_AT_MOST))
    with store.read() as session:
        found = rows.unlinked(
            session, layer, picture.ground.placer.plan_id,
            reason=reason, community=community, after_id=after, limit=limit + 1,
        )  # fmt: skip
    items = _placed(found[:limit], picture)
    return GapPage(items, found[limit - 1].id if len(found) > limit else None)


def all_gaps(store: Store, picture: Picture) -> Iterator[tuple[str, Gap]]:
    """Every row without a grid, layer by layer, as (layer, row); a few thousand are held at a time."""
    for layer in LAYERS:
        after = 0
        while True:
            with store.read() as session:
                found = rows.unlinked(
                    session, layer, picture.ground.placer.plan_id, after_id=after, limit=AT_ONCE
                )
            yield from ((layer, gap) for gap in _placed(found, picture))
            if len(found) < AT_ONCE:
                break
            after = found[-1].id


def _reason(block: rows.BlockRow | None) -> str:
    if block is None:
        return rows.NO_BLOCK
    return rows.CLOSED_BLOCK if block.is_closed else rows.BLOCK_WITHOUT_GRID


def _community(
    key: int | None, names: Mapping[int, tuple[str, str, str | None]], shares: dict[str, Share]
) -> Community:
    code, name, street = (None, None, None) if key is None else names[key]
    return Community(key, code, name, street, shares)


def _placed(found: list[UnlinkedRow], picture: Picture) -> tuple[Gap, ...]:
    if not found:
        return ()
    inner = inner_points(np.array([row.shape for row in found], dtype=object))
    extent = picture.project.extent
    placed = []
    for row, point in zip(found, inner, strict=True):
        lon, lat = float(shapely.get_x(point)), float(shapely.get_y(point))
        is_beyond = extent is not None and not (extent[0] <= lon <= extent[2] and extent[1] <= lat <= extent[3])
        nearest = None if is_beyond else picture.ground.place(lon, lat).nearest
        placed.append(Gap(dataclasses.replace(row, shape=None), lon, lat, is_beyond, nearest))
    return tuple(placed)
