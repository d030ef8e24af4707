"""All that gridmap needs in one file, for a machine without any network: see docs/offline.md."""

from gridmap.services.bundle.making import Bundle, make_bundle

__all__ = ["Bundle", "make_bundle"]
