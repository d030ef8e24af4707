"""What is going on: the read model behind the map, its figures and its heat.

`Situation` is one per process and follows the change feed; `Situation.picture()` is one state of the project, of which
every answer of a request is taken.
"""

from gridmap.services.situation.answers import (
    Counts,
    HeatValue,
    Legend,
    Patterns,
    Place,
    Points,
    ProjectFacts,
    Selection,
    Summary,
    Timeline,
)
from gridmap.services.situation.heat import DrawnTile
from gridmap.services.situation.layers import Layer
from gridmap.services.situation.live import Situation
from gridmap.services.situation.picture import Picture
from gridmap.services.situation.records import Changes, IncidentFilter
from gridmap.store.incidents import Page as IncidentPage
from gridmap.store.plans import GridRow

__all__ = [
    "Changes",
    "Counts",
    "DrawnTile",
    "GridRow",
    "HeatValue",
    "IncidentFilter",
    "IncidentPage",
    "Layer",
    "Legend",
    "Patterns",
    "Picture",
    "Place",
    "Points",
    "ProjectFacts",
    "Selection",
    "Situation",
    "Summary",
    "Timeline",
]
