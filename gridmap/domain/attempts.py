"""Failed sign-ins: each next try must wait longer, and ten in a row lock the name for a quarter of an hour.

The rule is of a name, whether an account has it or not: who tries learns nothing from waiting.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

FREE = 2  # slips of the finger that cost nothing
LONGEST_S = 60
LOCKED_AFTER = 10
LOCKED_FOR = dt.timedelta(minutes=15)
FORGOTTEN_AFTER = dt.timedelta(days=1)  # without another failure


@dataclass(frozen=True, slots=True)
class Attempts:
    """The failures of one name since it last signed in or was locked."""

    failures: int = 0
    failed_at: dt.datetime | None = None
    locked_until: dt.datetime | None = None

    def wait_s(self, now: dt.datetime) -> int:
        """Whole seconds until the next try is looked at; 0: now."""
        until = self.locked_until
        if self.failed_at is not None and self.failures > FREE and not self._is_forgotten(now):
            delay_s = min(LONGEST_S, 2 ** (self.failures - FREE - 1))
            until = max(filter(None, (until, self.failed_at + dt.timedelta(seconds=delay_s))))
        return 0 if until is None else max(0, math.ceil((until - now).total_seconds()))

    def after_failure(self, now: dt.datetime) -> Attempts:
        """One failure more; the tenth locks and begins anew."""
        failures = 1 if self._is_forgotten(now) else self.failures + 1
        if failures >= LOCKED_AFTER:
            return Attempts(0, now, now + LOCKED_FOR)
        return Attempts(failures, now)

    def _is_forgotten(self, now: dt.datetime) -> bool:
        return self.failed_at is not None and now - self.failed_at > FORGOTTEN_AFTER
