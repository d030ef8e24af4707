"""What stands in the district: buildings, households, units, sites, streets, cameras, ground; and routes."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gridmap.services.exchange.recipes.base import Columns, Indices, Recipe
from gridmap.services.exchange.recipes.settling import refresh_counts
from gridmap.services.exchange.street_classes import street_class
from gridmap.services.exchange.table import object_array
from gridmap.services.placing import NOWHERE, Placed, Placer, or_none, placer_at
from gridmap.store import areas, importing, places
from gridmap.store.tables import Building, Camera, Ground, Household, Route, Site, Street, Unit


class PlacedRecipe(Recipe):
    """A layer whose rows lie in a block each."""

    @cached_property
    def placer(self) -> Placer:
        return self.job.once("placer", lambda: placer_at(self.job.session, self.job.now))

    @cached_property
    def placed(self) -> Placed:
        """Where all n rows lie; a shape by a point inside it."""
        return self.placer.place_shapes(self.rows.shapes)

    def block_ids(self, take: Indices) -> list[int | None]:
        return or_none(self.placed.block_ids[take])

    def finish(self, stored: Indices) -> None:
        in_grid: NDArray[np.bool_] = self.placed.grid_ids[stored] != NOWHERE
        located = int(in_grid.sum())
        self.job.report.located += located
        self.job.report.outside += len(stored) - located


class BuildingRecipe(PlacedRecipe):
    model = Building

    def check(self) -> None:
        known = self.job.once("areas", lambda: areas.ids_by_code(self.job.session))
        self.compounds = self.resolve("compound_code", known, "area")

    def columns(self, take: Indices) -> Columns:
        plain = ("name", "number", "street_name", "door_number", "kind", "floors", "units")
        return {
            **{name: self.field(name, take) for name in plain},
            "compound_id": self.compounds[take],
            "block_id": self.block_ids(take),
            "geom": self.rows.shapes[take],
        }

    def finish(self, stored: Indices) -> None:
        super().finish(stored)
        names = {self.job.ids[i]: self.rows.fields["aliases"][i] or [] for i in stored.tolist()}
        importing.replace_building_names(self.job.session, names)


class InBuildingRecipe(PlacedRecipe):
    """A layer whose rows may name the building they are in."""

    def check(self) -> None:
        buildings = self.job.once("buildings", lambda: places.ids_by_source(self.job.session, Building))
        self.buildings = self.resolve("building_code", buildings, "building")


class HouseholdRecipe(InBuildingRecipe):
    model = Household

    def check(self) -> None:
        super().check()
        if all(count is None for count in self.rows.fields["count"]):
            self.job.report.notes.append(
                "No column says how many households a row stands for: each is one household (else --map count=COLUMN)."
            )

    def columns(self, take: Indices) -> Columns:
        counts = [1 if count is None else count for count in self.field("count", take)]
        return {
            "building_id": self.buildings[take],
            "block_id": self.block_ids(take),
            "unit": self.field("unit", take),
            "room": self.field("room", take),
            "count": counts,
            "residents": self.field("residents", take),
            "geom": self.rows.shapes[take],
        }

    def conclude(self) -> None:
        refresh_counts(self.job)


class UnitRecipe(InBuildingRecipe):
    model = Unit

    def columns(self, take: Indices) -> Columns:
        return {
            "name": self.field("name", take),
            "kind": self.field("kind", take),
            "building_id": self.buildings[take],
            "block_id": self.block_ids(take),
            "geom": self.rows.shapes[take],
        }


class SiteRecipe(PlacedRecipe):
    model = Site

    def columns(self, take: Indices) -> Columns:
        return {
            "name": self.field("name", take),
            "kind": self.field("kind", take),
            "block_id": self.block_ids(take),
            "geom": self.rows.shapes[take],
        }


class CameraRecipe(PlacedRecipe):
    model = Camera

    def columns(self, take: Indices) -> Columns:
        plain = ("name", "kind", "bearing_deg", "fov_deg", "range_m")
        return {
            **{name: self.field(name, take) for name in plain},
            "block_id": self.block_ids(take),
            "geom": self.rows.shapes[take],
        }


class GroundRecipe(Recipe):
    model = Ground

    def columns(self, take: Indices) -> Columns:
        return {"name": self.field("name", take), "kind": self.field("kind", take), "geom": self.rows.shapes[take]}


class StreetRecipe(Recipe):
    model = Street

    def columns(self, take: Indices) -> Columns:
        given = self.field("class", take)
        classes = [street_class(text) for text in given]
        unknown = sorted({text for text, found in zip(given, classes, strict=True) if found is None})
        if unknown:
            listed = ", ".join(unknown[:8]) + (", ..." if len(unknown) > 8 else "")
            self.job.report.warnings.append(f"Classes of streets that are not known are drawn as lanes: {listed}.")
        return {
            "name": self.field("name", take),
            "street_class": [found or "lane" for found in classes],
            "geom": self.rows.shapes[take],
        }

    def provenance(self, take: Indices) -> Columns:
        """With the class as it was given, beside the one of our four it became."""
        pairs = zip(self.rows.attributes[take], self.field("class", take), strict=True)
        return {**super().provenance(take), "attributes": object_array([{**(a or {}), "class": c} for a, c in pairs])}


class RouteRecipe(Recipe):
    model = Route

    def columns(self, take: Indices) -> Columns:
        return {"name": self.field("name", take), "geom": self.rows.shapes[take]}
