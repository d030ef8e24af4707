"""Gatherings of incidents that are new: the report a page asks for, and the job that makes it."""

from gridmap.services.gatherings.asking import Standing, ask, standing

__all__ = ["Standing", "ask", "standing"]
