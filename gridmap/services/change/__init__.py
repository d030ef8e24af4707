"""What is more or less than it was, or than was to be expected, and whether chance explains it.

`report` compares two periods by area and kind, `choropleth` values the grids of a map, `expectation` sets the last
hours beside the same hours of the weeks before.
"""

from gridmap.services.change.choropleth import MEASURES, Choropleth, GridValue, choropleth
from gridmap.services.change.expectation import Beside, Outlook, expectation
from gridmap.services.change.periods import BASES, Compared
from gridmap.services.change.places import LEVELS
from gridmap.services.change.report import GROUPINGS, ChangeReport, ChangeRow, Note, report

__all__ = [
    "BASES",
    "GROUPINGS",
    "LEVELS",
    "MEASURES",
    "Beside",
    "ChangeReport",
    "ChangeRow",
    "Choropleth",
    "Compared",
    "GridValue",
    "Note",
    "Outlook",
    "choropleth",
    "expectation",
    "report",
]
