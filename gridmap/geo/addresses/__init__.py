"""Chinese addresses against a project's own gazetteer (README, Addresses): arrays in, answers out."""

from gridmap.geo.addresses.answers import Doubt, Level, Match, Suggestion
from gridmap.geo.addresses.gazetteer import Gazetteer
from gridmap.geo.addresses.places import Areas, Buildings, Places, Roads, Rooms, Sites
from gridmap.geo.addresses.provinces import above
from gridmap.geo.addresses.writing import normalise

__all__ = [
    "Areas",
    "Buildings",
    "Doubt",
    "Gazetteer",
    "Level",
    "Match",
    "Places",
    "Roads",
    "Rooms",
    "Sites",
    "Suggestion",
    "above",
    "normalise",
]
