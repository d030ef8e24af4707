"""People who do not exist, for tests of what is kept of people: their names and phones are looked for in every file."""

from __future__ import annotations

import datetime as dt

from gridmap.config import Settings
from gridmap.domain.incidents import IncidentReport, on_day
from gridmap.domain.parties import Contact
from gridmap.services import intake
from gridmap.store.engine import Store
from tests.services import small_world as world

REPORTED_ON = dt.date(2024, 5, 30)


def person(n: int) -> Contact:
    return Contact(f"甲{n:05d}测试人", f"1390000{n:04d}", f"42020019900101{n:04d}")


def reported(store: Store, settings: Settings, contact: Contact | None, *, now: dt.datetime = world.NOW) -> str:
    """An incident in block B3 that this person reported -> its uid."""
    lon, lat = world.in_block(0, 1)
    report = IncidentReport(lon, lat, "order.noise", on_day(REPORTED_ON), reported_at=now, reporter=contact)
    return intake.receive(store, settings, report, actor="local", now=now).uid
