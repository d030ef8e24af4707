"""Files in: every layer, from the formats people have, all or nothing, with every row accounted for."""

from gridmap.services.exchange.importer import import_file, require_own_database
from gridmap.services.exchange.layers import LAYERS
from gridmap.services.exchange.report import Finding, Guess, Report, RowsRefused

__all__ = ["LAYERS", "Finding", "Guess", "Report", "RowsRefused", "import_file", "require_own_database"]
