"""Areas: levels, parents above children, names people use."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gridmap.domain.areas import RANKS, Validity, level_named, may_hold, version_id
from gridmap.services.exchange.recipes.base import Columns, Indices, Recipe
from gridmap.services.exchange.recipes.communities import link_communities
from gridmap.services.exchange.table import Objects, object_array
from gridmap.store import areas, bulk, importing
from gridmap.store.tables import Area


class AreaRecipe(Recipe):
    model = Area

    def source_ids(self) -> Objects:
        """The code; with its first day where it has one, since codes may be given again."""
        pairs = zip(self.rows.fields["code"], self.rows.fields["valid_from"], strict=True)
        return object_array([None if code is None else version_id(code, day) for code, day in pairs])

    def check(self) -> None:
        problems = self.job.problems
        self.level_of = self._levels()
        possible = [
            Validity(*days).is_possible()
            for days in zip(self.rows.fields["valid_from"], self.rows.fields["valid_to"], strict=True)
        ]
        problems.add(~np.array(possible, bool), "valid_to lies before valid_from")
        self._refuse_second_open()
        self.stored = {row.code: row for row in areas.tree(self.job.session)}
        self.parents = self._parents()
        self._check_parents()

    def levels(self) -> Objects:
        return self.level_of

    def insert(self, take: Indices) -> None:
        """Level by level, so that a parent has its id before its children name it.

        Areas that end now end first: their code may go on with a new one.
        """
        ends, bad = self.rows.fields["valid_to"], self.job.problems.mask()
        ending = [i for i in self.job.ids if ends[i] is not None and not bad[i]]
        bulk.update(self.job.session, Area, [self.job.ids[i] for i in ending], {"valid_to": [ends[i] for i in ending]})
        for rank in sorted(set(RANKS.values())):
            super().insert(np.array([i for i in take.tolist() if RANKS[self.level_of[i]] == rank], dtype=np.intp))

    def columns(self, take: Indices) -> Columns:
        ids = {code: row.id for code, row in self.stored.items()}
        ids |= {self.rows.fields["code"][index]: row_id for index, row_id in self.job.ids.items()}
        return {
            "code": self.field("code", take),
            "name": self.field("name", take),
            "level": self.level_of[take],
            "parent_id": [None if code is None else ids[code] for code in self.parents[take].tolist()],
            "valid_from": self.field("valid_from", take),
            "valid_to": self.field("valid_to", take),
            "geom": self.rows.shapes[take],
        }

    def finish(self, stored: Indices) -> None:
        names = {self.job.ids[i]: self.rows.fields["aliases"][i] or [] for i in stored.tolist()}
        importing.replace_area_names(self.job.session, names)
        link_communities(self.job)

    def _refuse_second_open(self) -> None:
        """Of one code only one area may have no end: here, or stored and not ended by this file."""
        problems = self.job.problems
        bad = problems.mask()
        open_days = areas.open_days(self.job.session)
        fields = self.rows.fields
        rows = list(zip(fields["code"], fields["valid_from"], fields["valid_to"], strict=True))
        if self.job.is_update:
            for i, (code, begin, end) in enumerate(rows):
                if end is not None and not bad[i] and code in open_days and open_days[code] == begin:
                    del open_days[code]
        second: dict[int, str] = {}
        for i, (code, begin, end) in enumerate(rows):
            if code is None or end is not None or bad[i]:
                continue
            if open_days.setdefault(code, begin) != begin:
                second[i] = code
        problems.add(second, "an area with this code has no end yet (valid_to)", second)

    def _levels(self) -> Objects:
        """n levels: as given, else as the length of the code tells."""
        given = self.rows.fields["level"]
        scheme = self.job.setting.codes
        levels = object_array(
            [
                scheme.level_of(code or "") if text is None else level_named(text)
                for text, code in zip(given, self.rows.fields["code"], strict=True)
            ]
        )
        unknown = np.array([level not in RANKS for level in levels], bool)
        known = ", ".join(RANKS)
        self.job.problems.add(unknown, f"level is none of {known}, and the code does not tell it", given)
        levels[unknown] = "compound"  # bad rows are not stored; the lowest level keeps the checks below simple
        return levels

    def _parents(self) -> Objects:
        """n codes of parents: as given, else the next code up that exists, or None at the top."""
        scheme = self.job.setting.codes
        here = {code for code in self.rows.fields["code"] if code is not None}
        parents = []
        for code, given in zip(self.rows.fields["code"], self.rows.fields["parent_code"], strict=True):
            derived = scheme.parent_of(code or "")
            parents.append(given or (derived if derived in here or derived in self.stored else None))
        return object_array(parents)

    def _check_parents(self) -> None:
        """Top-down: a parent must exist (here and good, or stored) and be of a higher level.

        The top of the tree may name a parent that is beyond the project, as a street's list names its county.
        """
        problems = self.job.problems
        self.row_of = {code: index for index, code in enumerate(self.rows.fields["code"])}
        ranks = [RANKS[level] for level in self.level_of]
        top = min([*ranks, *(RANKS[row.level] for row in self.stored.values())])
        bad = problems.mask()
        beyond: set[str] = set()
        for index in sorted(range(self.rows.n), key=ranks.__getitem__):
            parent = self.parents[index]
            if parent is None or bad[index]:
                continue
            if ranks[index] == top and parent not in self.row_of and parent not in self.stored:
                self.parents[index] = None
                beyond.add(parent)
                continue
            cause = self._fault_of_parent(index, parent, bad)
            if cause is not None:
                problems.add([index], cause, {index: parent})
                bad[index] = True
        if beyond:
            listed = ", ".join(sorted(beyond)[:8])
            self.job.report.notes.append(f"Parents of the topmost areas are not in the project and left out: {listed}.")

    def _fault_of_parent(self, index: int, parent: str, bad: NDArray[np.bool_]) -> str | None:
        """What is wrong with a row's parent, in words; None when nothing is."""
        row = self.row_of.get(parent)
        if row is not None and bad[row] and parent not in self.stored:
            return "its parent is itself a bad row"
        if row is not None and not bad[row]:
            level = self.level_of[row]
        elif parent in self.stored:
            level = self.stored[parent].level
        else:
            return "parent_code names no area that is stored or in the file"
        return None if may_hold(level, self.level_of[index]) else f"a {self.level_of[index]} cannot lie below a {level}"
