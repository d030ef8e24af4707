"""What happens inside the transaction of an import: piece after piece is compared, counted, stored; then the audit."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import numpy as np
import shapely

from gridmap.config import Settings
from gridmap.geo.addresses import Gazetteer
from gridmap.services.addressing import gazetteer
from gridmap.services.exchange.addresses import Coarser, placed_by_address, without_place
from gridmap.services.exchange.coverage import check_coverage_of
from gridmap.services.exchange.datum_guess import LEAST, addressed_rows, guess
from gridmap.services.exchange.extent import Extent, ProjectExtent
from gridmap.services.exchange.job import Job, Progress, Setting
from gridmap.services.exchange.problems import Causes
from gridmap.services.exchange.recipes import RECIPES, Recipe
from gridmap.services.exchange.recipes.base import Status
from gridmap.services.exchange.rejects import Rejects
from gridmap.services.exchange.report import NotAccepted, Report, RowsRefused
from gridmap.services.exchange.request import OpenFile, Piece
from gridmap.services.exchange.watching import Watcher
from gridmap.store import audit, batches, before, ids, importing, project
from gridmap.store.engine import Session

COMPARING, STORING, STEPS = 2, 3, 4


class Import:
    """One file on its way into the database, within one transaction of the caller's.

    `take` every piece in order, then `finish` once. Nothing of it holds more than a piece.
    """

    def __init__(
        self,
        session: Session,
        settings: Settings,
        file: OpenFile,
        setting: Setting,
        rejects: Rejects | None,
        tell: Progress,
        watcher: Watcher | None = None,
    ) -> None:
        self.session, self.settings, self.file = session, settings, file
        self.setting = setting
        self._rejects, self._tell, self._watcher = rejects, tell, watcher
        self._causes = Causes()
        self.batch_id = 0  # until the first row is stored
        self._last: Recipe | None = None
        self._known_places: Gazetteer | None = None
        self._coarser = Coarser()
        self._kept: dict[str, object] = {}
        importing.let_one_in(session)
        layer, report = file.request.layer, file.report
        self._known_batches = [b.id for b in batches.by_digest(session, report.sha256, layer.name)]
        found = project.get(session)
        stored = None if found is None or found.extent is None else Extent(*found.extent)
        self._extent = ProjectExtent(stored, found.projection if found else None, widens=layer.widens)

    def take(self, piece: Piece) -> None:
        """Compare a piece with what is stored, count it, and store what is good and new."""
        request = self.file.request
        if piece.rows.first_row == 1:
            self._tell("Comparing with what is stored", COMPARING, STEPS)
            self._guess_datum(piece)
        piece = self._placed_by_address(piece)
        self._extent.check(piece.rows.shapes, piece.problems)
        job = self._job(piece)
        recipe = RECIPES[request.layer.name](job)
        recipe.check()
        status = recipe.compare()
        check_coverage_of(job, np.flatnonzero(status != Status.KNOWN), recipe.levels())
        self._count(piece, status)
        if self._rejects is not None:
            self._rejects.add(piece.table, piece.problems, piece.rows.first_row)
        if self._watcher is not None:
            self._watcher.see(piece, status)
        if self._is_refused and piece.is_whole:
            return  # of a larger file all pieces are stored, to find rows that contradict each other, and taken back
        done = piece.rows.first_row + piece.rows.n - 1
        self._tell("Storing" if piece.rows.first_row == 1 else f"Storing, row {done:,}", STORING, STEPS)
        self._store(job, recipe, status)

    def finish(self) -> None:
        """After the last piece: extent, what follows from all rows, rejects, counts and audit.

        Raises RowsRefused when there are bad rows and nothing takes them, NotAccepted when a person must say yes first.
        """
        report = self.file.report
        report.causes = self._causes.ranked()
        if report.by_address:
            report.done.append(f"{report.by_address:,} rows without coordinates are placed by their address.")
        report.warnings += self._coarser.told()
        if report.future:
            today = self.file.now.astimezone(ZoneInfo(self.setting.time_zone)).date()
            report.warnings.append(f"{report.future:,} incidents lie in the future (after {today}). Is the date right?")
        if self._is_refused:
            raise RowsRefused(self._emptied())
        if report.questions and not self.file.request.accept and not self.file.request.is_tolerant:
            if self._rejects is not None:
                self._rejects.finish()  # bad rows are to be looked at whatever is said to the questions
            raise NotAccepted(self._emptied())
        if report.stored:
            self._settle_extent()
            if self._last is not None:
                self._last.job.projection = self._extent.projection
                self._last.conclude()
            self._record()
        report.notes += report.done
        self._tidy()
        if self._rejects is not None:
            self._rejects.finish()
        self._tell("Storing", STEPS, STEPS)

    def _guess_datum(self, piece: Piece) -> None:
        rows, texts = addressed_rows(piece)
        if len(rows) >= LEAST:
            found = guess(piece, rows, texts, self.file.crs, self._gazetteer())
            if found is not None:
                self.file.report.warnings.append(found.text())

    def _placed_by_address(self, piece: Piece) -> Piece:
        waiting = without_place(piece)
        if not len(waiting):
            return piece
        placed = placed_by_address(piece, waiting, self._gazetteer(), self._coarser)
        self.file.report.by_address += int((~shapely.is_missing(placed.rows.shapes[waiting])).sum())
        return placed

    def _gazetteer(self) -> Gazetteer:
        """What addresses are looked up in, as it was before this import; made at most once."""
        if self._known_places is None:
            today = self.file.now.astimezone(ZoneInfo(self.setting.time_zone)).date()
            self._known_places = gazetteer(self.session, today)
        return self._known_places

    @property
    def _is_refused(self) -> bool:
        request = self.file.request
        return bool(self.file.report.bad) and request.rejects is None and not request.is_tolerant

    def _job(self, piece: Piece) -> Job:
        request = self.file.request
        return Job(
            self.session, self.settings, request.layer, piece.rows, piece.problems, self.file.report, self.setting,
            self._extent.projection, self.file.now, request.update, request.accept,
            batch_id=self.batch_id, known_batches=self._known_batches, kept=self._kept,
        )  # fmt: skip

    def _count(self, piece: Piece, status: np.ndarray) -> None:
        report, bad = self.file.report, piece.problems.mask()
        updated = int((~bad & (status == Status.CHANGED)).sum())
        report.read += piece.rows.n
        report.bad += int(bad.sum())
        report.rejected = report.bad
        report.known += int((~bad & (status == Status.KNOWN)).sum())
        report.updated += updated
        report.stored += int((~bad & (status == Status.NEW)).sum()) + updated
        self._causes.add(piece.problems, piece.rows.first_row)
        if report.read != report.stored + report.known + report.rejected:
            raise RuntimeError(f"{report.read} rows were read, but {report.counts()} are accounted for.")

    def _store(self, job: Job, recipe: Recipe, status: np.ndarray) -> None:
        good = ~job.problems.mask()
        stored = np.flatnonzero(good & (status != Status.KNOWN))
        if not len(stored):
            return
        job.batch_id = self._batch()
        changed = np.flatnonzero(good & (status == Status.CHANGED))
        replaced = list(dict.fromkeys(job.ids[index] for index in changed.tolist()))
        before.remember(self.session, recipe.model, replaced, job.batch_id)
        recipe.insert(np.flatnonzero(good & (status == Status.NEW)))
        recipe.change(changed)
        recipe.finish(stored)
        self.setting = job.setting
        recipe.let_go()
        self._last = recipe

    def _batch(self) -> int:
        """The id of this import's row, made with the first row that is stored."""
        if self.batch_id:
            return self.batch_id
        request, report = self.file.request, self.file.report
        report.batch_uid = ids.new_uid()
        self.batch_id = batches.add(
            self.session,
            uid=report.batch_uid,
            layer=request.layer.name,
            file_name=report.file[-255:],
            file_sha256=report.sha256,
            source_crs=report.crs[:60],
            mapping=report.mapping,
            counts=report.counts(),
            imported_at=self.file.now,
            actor=request.actor,
            rejects_file=None if request.rejects is None else str(request.rejects)[-400:],
        ).id
        return self.batch_id

    def _settle_extent(self) -> None:
        extent = self._extent
        if extent.now is None:
            return
        if extent.is_first:
            project.set_projection(self.session, extent.projection, extent.now.as_tuple())
        elif extent.has_grown:
            project.widen_extent(self.session, extent.now.as_tuple())

    def _record(self) -> None:
        report = self.file.report
        batches.set_counts(self.session, self.batch_id, report.counts())
        audit.append(
            self.session,
            actor=self.file.request.actor,
            action=f"import.{self.file.request.layer.name}",
            entity="import_batch",
            entity_uid=report.batch_uid,
            fields={"file_sha256": report.sha256, **report.counts()},
            secret=self.settings.secret(),
            at=self.file.now,
        )

    def _emptied(self) -> Report:
        """The report of a file of which nothing is stored."""
        self._tidy()
        report = self.file.report
        report.is_refused, report.done = True, []
        report.stored = report.known = report.updated = report.located = report.outside = 0
        report.rejected, report.placed, report.batch_uid = report.read, {}, None
        return report

    def _tidy(self) -> None:
        """Pieces may have said the same: a remark stands once."""
        report = self.file.report
        report.notes = list(dict.fromkeys(report.notes))
        report.warnings = list(dict.fromkeys(report.warnings))
