"""The linkage page: what has a grid, what has none and why; the same as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping

from flask import Response, render_template, request, stream_with_context
from flask_babel import gettext

from gridmap.errors import BadInput
from gridmap.services import auditing, linkage
from gridmap.services.linkage import Community, Gap, Linkage, Share
from gridmap.services.situation import Picture
from web.access import actor
from web.context import running

PAGE_ROWS = 50
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would run what begins so


def _(text: str) -> str:
    """Marks a text of the catalogue: it is translated where it is shown."""
    return text


LAYER_NAMES = {
    "buildings": _("Buildings"),
    "households": _("Households"),
    "units": _("Units"),
    "incidents": _("Incidents"),
}
REASON_NAMES = {
    "no_block": _("no block here"),
    "block_without_grid": _("block without a grid"),
    "closed_block": _("its block was cut or closed"),
}
BEYOND = _("beyond the district's extent")


def show() -> str:
    """The page. Its address says which layer's list is open, and for what reason: `?layer=&why=&community=&after=`."""
    parts = running()
    picture = parts.situation.picture()
    found = linkage.summary(parts.store, picture)
    layer, why, community = request.args.get("layer"), request.args.get("why"), request.args.get("community")
    if layer not in linkage.LAYERS:
        layer = _first_with_gaps(found)
    page = None
    if found.shares[layer].missing:
        why = why if why in linkage.REASONS else None
        page = linkage.gaps(
            parts.store, picture, layer, reason=why, community=community, after=_after(), limit=PAGE_ROWS
        )
    return render_template(
        "linkage.html",
        here="linkage",
        project=picture.project,
        linkage=found,
        layers=LAYER_NAMES,
        reasons=REASON_NAMES,
        beyond=BEYOND,
        percent=percent,
        layer=layer,
        why=why,
        community=community,
        page=page,
        is_first=not _after(),
    )


def download() -> Response:
    """`?list=unlinked` (every row without a grid) or `?list=communities`, as CSV that spreadsheets read as UTF-8."""
    parts = running()
    picture = parts.situation.picture()
    wanted = request.args.get("list", "unlinked")
    if wanted == "unlinked":
        lines = _gap_lines(linkage.all_gaps(parts.store, picture))
    elif wanted == "communities":
        lines = _community_lines(linkage.summary(parts.store, picture))
    else:
        raise BadInput(f"There is no list '{wanted}'.", "Lists are: unlinked, communities.")
    now = parts.situation.now()
    auditing.record_exported(parts.store, parts.settings, "linkage", {"list": wanted}, actor=actor(), now=now)
    name = f"linkage-{wanted}-{_day(picture)}.csv"
    response = Response(stream_with_context(_as_csv(lines)), mimetype="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def percent(share: Share) -> str:
    """'99.9', '100' or '–'; never 100 while anything is missing."""
    if share.per_mille is None:
        return "–"
    whole, tenth = divmod(share.per_mille, 10)
    return str(whole) if share.missing == 0 else f"{whole}.{tenth}"


def _first_with_gaps(found: Linkage) -> str:
    return next((layer for layer in linkage.LAYERS if found.shares[layer].missing), linkage.LAYERS[0])


def _after() -> int:
    text = request.args.get("after", "0")
    return int(text) if text.isdigit() and len(text) < 18 else 0


def _day(picture: Picture) -> str:
    return picture.project.now_on.isoformat()


def _gap_lines(gaps: Iterable[tuple[str, Gap]]) -> Iterator[list[object]]:
    headings = [
        _("layer"), _("identifier"), _("name"), _("address"), _("households"), _("reason"), _("block"),
        _("community"), _("longitude"), _("latitude"), _("nearest grid"), _("nearest grid's name"), _("metres away"),
    ]  # fmt: skip
    yield [gettext(heading) for heading in headings]
    for layer, gap in gaps:
        row, near = gap.row, gap.nearest
        reason = BEYOND if gap.is_beyond else REASON_NAMES[row.reason]
        yield [
            gettext(LAYER_NAMES[layer]), row.uid, row.name, row.address, row.count if layer == "households" else None,
            gettext(reason), row.block, row.community, f"{gap.lon:.6f}", f"{gap.lat:.6f}",
            near and near.code, near and near.name, near and near.distance_m,
        ]  # fmt: skip


def _community_lines(found: Linkage) -> Iterator[list[object]]:
    measures = [_("linked"), _("total"), _("percent")]
    parts = [f"{gettext(name)} {gettext(measure)}" for name in LAYER_NAMES.values() for measure in measures]
    yield [gettext(_("code")), gettext(_("community")), gettext(_("street")), *parts]
    whole = Community(None, None, gettext(_("whole district")), None, found.shares)
    for community in [whole, *found.communities]:
        name = community.name or gettext(_("in no community"))
        yield [community.code, name, community.street, *_figures(community.shares)]


def _figures(shares: Mapping[str, Share]) -> Iterator[object]:
    for layer in LAYER_NAMES:
        share = shares[layer]
        yield from (share.linked, share.total, None if share.per_mille is None else percent(share))


def _as_csv(lines: Iterable[list[object]]) -> Iterator[str]:
    """Lines of text; the mark at the beginning makes spreadsheets read UTF-8."""
    yield "\ufeff"
    for line in lines:
        out = io.StringIO()
        csv.writer(out).writerow([_plain(cell) for cell in line])
        yield out.getvalue()


def _plain(cell: object) -> object:
    return "'" + cell if isinstance(cell, str) and cell.startswith(FORMULA) else cell
