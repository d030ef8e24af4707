"""The demo with a million incidents: its own and others drawn around them, written straight into its tables."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from gridmap import config
from gridmap.services import demo
from gridmap.store.engine import Session, open_store

JITTER_DEG = 0.002  # on each side, evenly
ASIDE = ":jitter * random() / 9.3e18"  # SQLite's random() reaches from -2^63 to 2^63
NEW = {
    "id": ":last + 1 + old.id + :step * turn.value",
    "uid": "lower(hex(randomblob(16)))",
    "case_number": "'M' || (:last + 1 + old.id + :step * turn.value)",
    "source_id": "NULL",
    "row_number": "NULL",
    "geom": f"MakePoint(ST_X(old.geom) + {ASIDE}, ST_Y(old.geom) + {ASIDE}, 4326)",
}


def build(folder: Path, incidents: int) -> dict[str, str]:
    """A database of the demo with so many incidents in `folder` -> the settings to serve it with."""
    settings = {"GRIDMAP_DB": f"sqlite:///{folder / 'incidents.db'}", "GRIDMAP_VAR": str(folder / "var")}
    demo.build(config.load(settings), on_progress=_silent)
    store = open_store(settings["GRIDMAP_DB"])
    try:
        with store.write() as session:
            _multiply(session, incidents)
    finally:
        store.close()
    return settings


def _multiply(session: Session, incidents: int) -> None:
    """Every incident again and again, each time a little elsewhere, until there are so many."""
    count, last = session.execute(sa.text("SELECT count(*), max(id) FROM incident")).one()
    names = [row.name for row in session.execute(sa.text("PRAGMA table_info(incident)"))]
    columns = ", ".join(f'"{name}"' for name in names)
    values = ", ".join(NEW.get(name, f'old."{name}"') for name in names)
    turns = "WITH RECURSIVE turn(value) AS (SELECT 0 UNION ALL SELECT value + 1 FROM turn WHERE value < :turns)"
    session.execute(
        sa.text(
            f"{turns} INSERT INTO incident ({columns}) SELECT {values} FROM turn, incident AS old"  # noqa: S608 - names of columns
            " WHERE old.id <= :last LIMIT :missing"
        ),
        {
            "turns": incidents // count,
            "last": last,
            "step": last + 1,
            "jitter": JITTER_DEG,
            "missing": incidents - count,
        },
    )


def _silent(label: str, done: int, total: int) -> None:
    """Progress nobody looks at."""
