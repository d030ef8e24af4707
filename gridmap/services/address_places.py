"""An incident's place by its address text: one place that is sure, or a person's choice."""

from __future__ import annotations

import math

from gridmap.errors import AmbiguousPlace
from gridmap.geo.addresses import Gazetteer, Level, Match

DIGITS = 7  # of a degree: a centimetre


def placed_address(gazetteer: Gazetteer, address: str) -> Match:
    """The one place that an address means.

    Raises AmbiguousPlace for a text that may mean several places, or none that is known: never a guess. Its `details`
    hold the `alternatives` (text, level, lon, lat, uncertainty_m, score, within), the likeliest first.
    """
    match = gazetteer.match(address)
    if match.accepted and math.isfinite(match.lon):
        return match
    likely = [match, *match.alternatives] if match.level != Level.NONE else list(match.alternatives)
    alternatives = [_said(one) for one in likely if math.isfinite(one.lon)]
    what = "may mean several places" if alternatives else "is not known here"
    raise AmbiguousPlace(
        f"The address '{address}' {what}.",
        "Choose one of the alternatives and send its lon and lat, or put the point on the map.",
        details={"alternatives": alternatives},
    )


def _said(match: Match) -> dict[str, object]:
    return {
        "text": match.name,
        "level": str(match.level),
        "lon": round(match.lon, DIGITS),
        "lat": round(match.lat, DIGITS),
        "uncertainty_m": round(match.uncertainty_m, 1) if math.isfinite(match.uncertainty_m) else None,
        "score": round(match.score, 3),
        "within": match.within or None,
    }
