"""Blocks made from streets, water, railways and walls: planned, written to an editable file, stored when asked."""

from gridmap.geo.blocks import MIN_AREA_M2, MIN_WIDTH_M
from gridmap.services.blocking.making import Options, PlannedBlocks, plan_blocks
from gridmap.services.blocking.scratch import Files, ground_of_files
from gridmap.services.blocking.storing import plan_and_write
from gridmap.services.blocking.summary import Summary

__all__ = [
    "MIN_AREA_M2",
    "MIN_WIDTH_M",
    "Files",
    "Options",
    "PlannedBlocks",
    "Summary",
    "ground_of_files",
    "plan_and_write",
    "plan_blocks",
]
