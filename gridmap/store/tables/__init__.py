"""The tables. One database is one project."""

from gridmap.store.tables.base import STORAGE_SRID, Base
from gridmap.store.tables.events import Fix, Incident, Route, Track
from gridmap.store.tables.places import Building, BuildingAlias, Camera, Ground, Household, Site, Street, Unit
from gridmap.store.tables.plans import (
    Area,
    AreaAlias,
    Assignment,
    Block,
    BlockLineage,
    Grid,
    GridOutline,
    GridPlan,
    Post,
    Worker,
)
from gridmap.store.tables.record import Audit, AuditHead, Configuration, Counter, ImportBatch, Job, Project

__all__ = [
    "STORAGE_SRID",
    "Area",
    "AreaAlias",
    "Assignment",
    "Audit",
    "AuditHead",
    "Base",
    "Block",
    "BlockLineage",
    "Building",
    "BuildingAlias",
    "Camera",
    "Configuration",
    "Counter",
    "Fix",
    "Grid",
    "GridOutline",
    "GridPlan",
    "Ground",
    "Household",
    "ImportBatch",
    "Incident",
    "Job",
    "Post",
    "Project",
    "Route",
    "Site",
    "Street",
    "Track",
    "Unit",
    "Worker",
]
