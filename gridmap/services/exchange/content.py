"""What a row says, reduced to a digest: by it the same row is known again, whatever file it comes in."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmap.services.exchange.columns import Columns
from gridmap.services.exchange.exported import ATTRIBUTES, attributes_in
from gridmap.services.exchange.table import Objects, Table, object_array, text_of

DIGEST_BYTES = 16
STEPS_PER_DEG = 1e7  # 1 cm: the last digits of a coordinate depend on the road it came by, not on the place


def attributes_of(table: Table, columns: Columns, without: Collection[str] = ()) -> Objects:
    """The columns no field took -> n dicts by heading, without empty cells; None where nothing is left. The headings
    of `without` are not kept.

    A file that gridmap wrote holds the attributes of a row in one cell; a column of its own wins over what is there.
    """
    headings = [heading for heading in columns.unused(table) if heading != ATTRIBUTES and heading not in without]
    kept = [attributes_in(cell) for cell in _readable_attributes(table)]
    for heading in headings:
        for given, value in zip(kept, table.columns[heading].tolist(), strict=True):
            if value is not None and value != "":
                given[heading] = value
    return object_array([given or None for given in kept])


def _readable_attributes(table: Table) -> list[object]:
    cells = table.columns[ATTRIBUTES].tolist() if ATTRIBUTES in table.columns else [None] * table.n
    return [None if index in table.broken else cell for index, cell in enumerate(cells)]


def digests(fields: Mapping[str, Objects], shapes: Objects, attributes: Objects) -> Objects:
    """n rows -> n digests of 16 bytes: SHA-256 over fields, shape (to 1 cm) and attributes, names in order."""
    names = sorted(fields)
    head = "\x1f".join(names)
    columns = [fields[name].tolist() for name in names]
    shape_bytes = shapely.to_wkb(_rounded(shapes), byte_order=1)
    out = []
    for values, shape, extra in zip(zip(*columns, strict=True), shape_bytes, attributes, strict=True):
        rest = sorted((name, text_of(value)) for name, value in extra.items()) if extra else ()
        text = f"{head}\x1e{values!r}\x1e{rest!r}"
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass"))
        digest.update(shape or b"")
        out.append(digest.digest()[:DIGEST_BYTES])
    return object_array(out)


def combined_digest(parts: Iterable[bytes]) -> bytes:
    """The digest of several rows that make one thing together, in their order."""
    return hashlib.sha256(b"".join(parts)).digest()[:DIGEST_BYTES]


def _rounded(shapes: Objects) -> Objects:
    def steps(coords: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.rint(coords * STEPS_PER_DEG) + 0.0  # no negative zero

    out: Objects = np.asarray(shapely.transform(shapes, steps), dtype=object)
    return out
