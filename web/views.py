"""What of the project whoever sent this request may see: the places that the endpoint's right is open to them in."""

from __future__ import annotations

from flask import request

from gridmap.geo.addresses import Gazetteer
from gridmap.services.incident_scope import Fence, fence_of
from gridmap.services.situation import Picture
from gridmap.services.situation.view import View
from web.access import SCOPED, scope
from web.context import running, whole


def view() -> View:
    """Everything that can be asked about what happened; of these places alone."""
    return running().situation.within(scope(), whole)


def picture() -> Picture:
    """The present state of these places."""
    return view().picture()


def sees_part() -> bool:
    """Whether this page tells of some places only, because whoever asks has posts for no more; for its header."""
    return request.endpoint in SCOPED and not scope().is_whole


def fence() -> Fence | None:
    """Where these places end, for single incidents; None for who sees all."""
    return fence_of(view())


def gazetteer() -> Gazetteer:
    """What addresses may name in these places."""
    return running().addresses.within(view())
