"""Many values asked for at once: every row that has one of them, on both databases."""

from __future__ import annotations

import sqlalchemy as sa

from gridmap.store.engine import Store
from gridmap.store.membership import one_of
from gridmap.store.tables import Counter


def test_all_rows_with_one_of_many_values(store: Store) -> None:
    with store.write() as session:
        session.add_all(Counter(name=f"n{i}", value=i) for i in range(1_300))
        session.flush()
        wanted = [f"n{i}" for i in range(0, 2_000, 2)]
        found = [
            name
            for among in one_of(session, Counter.name, wanted)
            for name in session.scalars(sa.select(Counter.name).where(among))
        ]
        by_number = [
            value
            for among in one_of(session, Counter.value, [3, 1_299, 5_000])
            for value in session.scalars(sa.select(Counter.value).where(among))
        ]
        assert list(one_of(session, Counter.name, [])) == []
    assert sorted(found) == sorted(f"n{i}" for i in range(0, 1_300, 2))
    assert sorted(by_number) == [3, 1_299]
