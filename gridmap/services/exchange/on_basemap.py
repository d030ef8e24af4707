"""Whether an import changes what the base map shows: it is drawn anew only then."""

from __future__ import annotations

from gridmap.services.exchange.layers import GRIDS, LAYERS
from gridmap.store import batches
from gridmap.store.batches import Batch
from gridmap.store.engine import Session
from gridmap.store.tables import Block


def is_on_basemap(session: Session, batch: Batch) -> bool:
    """By its layer. Grids themselves are not on it, but grids that came without blocks have brought one each."""
    layer = LAYERS[batch.layer]
    return layer.in_basemap and (layer is not GRIDS or batches.has_rows(session, batch.id, Block))
