"""What a heat file says, whatever its form: gathered once from one picture of the project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gridmap import __version__
from gridmap.services.reporting.texts import WORDS, Lang
from gridmap.services.situation import Counts, Legend, Picture, Selection
from gridmap.services.situation.period import Period


@dataclass(frozen=True, slots=True)
class HeatReport:
    """A selection of a picture's incidents at one bandwidth, with the words of one language."""

    picture: Picture
    chosen: Selection
    bandwidth_m: float
    counts: Counts
    legend: Legend
    lang: Lang

    @classmethod
    def of(cls, picture: Picture, chosen: Selection, bandwidth_m: float | None, lang: Lang) -> HeatReport:
        """Raises BadInput for an unknown kind or a period that ends before it begins."""
        bandwidth_m = bandwidth_m or picture.heat.usual_m
        legend = picture.legend(chosen.kinds, bandwidth_m, "light")
        return cls(picture, chosen, bandwidth_m, picture.counts(chosen), legend, lang)

    @property
    def words(self) -> Mapping[str, str]:
        return WORDS[self.lang]

    @property
    def period(self) -> Period:
        return self.counts.period

    @property
    def title(self) -> str:
        name = self.picture.project.name
        return self.words["title"].format(name=name) if name else self.words["title_unnamed"]

    @property
    def lines(self) -> tuple[str, str]:
        """Period with the number of incidents, then kinds with the bandwidth."""
        words, counts = self.words, self.counts
        count = words["count"].format(count=f"{counts.total:,}") if counts.total else words["empty"]
        if counts.month_rows:
            count += words["comma"] + words["month_rows"].format(count=f"{counts.month_rows:,}")
        period = words["period"].format(from_on=self.period.from_on, to_on=self.period.to_on)
        kinds = words["kinds"].format(kinds=words["join"].join(self._kind_names()) or words["all_kinds"])
        return f"{period}  ·  {count}", f"{kinds}  ·  " + words["bandwidth"].format(bandwidth_m=self.bandwidth_m)

    @property
    def note(self) -> str | None:
        """What nobody may overlook: that the data are invented."""
        return self.words["synthetic"] if self.picture.project.is_synthetic else None

    @property
    def small(self) -> tuple[str, ...]:
        """Attribution, map approval number, and what made the file."""
        project, words = self.picture.project, self.words
        approval = project.approval_number or words["no_approval"]
        lines = (project.attribution, words["approval"].format(number=approval))
        return (*(line for line in lines if line), words["generated"].format(version=__version__))

    def _kind_names(self) -> list[str]:
        names = {kind.code: kind.zh if self.lang == "zh" else kind.en for kind in self.picture.tree.kinds}
        return [names.get(code, code) for code in self.chosen.kinds or ()]
