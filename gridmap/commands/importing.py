"""`gridmap import`: a file into a layer, with a report that a person can read and a program can too."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import click

from gridmap.commands.mapping import told_columns
from gridmap.commands.progress import progress_bar
from gridmap.commands.telling import show_new_database
from gridmap.config import Settings, load
from gridmap.errors import BadInput
from gridmap.services.exchange import LAYERS, Report, RowsRefused, import_file, require_own_database
from gridmap.services.exchange.templates import write_template
from gridmap.services.project import open_project

SHOWN = 10  # causes and findings; a report stays one screen long


@click.command("import", epilog=f"LAYER is one of: {', '.join(LAYERS)}.")
@click.argument("layer", type=click.Choice(list(LAYERS)), metavar="LAYER")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE", required=False)
@click.option("--layer", "gpkg_layer", metavar="NAME", help="The layer of a file with several; the file in a ZIP.")
@click.option("--sheet", metavar="NAME", help="The sheet of a workbook that has several.")
@click.option("--heading-rows", type=click.IntRange(1, 4), metavar="N", help="How many lines of headings a table has.")
@click.option("--encoding", metavar="NAME", help="The encoding of texts (UTF-8, GB18030); else it is found out.")
@click.option("--crs", metavar="CRS", help="EPSG:n, gcj02, bd09 or cgcs2000; else what the file says.")
@click.option(
    "--map",
    "mapping",
    multiple=True,
    metavar="FIELD=COLUMN",
    help="Which column is which field; FIELD= for none, FIELD==TEXT for one text in every row. Repeatable.",
)
@click.option("--source", "source_name", metavar="NAME", help="Use the columns and the CRS saved under this name.")
@click.option("--save-source", metavar="NAME", help="Save this file's columns and the CRS told under a name.")
@click.option(
    "--rejects", type=click.Path(path_type=Path), metavar="FILE.csv", help="Store good rows, write bad ones there."
)
@click.option("--update", is_flag=True, help="Replace rows whose source id is stored with other content.")
@click.option("--accept", is_flag=True, help="Say yes to what cleaning drawn grids would change; it is listed first.")
@click.option("--dry-run", is_flag=True, help="Do everything but store; rejects are written.")
@click.option("--json", "as_json", is_flag=True, help="End with one line of JSON with the counts.")
@click.option("--into-demo", is_flag=True, help="Allow it into the demo district's database.")
@click.option(
    "--template", type=click.Path(path_type=Path), metavar="FILE.xlsx", help="Write an empty sheet for LAYER instead."
)
@click.option(
    "--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="The language of its headings."
)
def import_(
    layer: str,
    file: Path | None,
    mapping: tuple[str, ...],
    rejects: Path | None,
    as_json: bool,
    into_demo: bool,
    template: Path | None,
    lang: Literal["zh", "en"],
    **options: Any,
) -> None:
    """Bring a file in as a LAYER: GeoJSON, GeoPackage, Shapefile, KML, FlatGeobuf, GPX, OpenStreetMap (.osm, .pbf),
    Excel, CSV or TSV; also in a ZIP, texts also as .gz.

    All of the file is stored, or nothing, unless --rejects names a file for the bad rows. What was imported before is
    known and not stored again. Columns are recognised by their headings in English and Chinese; what was guessed is
    printed. `gridmap imports` lists what was brought in and takes an import back.
    """
    if template is not None:
        _write_template(layer, template, lang, file)
        return
    if file is None:
        raise BadInput("No file is named.", f"gridmap import {layer} FILE; --template FILE.xlsx writes an empty sheet.")
    settings = load()
    told = told_columns(mapping, "kind=案由")
    require_own_database(settings, into_demo=into_demo)
    if settings.is_demo:
        build_demo(settings)
    store = open_project(settings, on_new=show_new_database)
    try:
        with progress_bar() as tell:
            report = import_file(
                store,
                settings,
                layer,
                file,
                mapping=told,
                rejects=rejects,
                into_demo=into_demo,
                progress=tell,
                **options,
            )
    except RowsRefused as refused:
        _show(refused.report, rejects, as_json=as_json)
        raise
    finally:
        store.close()
    _show(report, rejects, as_json=as_json)


def _write_template(layer: str, path: Path, language: Literal["zh", "en"], file: Path | None) -> None:
    if file is not None:
        raise BadInput("A template is written or a file is imported, not both.", "Leave FILE or --template away.")
    write_template(LAYERS[layer], path, language)
    click.echo(f"{path}: an empty sheet for {layer}. Fill it in, then: gridmap import {layer} {path}")


def build_demo(settings: Settings) -> None:
    """Make sure that there is a demo to import into."""
    from gridmap.services.demo import build  # what draws a district takes a second to load, and few need it

    with progress_bar() as tell:
        build(settings, on_progress=tell)


def _show(report: Report, rejects: Path | None, *, as_json: bool) -> None:
    for line in report_lines(report, rejects):
        click.echo(line)
    if as_json:
        click.echo(report.json_line())


def report_lines(report: Report, rejects: Path | None) -> list[str]:
    """The report for a terminal: columns, remarks, counts, then what is wrong, the most frequent first."""
    source = f", source {report.source}" if report.source else ""
    dry = " (dry run)" if report.dry_run else ""
    lines = [f"{report.file} as {report.layer}, coordinates {report.crs}{source}{dry}"]
    guessed = {guess.field for guess in report.guesses}
    lines += [
        f"  {field:<16} <- {column}{'   (guessed)' if field in guessed else ''}"
        for field, column in report.mapping.items()
    ]
    lines += [f"  Note: {note}" for note in report.notes]
    lines += [f"  Warning: {warning}" for warning in report.warnings]
    lines.append("  " + (_refusal(report) if report.is_refused else _counts(report)))
    if report.placed:
        placed = ", ".join(f"{count:,} {layer}" for layer, count in report.placed.items())
        lines.append(f"  Placed now: {placed}")
    lines += _causes(report)
    if report.findings:
        lines.append(f"  Shapes, {len(report.findings):,} findings:")
        shown = len(report.findings) if report.questions else SHOWN  # who is to say yes sees all of it
        lines += [f"    {finding.text()}" for finding in report.findings[:shown]]
        lines += _and_more(len(report.findings), shown)
    if rejects is not None and report.bad:
        lines.append(f"  The {report.bad:,} rejected rows are in {rejects}")
    if report.batch_uid is not None:
        lines.append(f"  To take it back: gridmap imports undo {report.batch_uid}")
    return lines


def _refusal(report: Report) -> str:
    """The counts of a file refused as a whole: of its rows only the bad ones are a person's business."""
    bad = f"{report.bad:,} of {report.read:,} rows {'is' if report.bad == 1 else 'are'} bad; " if report.bad else ""
    return f"read {report.read:,}   {bad}nothing of the file was stored"


def _counts(report: Report) -> str:
    counts = report.counts()
    if not (counts["located"] or counts["outside"]):
        counts = {name: count for name, count in counts.items() if name not in ("located", "outside")}
    counts |= {"updated": report.updated} if report.updated else {}
    return "   ".join(f"{name} {count:,}" for name, count in counts.items())


def _causes(report: Report) -> list[str]:
    lines = [f"  Bad rows, {report.bad:,}:"] if report.causes else []
    for cause in report.causes[:SHOWN]:
        examples = "; ".join(f"row {row}" + (f": {detail}" if detail else "") for row, detail in cause.examples)
        more = "; ..." if cause.count > len(cause.examples) else ""
        times = f", {cause.times:,} times in all" if cause.times > cause.count else ""
        lines.append(f"    {cause.count:,} x {cause.text}{times} ({examples}{more})")
    return lines + _and_more(len(report.causes))


def _and_more(total: int, shown: int = SHOWN) -> list[str]:
    return [f"    ... and {total - shown:,} more"] if total > shown else []
