"""What is wrong with proposed settings is named by its field, everything at once; and what differs is told."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from gridmap.config import Settings
from gridmap.services import settings as service
from gridmap.services.project import first_configuration
from gridmap.services.settings.changing import problems_of

Content = dict[str, Any]
HERE = Settings(db="sqlite://", var=Path("nowhere"), is_demo=False)


def problems(*, used: tuple[str, ...] = (), **sections: Any) -> dict[str, str]:
    """Field -> what is wrong with what a new project has, less these sections; areas have codes already."""
    before = first_configuration()
    found = problems_of({**before, **sections}, before, HERE, used=used, has_areas=True)
    return {each.field: each.message for each in found}


def test_nothing_is_wrong_with_what_a_project_begins_with() -> None:
    assert problems() == {}


def kind(code: str, zh: str = "新", en: str = "New", **more: Any) -> Content:
    return {"code": code, "zh": zh, "en": en, "children": [], **more}


@pytest.mark.parametrize(
    ("new", "field", "why"),
    [
        (kind("a.b"), "kind/a.b/code", "has the code"),
        (kind("Ab"), "kind/Ab/code", "has the code"),
        (kind(""), "kind//code", "has no code"),
        (kind("dispute"), "kind/dispute/code", "stands for 2 kinds"),
        (kind("x", zh=" "), "kind/x/zh", "no Chinese name"),
        (kind("x", en=""), "kind/x/en", "no English name"),
        (kind("x", zh="邻里纠纷"), "kind/x/zh", "Several kinds"),
        (kind("x", children=[kind("y.z", "别", "Other")]), "kind/y.z/code", "lies below"),
        (kind("x", colour="red"), "kind", "no list of tables"),
    ],
)
def test_what_is_wrong_with_a_kind_is_named(
    new: Content, field: str, why: str
) -> None:
    assert why in problems(kind=[*first_configuration()["kind"], new])[field]


@pytest.mark.parametrize(
    ("sections", "field"),
    [
        ({"band": {"low": 900, "high": 800, "counted": "residents"}}, "band/high"),
        ({"band": {"low": 0, "high": 800, "counted": "residents"}}, "band/low"),
        ({"band": {"low": 1, "high": 8, "counted": "cats"}}, "band/counted"),
        ({"heat": {"bandwidth_m": 250, "bandwidths_m": [100, 200]}}, "heat/bandwidth_m"),
        ({"heat": {"bandwidth_m": 200, "bandwidths_m": [200, 100]}}, "heat/bandwidths_m"),
        ({"accounts": {"dormant_days": 5}}, "accounts/dormant_days"),
        ({"accounts": {"dormant_days": "x"}}, "accounts/dormant_days"),
        ({"codes": {"district": 6, "street": 3, "community": 3, "grid": 4}}, "codes"),
        ({"calendar": {"weekdays": [], "closes_at": "17:30", "day": []}}, "calendar/weekdays"),
        ({"calendar": {"weekdays": [1], "closes_at": "25:00", "day": []}}, "calendar/closes_at"),
        ({"calendar": {"weekdays": [1], "closes_at": "17:30", "day": [{"on": "2026-13-01"}]}}, "calendar/day"),
        ({"colours": {}}, "colours"),
        ({"kind": "x"}, "kind"),
        ({"grade": []}, "grade"),
        ({"map": []}, "map"),
    ],
)
def test_what_is_wrong_with_a_section_is_named(
    sections: Content, field: str
) -> None:
    assert field in problems(**sections)


BASEMAP = {**first_configuration()["basemap"], "source": "address", "credit": "测绘院"}
INNER = "http://10.1.2.3:8080/t/{z}/{x}/{y}.png"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"address": INNER, "datum": "gcj02"}, "basemap/datum"),
        ({"address": INNER, "datum": "bd09"}, "basemap/datum"),
        ({"address": INNER, "credit": ""}, "basemap/credit"),
        ({"address": INNER, "min_zoom": 9, "max_zoom": 3}, "basemap/max_zoom"),
        ({"address": "http://tiles.example.com/{z}/{x}/{y}.png"}, "basemap/is_own_network"),
        ({"address": "ftp://10.0.0.1/{z}/{x}/{y}"}, "basemap/address"),
        ({"source": "file", "file": "none.mbtiles"}, "basemap/file"),
        ({"source": "file", "file": "../../secret.tif"}, "basemap/file"),
        ({"source": "web"}, "basemap/source"),
        ({"source": "none", "min_zoom": ""}, "basemap/max_zoom"),
        ({"source": "none", "max_zoom": "18"}, "basemap/max_zoom"),
        ({"source": "none", "file": None}, "basemap/file"),
    ],
)
def test_what_is_wrong_with_a_base_map_is_named(
    changed: Content, field: str
) -> None:
    assert field in problems(basemap={**BASEMAP, **changed})


def test_differences_call_only_what_differs() -> None:
    before, after = first_configuration(), copy.deepcopy(first_configuration())
    assert service.differences(before, after) == []
    after["kind"][0]["children"].reverse()
    after["calendar"]["day"] = [{"on": "2026-10-01", "kind": "holiday", "name": "国庆节"}]
    found = {each.path: each.after for each in service.differences(before, after)}
    assert set(found) == {"kind/dispute/order", "calendar/day/2026-10-01"}
    assert found["calendar/day/2026-10-01"] == "holiday 国庆节"
