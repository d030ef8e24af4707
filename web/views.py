"""What of the project whoever sent this request may see: the places that the endpoint's right is open to them in."""

from __future__ import annotations

from gridmap.geo.addresses import Gazetteer
from gridmap.services.incident_scope import Fence, fence_of
from gridmap.services.situation import Picture
from gridmap.services.situation.view import View
from web.access import scope
from web.context import running


def view() -> View:
    """Everything that can be asked about what happened; of these places alone."""
    return running().situation.within(scope())


def picture() -> Picture:
    """The present state of these places."""
    return view().picture()


def fence() -> Fence | None:
    """Where these places end, for single incidents; None for who sees all."""
    return fence_of(view())


def gazetteer() -> Gazetteer:
    """What addresses may name in these places."""
    return running().addresses.within(view())
