"""What a heat file says, whatever its form: gathered once from one picture of the project."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from gridmap import __version__
from gridmap.services.change.choropleth import choropleth
from gridmap.services.reporting.coloured import ColouredGrids
from gridmap.services.reporting.texts import WORDS, Lang, day_text, hours_text
from gridmap.services.situation import Counts, Legend, Picture, Selection
from gridmap.services.situation.heat import UNIT_DAYS
from gridmap.services.situation.period import Period

FEW_DAYS = 7  # in a shorter period one incident weighs so much that it must be said


@dataclass(frozen=True, slots=True)
class HeatReport:
    """A selection of a picture's incidents at one bandwidth, with the words of one language; made at an instant.

    `picture` is that of the plan asked for.
    """

    picture: Picture
    chosen: Selection
    bandwidth_m: float
    counts: Counts
    legend: Legend
    lang: Lang
    made_at: dt.datetime
    coloured: ColouredGrids | None = None

    @classmethod
    def of(
        cls,
        picture: Picture,
        chosen: Selection,
        bandwidth_m: float | None,
        lang: Lang,
        *,
        now: dt.datetime,
        by: str | None = None,
    ) -> HeatReport:
        """`by` colours the grids by that measure. Raises BadInput for an unknown kind or a period that ends before it
        begins, NotFound for a place or plan that does not exist, BeyondData for a change
        of which the data know nothing.
        """
        picture = picture.under(chosen.plan)
        bandwidth_m = bandwidth_m or picture.heat.usual_m
        legend = picture.legend(chosen.kinds, bandwidth_m, "light", days=picture.period(chosen).days)
        coloured = None if by is None else ColouredGrids(choropleth(picture, chosen, by), lang)
        return cls(picture, chosen, bandwidth_m, picture.counts(chosen), legend, lang, now, coloured)

    @property
    def words(self) -> Mapping[str, str]:
        return WORDS[self.lang]

    @property
    def period(self) -> Period:
        return self.counts.period

    @property
    def title(self) -> str:
        name = self.picture.project.name
        if self.coloured is not None:
            return self.words["title_coloured"].format(name=name or "", what=self.coloured.title).strip(": ")
        return self.words["title"].format(name=name) if name else self.words["title_unnamed"]

    @property
    def lines(self) -> tuple[str, str]:
        """Period with the number of incidents, then kinds with the bandwidth."""
        words, counts = self.words, self.counts
        count = words["count"].format(count=f"{counts.total:,}") if counts.total else words["empty"]
        if counts.month_rows:
            count += words["comma"] + words["month_rows"].format(count=f"{counts.month_rows:,}")
        period = words["period"].format(**self._ends(self.period))
        kinds = words["kinds"].format(kinds=words["join"].join(self._kind_names()) or words["all_kinds"])
        parts = [kinds, *self._narrower()]
        if self.coloured is None:
            parts.append(words["bandwidth"].format(bandwidth_m=self.bandwidth_m))
        return f"{period}  ·  {count}", "  ·  ".join(parts)

    @property
    def remarks(self) -> tuple[str, ...]:
        """How the colours are to be read, where that is not plain: beside the legend."""
        words, told = self.words, []
        if self.coloured is None and self.period.days < FEW_DAYS:
            told.append(words["scaled"].format(days=self.period.days, times=round(UNIT_DAYS / self.period.days, 1)))
        if self.coloured is None and self.legend.widened:
            told.append(words["widened"])
        if self.coloured is not None and self.coloured.found.before is not None:
            told.append(words["compared"].format(**self._ends(self.coloured.found.before)))
        if self.coloured is not None and self.coloured.is_all_chance:
            told.append(words["all_chance"])
        left_out = self._left_out
        if left_out:
            told.append(words["left_out"].format(count=f"{left_out:,}"))
        return tuple(told)

    @property
    def _left_out(self) -> int:
        """Heat and grids in colour show the whole district, whatever place is counted."""
        if self.coloured is not None:
            return self.coloured.found.left_out
        return self.picture.left_out(replace(self.chosen, area=None, grid=None, block=None))

    @property
    def note(self) -> str | None:
        """What nobody may overlook: that the data are invented."""
        return self.words["synthetic"] if self.picture.project.is_synthetic else None

    @property
    def small(self) -> tuple[str, ...]:
        """Attribution, map approval number, the plan, and what made the file and when."""
        project, words, plan = self.picture.project, self.words, self.picture.ground.plan
        approval = project.approval_number or words["no_approval"]
        local = self.made_at.astimezone(ZoneInfo(project.time_zone))
        made_at = f"{day_text(local.date(), self.lang)} {local:%H:%M}"
        lines = (
            project.attribution,
            words["approval"].format(number=approval),
            None if plan is None else words["plan"].format(name=plan.name),
            words["generated"].format(version=__version__, made_at=made_at),
        )
        return tuple(line for line in lines if line)

    def _ends(self, period: Period) -> dict[str, str]:
        return {"from_on": day_text(period.from_on, self.lang), "to_on": day_text(period.to_on, self.lang)}

    def _narrower(self) -> list[str]:
        """Hours of the week and the place that were chosen, where any were: what is counted, not what is drawn."""
        chosen, words = self.chosen, self.words
        told = [] if chosen.hours is None else [words["hours"].format(hours=hours_text(chosen.hours, self.lang))]
        place = self._place_name()
        return told if place is None else [*told, words["place"].format(name=place)]

    def _place_name(self) -> str | None:
        chosen = self.chosen
        if chosen.grid is not None:
            return next((row.name for row in self.picture.ground.grids if row.code == chosen.grid), chosen.grid)
        if chosen.area is not None:
            return next((area.name for area in self.picture.areas() if area.code == chosen.area), chosen.area)
        return chosen.block

    def _kind_names(self) -> list[str]:
        names = {kind.code: kind.zh if self.lang == "zh" else kind.en for kind in self.picture.tree.kinds}
        return [names.get(code, code) for code in self.chosen.kinds or ()]
