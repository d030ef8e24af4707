"""Incidents: their kind, their time, and the block, grid and plan they are placed by."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmap.domain.incidents import PlacedBy
from gridmap.domain.kinds import KindTree, code_for
from gridmap.domain.parties import Contact, PartyRole
from gridmap.errors import BadFile
from gridmap.geo.projection import LocalProjection
from gridmap.services import incident_story as story
from gridmap.services.doubt import Doubt
from gridmap.services.exchange.personal import contacts
from gridmap.services.exchange.recipes.base import Columns, Indices
from gridmap.services.exchange.recipes.standing import PlacedRecipe
from gridmap.services.exchange.table import object_array
from gridmap.services.incident_place import is_same_place
from gridmap.services.placing import NOWHERE, inner_points, or_none
from gridmap.services.privacy.sealer import Sealer
from gridmap.store import bulk, configuration, incidents, parties, stories
from gridmap.store.tables import Incident

BY_PEOPLE = (PlacedBy.MAP, PlacedBy.PERSON)
FACTS = ("kind", "occurred_at", "occurred_on", "precision", "reported_at", "address", "summary")
PLACE = ("uncertainty_m", "block_id", "grid_id", "plan_id", "geom", "is_doubtful", "placed_by")
NEW_KINDS_LIMIT = 60  # a list of kinds is short; more new ones than this mean that the wrong column was taken


@dataclass(slots=True)
class NewKind:
    """A kind that this import brings: the name it first came with, and how many rows are of it."""

    name: str
    rows: int = 0


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
        self.added: dict[str, NewKind] = self.job.once("new kinds", dict)
        if len(counted) + len(self.added) > NEW_KINDS_LIMIT:
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
        self._store_reporters(take)

    def change(self, take: Indices) -> None:
        """A changed incident keeps its case number and the configuration it began under; it is placed again, unless a
        person has said where it is. A place that changes stays in its story.
        """
        self._add_kinds(take)
        if not len(take):
            return
        session = self.job.session
        row_ids = np.array([self.job.ids[index] for index in take.tolist()])
        before = stories.places(session, row_ids.tolist())
        is_settled = np.array([before[key].placed_by in BY_PEOPLE for key in row_ids.tolist()])
        for part, names in ((~is_settled, FACTS + PLACE), (is_settled, FACTS)):
            facts = self._facts(take[part])
            chosen = {name: facts[name] for name in names}
            ids = row_ids[part].tolist()
            bulk.update(session, Incident, ids, {**self.provenance(take[part]), **chosen})
        self._store_reporters(take)
        self._tell_moves(before)
        self._count("kept by people", int(is_settled.sum()))

    def _store_reporters(self, take: Indices) -> None:
        """Who reported the incidents of these rows, encrypted. A row without them leaves what is stored."""
        job = self.job
        good = {index: self.contacts[index] for index in take.tolist() if index in self.contacts}
        if not good:
            return
        until = {index: job.setting.retention.parties_until(self._reported_on(index)) for index in good}
        kept = [index for index in good if until[index] >= self._today]
        self._count("reporters", len(kept))
        self._count("reporters past their date", len(good) - len(kept))
        sealer = job.once("sealer", lambda: Sealer.newest(job.settings))
        parties.replace_reporters(job.session, [job.ids[index] for index in good], job.batch_id)
        parties.add(
            job.session,
            [job.ids[index] for index in kept],
            role=PartyRole.REPORTER,
            sealed=[sealer.columns(good[index]) for index in kept],
            purge_after=[until[index] for index in kept],
            at=job.now,
            batch_id=job.batch_id,
        )

    @cached_property
    def contacts(self) -> dict[int, Contact]:
        """Row -> who reported it, of the good rows that say so."""
        bad = self.job.problems.mask()
        return contacts(self.rows.fields, ~bad)

    def _reported_on(self, index: int) -> dt.date:
        """The local day of the report; of the incident, where that is not told."""
        at = self.rows.times["reported_at"].at[index]
        if np.isnat(at):
            on: dt.date = self.rows.occurred().on[index].astype("datetime64[D]").item()
            return on
        return at.astype("datetime64[us]").item().replace(tzinfo=dt.UTC).astimezone(self._zone).date()  # type: ignore[no-any-return]

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.job.setting.time_zone)

    @property
    def _today(self) -> dt.date:
        return self.job.now.astimezone(self._zone).date()

    def _tell_moves(self, before: Mapping[int, stories.StoredPlace]) -> None:
        after = stories.places(self.job.session, list(before))
        moved = [key for key in before if not is_same_place(before[key], after[key])]
        stories.add_lines(
            self.job.session,
            moved,
            at=self.job.now,
            actor="import",
            action=story.IMPORTED,
            contents=[story.line_of(story.place_of(before[key]), story.place_of(after[key])) for key in moved],
        )

    def finish(self, stored: Indices) -> None:
        super().finish(stored)
        self._count("doubtful", int(self.doubtful[stored].sum()))

    def conclude(self) -> None:
        done = self.job.report.done
        for kind in self.added.values():
            done.append(f"New kind '{kind.name}' ({kind.rows:,} rows) is added to the configuration.")
        if doubtful := self.job.kept.get("doubtful"):
            done.append(
                f"{doubtful:,} may belong to another grid, which their uncertainty reaches: somebody has to say."
            )
        if kept := self.job.kept.get("kept by people"):
            done.append(f"{kept:,} keep the place that a person gave them; what else the file says of them is new.")

        if reporters := self.job.kept.get("reporters"):
            done.append(f"Who reported {reporters:,} of them is stored encrypted, and shown masked.")
        if past := self.job.kept.get("reporters past their date"):
            done.append(f"Who reported {past:,} of them is not stored: it would be past its date already (retention).")

    def _count(self, name: str, n: int) -> None:
        self.job.kept[name] = self.job.kept.get(name, 0) + n

    @cached_property
    def doubtful(self) -> NDArray[np.bool_]:
        """bool[n]: whether the uncertainty of a row reaches another grid than the one it lies in."""
        given = self.rows.fields["uncertainty_m"]
        uncertainty_m = np.array([np.nan if value is None else value for value in given], dtype=np.float64)
        if not (uncertainty_m > 0).any():
            return np.zeros(self.rows.n, dtype=bool)
        doubt = self.job.once("doubt", lambda: Doubt.of(self.placer, LocalProjection(self.job.projection)))
        inner = inner_points(self.rows.shapes)
        return doubt.is_doubtful(shapely.get_x(inner), shapely.get_y(inner), uncertainty_m, self.placed.grid_ids)

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
            "is_doubtful": self.doubtful[take].tolist(),
            "placed_by": self._placed_by(take),
        }

    def _placed_by(self, take: Indices) -> list[str]:
        placed_by = self.rows.placed_by
        return [str(PlacedBy.COORDINATES)] * len(take) if placed_by is None else [str(by) for by in placed_by[take]]

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
        self.added.update({code: NewKind(self.new_names[code]) for code in new})
        for code, kind in self.added.items():
            kind.rows += used[code]
        if not new:
            return
        _, content = configuration.current(self.job.session, lock=True)  # somebody may have changed it since it began
        there = KindTree.of(content).codes()
        tables = [
            {"code": code, "zh": self.new_names[code], "en": self.new_names[code], "children": []}
            for code in new
            if code not in there
        ]
        content = {**content, "kind": [*content.get("kind", []), *tables]}
        self.version = configuration.put(self.job.session, content, self.job.now)
        self.job.setting = replace(self.job.setting, configuration_version=self.version, configuration=content)
        self.new_names.clear()
