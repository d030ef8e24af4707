"""What a demo is built from: a folder of layers, with the version and the day whose end is `now` in it."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from gridmap.config import DATA_GEO
from gridmap.errors import BadFile
from gridmap.services import project

NAME = "黄石市下陆区（演示）"
ATTRIBUTION = (
    "合成演示数据：名称真实，图形与事件均为虚构 / Synthetic demo data: real names, invented shapes and incidents"
)


@dataclass(frozen=True, slots=True)
class DemoData:
    """The demo's layers in a folder: their version, and the day whose end is `now` in the demo."""

    folder: Path
    version: str
    last_on: dt.date
    name: str = NAME
    attribution: str = ATTRIBUTION

    @property
    def now(self) -> dt.datetime:
        """The last second of the last day, in the district."""
        return dt.datetime.combine(self.last_on, dt.time(23, 59, 59), ZoneInfo(project.DEFAULT_TIME_ZONE))


def demo_data(folder: Path = DATA_GEO) -> DemoData:
    """The demo's layers. Raises BadFile when the folder holds none."""
    try:
        head = json.loads((folder / "demo.json").read_text(encoding="utf-8"))
        return DemoData(
            folder,
            str(head["demo_version"]),
            dt.date.fromisoformat(head["last_day"]),
            head.get("name", NAME),
            head.get("attribution", ATTRIBUTION),
        )
    except (OSError, ValueError, KeyError) as error:
        raise BadFile(
            f"The demo's data in {folder} are missing or damaged ({error}).",
            "Get them back: git checkout data/geo, or make them again: python scripts/make_demo.py",
        ) from None
