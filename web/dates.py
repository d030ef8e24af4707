"""Dates as a page writes them: 2026-06-30 in Chinese, 30 Jun 2026 in English (as js/ui/dates.js does)."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from babel.dates import format_date

from web.i18n import language

BRITISH = "en_GB"


def day(on: dt.date | str) -> str:
    """A day; a text is one of the form 2026-06-30."""
    on = dt.date.fromisoformat(on) if isinstance(on, str) else on
    return format_date(on, "d MMM y", BRITISH) if language() == "en" else on.isoformat()


def month(on: dt.date) -> str:
    return format_date(on, "MMM y", BRITISH) if language() == "en" else f"{on:%Y-%m}"


def instant(at: dt.datetime, time_zone: str) -> str:
    """By the project's clock, to the minute."""
    local = at.astimezone(ZoneInfo(time_zone))
    return f"{day(local.date())}{', ' if language() == 'en' else ' '}{local:%H:%M}"
