"""What is written down beside a change of an incident: a line of its story, an entry of the audit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gridmap.config import Settings
from gridmap.store import audit, stories
from gridmap.store.engine import Session


@dataclass(frozen=True, slots=True)
class Record:
    """Who changes incidents, and when."""

    settings: Settings
    actor: str
    now: dt.datetime

    def tell(self, session: Session, incident_id: int, action: str, content: Mapping[str, Any]) -> None:
        """One more line of the story."""
        stories.add_line(session, incident_id, at=self.now, actor=self.actor, action=action, content=content)

    def audit(self, session: Session, action: str, uid: str, fields: Mapping[str, object]) -> None:
        """The entry of the change, the last step of its transaction."""
        audit.append(
            session,
            actor=self.actor,
            action=f"incident.{action}",
            entity="incident",
            entity_uid=uid,
            fields=fields,
            secret=self.settings.secret(),
            at=self.now,
        )
