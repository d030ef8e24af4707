"""The settings of an organisation: read, changed as a whole, each change a version that can be returned to."""

from gridmap.services.settings.calendar_file import days_of, write_days
from gridmap.services.settings.changing import Changed, change, faults, return_to
from gridmap.services.settings.current import SettingsInForce, at_version, read
from gridmap.services.settings.differences import Difference, differences
from gridmap.services.settings.history import PastVersion, history
from gridmap.services.settings.problems import Problem, SettingsRefused
from gridmap.services.settings.toml_file import from_toml, to_toml

__all__ = [
    "Changed",
    "Difference",
    "PastVersion",
    "Problem",
    "SettingsInForce",
    "SettingsRefused",
    "at_version",
    "change",
    "days_of",
    "differences",
    "faults",
    "from_toml",
    "history",
    "read",
    "return_to",
    "to_toml",
    "write_days",
]
