"""Layers out: every layer to GeoPackage, GeoJSON, CSV and XLSX, in a form that an import reads back without loss."""

from gridmap.services.exporting.choosing import Choice
from gridmap.services.exporting.export import Exported, export_layer, write_sheet

__all__ = ["Choice", "Exported", "export_layer", "write_sheet"]
