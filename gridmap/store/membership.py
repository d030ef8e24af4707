"""Which rows have one of many values: asked as each database answers it fast.

PostgreSQL takes all values as one array, which it hashes. As thousands of single parameters it would compare every row
with each of them: 80,000 rows against 500 ids took a second. SQLite has no arrays, but looks each value up in the
index; its oldest limit is 999 bound values a query.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

AT_ONCE_SQLITE = 500
AT_ONCE_ARRAY = 50_000  # bounds the message, not the work


def one_of(session: Session, column: Any, values: Sequence[Any]) -> Iterator[sa.ColumnElement[bool]]:
    """Conditions that together ask for all rows whose column has one of the values; one query each."""
    has_arrays = session.get_bind().dialect.name == "postgresql"
    at_once = AT_ONCE_ARRAY if has_arrays else AT_ONCE_SQLITE
    for start in range(0, len(values), at_once):
        part = list(values[start : start + at_once])
        yield column == sa.any_(sa.literal(part, ARRAY(column.type))) if has_arrays else column.in_(part)
