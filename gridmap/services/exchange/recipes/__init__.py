"""One module a family of layers: how its rows are checked against what is stored, and stored themselves."""

from gridmap.services.exchange.recipes.areas import AreaRecipe
from gridmap.services.exchange.recipes.base import Recipe
from gridmap.services.exchange.recipes.blocks import BlockRecipe
from gridmap.services.exchange.recipes.grids import GridRecipe
from gridmap.services.exchange.recipes.incidents import IncidentRecipe
from gridmap.services.exchange.recipes.standing import (
    BuildingRecipe,
    CameraRecipe,
    GroundRecipe,
    HouseholdRecipe,
    RouteRecipe,
    SiteRecipe,
    StreetRecipe,
    UnitRecipe,
)
from gridmap.services.exchange.recipes.tracks import TrackRecipe

RECIPES: dict[str, type[Recipe]] = {
    "areas": AreaRecipe,
    "ground": GroundRecipe,
    "blocks": BlockRecipe,
    "grids": GridRecipe,
    "buildings": BuildingRecipe,
    "households": HouseholdRecipe,
    "units": UnitRecipe,
    "sites": SiteRecipe,
    "streets": StreetRecipe,
    "cameras": CameraRecipe,
    "incidents": IncidentRecipe,
    "routes": RouteRecipe,
    "tracks": TrackRecipe,
}

__all__ = ["RECIPES", "Recipe"]
