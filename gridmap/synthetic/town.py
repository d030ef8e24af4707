"""A demo district on a real street network: real streets, everything else invented."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pandas as pd

from gridmap.synthetic.demo import LAST_DAY, Demo, short_names, tabulate
from gridmap.synthetic.district import settle_district
from gridmap.synthetic.naming import TOWN_NAMES
from gridmap.synthetic.town_drawing import area_names, draw_town
from gridmap.synthetic.town_ground import Network, lay_town_ground

TOWN_VERSION = "1"  # of the generator: another one makes another town from the same streets


def make_town(
    network: Network,
    origin: tuple[float, float],
    version: str,
    seed: int,
    *,
    last_day: date = LAST_DAY,
    on_step: Callable[[str], None] = lambda _: None,
) -> Demo:
    """Every layer of a demo on a network in metres about `origin` (lon, lat in degrees).

    Deterministic for network and seed. `version` is what the demo's notes carry. Raises BadInput for a network that is
    too small or in pieces.
    """
    on_step("ground")
    ground = lay_town_ground(network)
    town = draw_town(network, ground, origin, TOWN_NAMES, seed)
    source = pd.DataFrame(area_names(town), columns=["code", "name", "level", "parent_code"])
    shorts = short_names(source)
    on_step("people")
    words = [shorts[s.code].removesuffix("社区") for s in town.sketch.communities]
    district = settle_district(town.sketch, town.drawing, words, seed, town.built)
    on_step("incidents")
    notes = {"demo_version": version, "seed": seed, "last_day": last_day.isoformat(), "synthetic": True}
    return tabulate(town.sketch, district, source, shorts, seed, last_day=last_day, notes=notes, on_step=on_step)
