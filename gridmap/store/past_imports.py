"""What lists of past imports say beside the batches themselves."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from gridmap.store.tables.record import ImportBefore


def replaced_rows(session: Session) -> dict[int, int]:
    """Batch id -> how many rows it replaced, whose old content taking it back would return."""
    rows = session.execute(sa.select(ImportBefore.batch_id, sa.func.count()).group_by(ImportBefore.batch_id))
    return {int(batch_id): int(count) for batch_id, count in rows}
