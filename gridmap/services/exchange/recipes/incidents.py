"""Incidents: their kind, their time, and the block, grid and plan they are placed by."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from gridmap.domain.kinds import code_for
from gridmap.errors import BadFile
from gridmap.services.exchange.recipes.base import Columns, Indices
from gridmap.services.exchange.recipes.standing import PlacedRecipe
from gridmap.services.exchange.table import object_array
from gridmap.services.placing import NOWHERE, or_none
from gridmap.store import bulk, configuration, incidents
from gridmap.store.tables import Incident

NEW_KINDS_LIMIT = 60  # a list of kinds is short; more new ones than this mean that the wrong column was taken


class IncidentRecipe(PlacedRecipe):
    model = Incident

    def check(self) -> None:
        self.version = self.job.setting.configuration_version
        names = self.rows.fields["kind"]
        tree = self.job.setting.kinds
        if all(name is None for name in names):
            self.job.report.notes.append("No column says what an incident is about: all are stored as 'unspecified'.")
        every = Counter(name for name in names if name is not None)
        counted = Counter({name: count for name, count in every.items() if tree.find(name) is None})
        if len(counted) > NEW_KINDS_LIMIT:
            some = ", ".join(name for name, _ in counted.most_common(5))
            raise BadFile(
                f"The column for kind holds {len(counted)} texts that are no configured kind (as {some}).",
                "Name the right column, --map kind=COLUMN; or leave kinds out, --map kind=",
            )
        self.new_names: dict[str, str] = {}  # code -> the name it first came with
        for name in counted:
            self.new_names.setdefault(code_for(name), name)
        codes = {name: tree.code_of(name) for name in set(names.tolist())}
        self.kinds = object_array([codes[name] for name in names])

    def insert(self, take: Indices) -> None:
        self._add_kinds(take)
        super().insert(take)

    def change(self, take: Indices) -> None:
        """A changed incident keeps its case number and the configuration it began under; it is placed again."""
        self._add_kinds(take)
        if len(take):
            ids = [self.job.ids[index] for index in take.tolist()]
            bulk.update(self.job.session, Incident, ids, {**self.provenance(take), **self._facts(take)})

    def columns(self, take: Indices) -> Columns:
        return {
            **self._facts(take),
            "case_number": self._case_numbers(take),
            "configuration_version": [self.version] * len(take),
        }

    def _facts(self, take: Indices) -> Columns:
        occurred = self.rows.occurred()
        plan_id = self.placer.plan_id
        grid_ids = self.placed.grid_ids[take]
        return {
            "kind": self.kinds[take],
            "occurred_at": occurred.at[take],
            "occurred_on": occurred.on[take],
            "precision": occurred.precision[take],
            "reported_at": self.rows.times["reported_at"].at[take],
            "address": self.field("address", take),
            "summary": self.field("summary", take),
            "uncertainty_m": self.field("uncertainty_m", take),
            "block_id": self.block_ids(take),
            "grid_id": or_none(grid_ids),
            "plan_id": [None if grid == NOWHERE else plan_id for grid in grid_ids.tolist()],
            "geom": self.rows.shapes[take],
        }

    def _case_numbers(self, take: Indices) -> list[str]:
        """Numbers run within the year of the occurrence, in the order of the file."""
        years = self.rows.occurred().on[take].astype("datetime64[Y]").astype(int) + 1970
        numbers = np.empty(len(take), dtype=object)
        for year in np.unique(years).tolist():
            at = np.flatnonzero(years == year)
            numbers[at] = incidents.next_case_numbers(self.job.session, year, len(at))
        return list(numbers)

    def _add_kinds(self, take: Indices) -> None:
        """A new version of the configuration with the kinds that the rows taken bring and that it does not have."""
        used = Counter(self.kinds[take].tolist())
        new = sorted(code for code in self.new_names if code in used)
        if not new:
            return
        content: dict[str, Any] = dict(self.job.setting.configuration)
        tables = [
            {"code": code, "zh": self.new_names[code], "en": self.new_names[code], "children": []} for code in new
        ]
        content["kind"] = [*content.get("kind", []), *tables]
        for code in new:
            name = self.new_names[code]
            self.job.report.notes.append(f"New kind '{name}' ({used[code]:,} rows) is added to the configuration.")
        self.version = configuration.put(self.job.session, content, self.job.now)
        self.new_names.clear()
