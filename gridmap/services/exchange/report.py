"""What an import did, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from gridmap.errors import BadFile
from gridmap.services.exchange.problems import Cause


@dataclass(frozen=True, slots=True)
class Guess:
    """A field that nobody mapped and that was recognised by its heading."""

    field: str
    heading: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about the shapes as a whole, with its place.

    `kind`: overlap, gap (a sliver between borders), hole (wider open ground inside), unmatched (borders that run along
    each other without common vertices), border (cleaning moved one), split_block (a part of a block lies in another
    grid than its own), block_without_grid. `codes` are those concerned. `refuses`: it made a row bad.
    """

    kind: str
    codes: tuple[str, ...]
    lon: float
    lat: float
    area_m2: float = 0.0
    refuses: bool = False

    def text(self) -> str:
        at = f"at lon {self.lon:.6f}, lat {self.lat:.6f}"
        codes = ", ".join(self.codes[:4]) + (", ..." if len(self.codes) > 4 else "")
        match self.kind:
            case "overlap":
                return f"{' and '.join(self.codes)} overlap by {self.area_m2:,.2f} m2 {at}"
            case "unmatched":
                return f"the borders of {codes} run along each other without common vertices {at}"
            case "border":
                return f"the border of {codes} is moved by {self.area_m2:,.2f} m2 {at}"
            case "split_block":
                return (
                    f"{self.area_m2:,.2f} m2 of block {self.codes[0]} lie in grid {self.codes[1]}, not in its own, {at}"
                )
            case "block_without_grid":
                return f"{self.area_m2:,.2f} m2 of block {self.codes[0]} lie in no grid {at}"
            case _:
                return f"{self.kind} of {self.area_m2:,.2f} m2 beside {codes} {at}"


@dataclass(slots=True)
class Report:
    """The result of one import. read = stored + known + rejected; located + outside = stored where points are placed.

    `updated` of the stored ones replaced an older row. `placed`: rows of other layers that found a block or grid
    through this import. `questions`: what a person must say yes to (--accept) before it is stored; `findings` has the
    places. `future`: incidents that lie in the future; `by_address`: those placed by their address. `source`: the saved
    source it was read by. `done`: what came of the rows; they join the notes when all is stored. When the file
    `is_refused` as a whole, nothing is stored and every row counts as rejected, `bad` of them for reasons of their own.
    """

    layer: str
    file: str
    sha256: str
    read: int = 0
    stored: int = 0
    known: int = 0
    rejected: int = 0
    located: int = 0
    outside: int = 0
    updated: int = 0
    bad: int = 0
    future: int = 0
    by_address: int = 0
    crs: str = ""
    source: str | None = None
    dry_run: bool = False
    is_refused: bool = False
    batch_uid: str | None = None
    mapping: dict[str, str] = field(default_factory=dict)
    guesses: list[Guess] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    causes: list[Cause] = field(default_factory=list)
    placed: dict[str, int] = field(default_factory=dict)
    questions: list[str] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """The counts that every program may rely on."""
        names: Sequence[str] = ("read", "stored", "known", "rejected", "located", "outside")
        return {name: int(getattr(self, name)) for name in names}

    def json_line(self) -> str:
        """One line of JSON: the counts, and what else is not zero; `findings` with their places."""
        more = {name: int(getattr(self, name)) for name in ("updated", "bad") if getattr(self, name)}
        more_placed = {"placed": self.placed} if self.placed else {}
        flags = {"dry_run": True} if self.dry_run else {}
        found = {"findings": [asdict(finding) for finding in self.findings]} if self.findings else {}
        asked = {"questions": self.questions} if self.questions else {}
        return json.dumps({**self.counts(), **more, **more_placed, **flags, **asked, **found}, ensure_ascii=False)


class RowsRefused(BadFile):
    """A file has bad rows and was not imported; `report` says which."""

    def __init__(self, report: Report) -> None:
        verb = "is" if report.bad == 1 else "are"
        super().__init__(
            f"{report.bad:,} of {report.read:,} rows {verb} bad; nothing of {report.file} was stored.",
            "Correct them, or add --rejects FILE.csv: then the good rows are stored and the bad ones go to that file.",
        )
        self.report = report


class NotAccepted(RowsRefused):
    """A file whose rows are good would do what nobody has said yes to; `report.questions` say what."""

    def __init__(self, report: Report) -> None:
        BadFile.__init__(
            self,
            f"{'; '.join(report.questions)}. Nothing of {report.file} was stored.",
            "Look at the places listed. Correct the file, or add --accept if it is meant so.",
        )
        self.report = report
