"""The mark of a demo district in its project's row: which version of the data it was built from, or that it is not
finished."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from gridmap.store.tables import Project

UNFINISHED = "unfinished"  # stands in place of the version while a demo is being built


def mark(session: Session, version: str) -> None:
    """Note the version once the demo is whole."""
    session.execute(sa.update(Project).values(demo_version=version))
