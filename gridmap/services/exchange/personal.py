"""Personal columns of a file: what is stored of them is sealed, what nobody asked for is not stored."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from gridmap.domain.masking import STARS
from gridmap.domain.parties import FIELDS, Contact
from gridmap.errors import BadInput
from gridmap.services.exchange.columns import Columns
from gridmap.services.exchange.layers import Layer
from gridmap.services.exchange.table import Objects, Table, folded, object_array
from gridmap.services.privacy.sealer import cells_digest
from gridmap.services.privacy.showing import MASKS

LAYERS_OF_PEOPLE = {"incidents", "households"}
REPORTER = "reporter_"
SEALED_CELLS = "\x1dsealed"  # no heading is called so
_PERSONAL = re.compile(
    r"姓名|电话|手机|身份证|证件号|联系人|联系方式|当事人|报案人|报警人|上报人|户主|phone|mobile|^tel$|idcard|passport"
)


def sealed_fields(layer: Layer) -> list[str]:
    return [field.name for field in layer.fields if field.is_sealed]


def left_out(layer: Layer, table: Table, columns: Columns) -> list[str]:
    """Headings that no field took and that promise names, phones or numbers of people: they are not kept."""
    if layer.name not in LAYERS_OF_PEOPLE:
        return []
    return [heading for heading in columns.unused(table) if _PERSONAL.search(folded(heading))]


def require_no_constant(layer: Layer, columns: Columns) -> None:
    """A text for all rows stands in the import's record, where nothing personal belongs. Raises BadInput."""
    told = [name for name in sealed_fields(layer) if name in columns.constants]
    if told:
        raise BadInput(
            f"{told[0]} is personal: it cannot be one text for all rows.", "Name a column for it, or leave it out."
        )


def with_digests(layer: Layer, fields: Mapping[str, Objects], attributes: Objects, key: bytes) -> Objects:
    """What the digests of rows are made of beside the open fields: attributes, and of the sealed cells a keyed digest.

    A row without such cells has the digest it had before there were such fields.
    """
    cells = [fields[name].tolist() for name in sealed_fields(layer)]
    if not any(any(column) for column in cells):
        return attributes
    rows = zip(attributes.tolist(), zip(*cells, strict=True), strict=True)
    return object_array(
        [{**(given or {}), SEALED_CELLS: cells_digest(key, row)} if any(row) else given for given, row in rows]
    )


def contacts(fields: Mapping[str, Objects], good: NDArray[np.bool_]) -> dict[int, Contact]:
    """Row -> who reported its incident, of the `good` rows (bool[n]) that say something of them."""
    columns = [fields[f"{REPORTER}{name}"].tolist() for name in FIELDS]
    if not any(any(column) for column in columns):
        return {}
    rows = enumerate(zip(*columns, strict=True))
    return {index: Contact(**dict(zip(FIELDS, row, strict=True))) for index, row in rows if good[index] and any(row)}


def masked_sample(layer: Layer, columns: Columns, table: Table, rows: list[list[str]]) -> list[list[str]]:
    """A few rows as they came, their personal cells masked: also where nobody has said yet what they are."""
    chosen = {columns.chosen[name]: name for name in sealed_fields(layer) if name in columns.chosen}
    masks = {heading: MASKS[name.removeprefix(REPORTER)] for heading, name in chosen.items()}
    masks |= dict.fromkeys(left_out(layer, table, columns), lambda _: STARS)
    if not masks:
        return rows
    # a row that could not be parted into cells is shown as it is, to be understood
    return [_masked(row, table.headings, masks) if len(row) == len(table.headings) else row for row in rows]


def _masked(row: list[str], headings: list[str], masks: Mapping[str, Callable[[str], str]]) -> list[str]:
    cells = zip(headings, row, strict=True)
    return [masks[heading](cell) if heading in masks and cell else cell for heading, cell in cells]
