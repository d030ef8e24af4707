"""Grids: a file of grids is a plan. The first is published; later ones are drafts (design decision 3).

The drawing is cleaned first. Without blocks, each grid becomes one block. With blocks, each block goes to the grid that
holds most of it, and what lies elsewhere is listed. Cleaning may move MOVED_M2 of a plan by itself; more than that, and
every block that a border splits, needs a person's yes.

A grid's code is its identity, its shape belongs to the plan: a known code with another border is a redraw, not a
contradiction.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmap.domain.plans import RESIDENTIAL
from gridmap.geo.projection import LocalProjection
from gridmap.services import replan
from gridmap.services.exchange.content import digests
from gridmap.services.exchange.coverage import cleaned_plan
from gridmap.services.exchange.majority import NO_GRID, Residual, by_majority
from gridmap.services.exchange.recipes.base import SINCE_EVER, Columns, Indices, Recipe, Status
from gridmap.services.exchange.recipes.communities import communities_of
from gridmap.services.exchange.recipes.settling import place_waiting
from gridmap.services.exchange.report import Finding
from gridmap.services.exchange.table import Objects, object_array
from gridmap.store import bulk, plans
from gridmap.store.tables import Block, Grid

MOVED_M2 = 34.0  # the ground that cleaning may give to another grid unasked, of a whole plan
KINDS = {
    "普通": RESIDENTIAL,
    "住宅": RESIDENTIAL,
    "普通网格": RESIDENTIAL,
    "专属网格": "dedicated",
    "专属": "dedicated",
}


class GridRecipe(Recipe):
    model = Grid

    def check(self) -> None:
        self.communities = communities_of(self)
        codes = self.rows.fields["code"]
        first: dict[str, int] = {}
        twice = {
            i: f"{code}, first in row {first[code] + 1}"
            for i, code in enumerate(codes)
            if first.setdefault(code, i) != i
        }
        for index, detail in twice.items():
            self.job.problems.close(index, "code stands twice in the file", detail)
        self.shapes, self.moved_m2 = self._cleaned()

    def _cleaned(self) -> tuple[Objects, float]:
        """All n shapes as the plan has them, and how much ground cleaning moved, in m2."""
        good = np.flatnonzero(~self.job.problems.mask() & ~shapely.is_missing(self.rows.shapes))
        if not self.job.projection or not len(good):
            return self.rows.shapes, 0.0
        return cleaned_plan(self.job, good)

    @cached_property
    def identities(self) -> Objects:
        """n digests without the shape, which is the plan's."""
        return digests(self.rows.fields, object_array([None] * self.rows.n), self.rows.attributes)

    @cached_property
    def blocks(self) -> tuple[NDArray[np.int64], list[str], NDArray[np.object_]]:
        """Ids, codes and polygons of the open blocks, in code order."""
        return plans.open_blocks(self.job.session, self.job.now)

    def compare(self) -> NDArray[np.int8]:
        """All rows are known when the file was imported before or makes the plan in force; else all make a new plan."""
        status = super().compare()
        good = np.flatnonzero(~self.job.problems.mask())
        if self.job.known_batches or self._is_plan_in_force(good):
            status[good] = Status.KNOWN
        else:
            status[good[status[good] == Status.KNOWN]] = Status.NEW
        return status

    def row_digests(self) -> Objects:
        return self.identities

    def known_numbers(self) -> set[int]:
        """Every grid has a code, so rows are never known by their number."""
        return set()

    def columns(self, take: Indices) -> Columns:
        names = zip(self.field("name", take), self.field("code", take), strict=True)
        kinds = [RESIDENTIAL if kind is None else KINDS.get(kind, kind) for kind in self.field("kind", take)]
        return {
            "code": self.field("code", take),
            "name": [name or code for name, code in names],
            "community_id": self.communities[take],
            "kind": kinds,
        }

    def insert(self, take: Indices) -> None:
        """Store the grids whose codes are new; the others have their row and only take part in the plan."""
        super().insert(np.array([index for index in take.tolist() if index not in self.job.ids], dtype=np.intp))

    def finish(self, stored: Indices) -> None:
        assignment = self._assigned(stored) if len(self.blocks[0]) else self._blocks_from(stored)
        job = self.job
        if self.moved_m2 > MOVED_M2:
            moved = f"Ground moved by cleaning the borders: {self.moved_m2:,.1f} m2, {MOVED_M2:g} are allowed"
            job.report.questions.append(moved)
        if job.report.questions and job.is_accepted:
            job.report.done += [f"Accepted: {question}." for question in job.report.questions]
        heading = replan.Heading(job.report.file, job.setting.band, job.projection, job.now, job.batch_id)
        if plans.current(job.session, job.now) is None:
            replan.publish_first_plan(job.session, assignment, heading)
            job.report.done.append(f"The grids are published as plan '{heading.name}', in force from the beginning.")
            place_waiting(job)
        else:
            replan.draft_plan(job.session, assignment, heading)
            job.report.done.append(f"A plan is published already: the grids are kept as draft '{heading.name}'.")

    def _blocks_from(self, stored: Indices) -> dict[int, int]:
        """One block a grid, with the grid's code -> block id: grid id."""
        columns: Columns = {
            "code": self.field("code", stored),
            "name": self.field("name", stored),
            "community_id": self.communities[stored],
            "opened_at": [SINCE_EVER] * len(stored),
            "geom": self.shapes[stored],
            "source_id": self.field("code", stored),
            "batch_id": [self.job.batch_id] * len(stored),
        }
        block_ids = bulk.insert(self.job.session, Block, columns)
        self.job.report.done.append(f"There were no blocks: each of the {len(stored):,} grids became one.")
        return {int(block): self.job.ids[i] for block, i in zip(block_ids, stored.tolist(), strict=True)}

    def _assigned(self, stored: Indices) -> dict[int, int]:
        """Every block to the grid with most of it -> block id: grid id; residuals become findings."""
        block_ids, codes, _ = self.blocks
        ordinals, residuals = self._majority(stored)
        self._tell(residuals, codes, stored)
        self._ask(residuals)
        taken = set(ordinals.tolist())
        empty = [self.rows.fields["code"][i] for k, i in enumerate(stored.tolist()) if k not in taken]
        if empty:
            self.job.report.warnings.append(f"{len(empty):,} grids hold no block: {', '.join(empty[:8])}.")
        lost = int((ordinals == NO_GRID).sum())
        if lost:
            self.job.report.warnings.append(f"{lost:,} blocks lie in no grid.")
        pairs = zip(block_ids.tolist(), ordinals.tolist(), strict=True)
        return {block: self.job.ids[int(stored[k])] for block, k in pairs if k != NO_GRID}

    def _ask(self, residuals: list[Residual]) -> None:
        for what, parts in (
            ("Parts of blocks in another grid than their block", [r for r in residuals if r.grid != NO_GRID]),
            ("Blocks wholly or partly in no grid", [r for r in residuals if r.grid == NO_GRID]),
        ):
            if parts:
                self.job.report.questions.append(f"{what}: {len(parts):,} ({sum(r.area_m2 for r in parts):,.1f} m2)")

    def _majority(self, rows: Indices) -> tuple[NDArray[np.int64], list[Residual]]:
        order = np.argsort(self.field("code", rows).astype(str), kind="stable")
        metric = LocalProjection(self.job.projection)
        found, residuals = by_majority(self.blocks[2], self.shapes[rows][order], metric)
        position = np.append(order, NO_GRID)
        return position[found].astype(np.int64), [replace(r, grid=int(position[r.grid])) for r in residuals]

    def _tell(self, residuals: list[Residual], codes: list[str], rows: Indices) -> None:
        self.job.report.findings += [self._finding(residual, codes, rows) for residual in residuals]

    def _finding(self, residual: Residual, codes: list[str], stored: Indices) -> Finding:
        block, place = codes[residual.block], (residual.lon, residual.lat, residual.area_m2)
        if residual.grid == NO_GRID:
            return Finding("block_without_grid", (block,), *place)
        return Finding("split_block", (block, str(self.rows.fields["code"][stored[residual.grid]])), *place)

    def _is_plan_in_force(self, good: Indices) -> bool:
        """Whether these rows give every block the grid it has already. Grids are whole blocks, so borders that differ
        without changing that store nothing; they are told.
        """
        plan = plans.current(self.job.session, self.job.now)
        if plan is None or any(index not in self.job.ids for index in good.tolist()):
            return False
        ordinals, residuals = self._majority(good)
        pairs = zip(self.blocks[0].tolist(), ordinals.tolist(), strict=True)
        assignment = {block: self.job.ids[int(good[k])] for block, k in pairs if k != NO_GRID}
        is_same = assignment == plans.assignment(self.job.session, plan.id)
        if is_same and residuals:
            self._tell(residuals, self.blocks[1], good)
            self.job.report.warnings.append("Borders differ, but no block changes its grid: nothing is stored.")
        return is_same
