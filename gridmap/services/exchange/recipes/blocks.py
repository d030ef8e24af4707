"""Blocks: the indivisible ground. What was imported before them and lies in them is placed now."""

from __future__ import annotations

import numpy as np
import shapely

from gridmap.services.exchange.recipes.base import SINCE_EVER, Columns, Indices, Recipe, Status
from gridmap.services.exchange.recipes.communities import communities_of
from gridmap.services.exchange.recipes.settling import place_waiting
from gridmap.store import bulk, importing, plans
from gridmap.store.tables import Block


class BlockRecipe(Recipe):
    model = Block

    def check(self) -> None:
        self.communities = communities_of(self)

    def compare(self) -> np.ndarray:
        """As for all; but a stored block keeps its border, which only an explicit cut may change."""
        status = super().compare()
        changed = np.flatnonzero(status == Status.CHANGED)
        if self.job.is_update and len(changed):
            stored = importing.shapes_by_id(self.job.session, Block, [self.job.ids[i] for i in changed.tolist()])
            moved = ~shapely.equals_exact(shapely.normalize(stored), shapely.normalize(self.rows.shapes[changed]), 1e-7)
            self.job.problems.add(
                changed[moved], "the border of a stored block changes only by a cut, not by an import"
            )
        return status

    def columns(self, take: Indices) -> Columns:
        return {
            "code": self.field("code", take),
            "name": self.field("name", take),
            "community_id": self.communities[take],
            "land_use": self.field("land_use", take),
            "opened_at": [SINCE_EVER] * len(take),
            "geom": self.rows.shapes[take],
        }

    def change(self, take: Indices) -> None:
        if len(take):
            kept = {"code", "opened_at", "geom"}
            columns = {name: values for name, values in self.columns(take).items() if name not in kept}
            ids = [self.job.ids[index] for index in take.tolist()]
            bulk.update(self.job.session, Block, ids, {**self.provenance(take), **columns})

    def finish(self, stored: Indices) -> None:
        place_waiting(self.job)
        plan = plans.current(self.job.session, self.job.now)
        if plan is not None:
            assigned = plans.assignment(self.job.session, plan.id)
            lost = sum(self.job.ids[index] not in assigned for index in stored.tolist())
            if lost:
                self.job.report.warnings.append(f"{lost:,} of these blocks belong to no grid of the plan in force.")
