"""An incident's place by its address text: one place that is sure, or a person's choice."""

from __future__ import annotations

import math

from gridmap.errors import AmbiguousPlace
from gridmap.geo.addresses import Gazetteer, Level, Match

DIGITS = 7  # of a degree: a centimetre
COARSE_M = 300.0  # a point that may lie farther off says a neighbourhood, not a place
FINER = "Add the compound and building, a door number or a crossing, or choose its point yourself: send lon and lat."
CHOOSE = "Choose one of the alternatives and send its lon and lat, or put the point on the map."


def is_sure(match: Match) -> bool:
    """Whether an answer is the one place meant; it may still be a large one."""
    return match.accepted and math.isfinite(match.lon)


def is_coarse(match: Match) -> bool:
    """Whether an answer says only roughly where, so that no incident is placed by it without a person."""
    return match.uncertainty_m > COARSE_M


def placed_address(gazetteer: Gazetteer, address: str) -> Match:
    """The one place that an address means.

    Raises AmbiguousPlace for a text that may mean several places, none that is known, or one as large as a district or
    a long road: never a guess. Its `details` hold the `alternatives` (text, level, lon, lat, uncertainty_m, score,
    within), the likeliest first.
    """
    match = gazetteer.match(address)
    if is_sure(match) and not is_coarse(match):
        return match
    likely = [match, *match.alternatives] if match.level != Level.NONE else list(match.alternatives)
    alternatives = [_said(one) for one in likely if math.isfinite(one.lon)]
    details = {"alternatives": alternatives}
    if is_sure(match):
        told = f"The address '{address}' only tells roughly where: up to {match.uncertainty_m:,.0f} m from its middle."
        raise AmbiguousPlace(told, FINER, details=details)
    what = "may mean several places" if alternatives else "is not known here"
    raise AmbiguousPlace(f"The address '{address}' {what}.", CHOOSE, details=details)


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
