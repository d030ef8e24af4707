"""Reading OpenStreetMap extracts (.osm, .osm.pbf) through GDAL: for each layer the features that belong to it.

Tags: wiki.openstreetmap.org/wiki/Map_features. What a layer has no field for is kept as GDAL hands it over, in one
column `other_tags`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from gridmap.errors import BadFile
from gridmap.services.exchange.archive import on_disk
from gridmap.services.exchange.files import Source
from gridmap.services.exchange.osm_gaps import Gaps, find_gaps
from gridmap.services.exchange.street_classes import street_class
from gridmap.services.exchange.table import Objects, Table, object_array
from gridmap.services.exchange.vector import table_of

ATTRIBUTION = "OpenStreetMap data, ODbL 1.0: wherever they are shown, say '© OpenStreetMap contributors'."
TAGS = (
    "name", "highway", "building", "building:levels", "addr:street", "addr:housenumber", "natural", "waterway",
    "landuse", "leisure", "railway", "barrier", "tunnel", "amenity", "shop", "office", "tourism", "healthcare",
    "boundary", "admin_level", "ref", "alt_name", "old_name",
)  # fmt: skip
GEOMETRIES = ("points", "lines", "multipolygons")
# GDAL's osmconf.ini: closed ways of these tags are polygons; all others are lines.
CLOSED = (
    "aeroway,amenity,boundary,building,craft,geological,historic,landuse,leisure,man_made,natural,office,place,shop,"
    "sport,tourism,healthcare,waterway=riverbank"
)

Row = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Pick:
    """What of one of GDAL's layers is wanted. `where`: in its SQL. `kind`: a row -> what it is, None to leave it."""

    geometry: str
    where: str
    kind: Callable[[Row], str | None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a layer takes: its picks, the heading of their kind, and further headings with the tags they come from."""

    picks: tuple[Pick, ...]
    kind_heading: str
    headings: Mapping[str, str] = field(default_factory=dict)
    needs_name: bool = False

    def takes_way(self, tags: Mapping[str, str]) -> bool:
        """Whether a way with these tags is one of those wanted."""
        if self.needs_name and not tags.get("name"):
            return False
        row = {tag: tags.get(tag) or None for tag in TAGS}
        return any(pick.kind(row) is not None for pick in self.picks if pick.geometry != "points")


def _street(row: Row) -> str | None:
    value = row["highway"] or ""
    return value if street_class(value) is not None else None


def _building(row: Row) -> str | None:
    return {"yes": "", "no": None}.get(row["building"] or "no", row["building"])


def _ground(row: Row) -> str | None:
    """Water, green, railway or wall; None for what runs below the ground or is none of them."""
    if row["tunnel"] not in (None, "no"):
        return None
    if row["natural"] in ("water", "bay", "wetland") or row["waterway"] in WATERWAYS or row["landuse"] in WATERS:
        return "water"
    if row["railway"] in RAILWAYS:
        return "railway"
    if row["barrier"] in WALLS:
        return "wall"
    is_green = row["leisure"] in GREEN_LEISURE or row["landuse"] in GREEN_LANDUSE or row["natural"] in GREEN_NATURAL
    return "green" if is_green else None


WATERWAYS = ("river", "canal", "stream", "riverbank", "drain", "ditch", "dock")
WATERS = ("reservoir", "basin", "salt_pond", "aquaculture")
RAILWAYS = ("rail", "light_rail", "narrow_gauge", "tram", "monorail")
WALLS = ("wall", "city_wall", "fence", "retaining_wall", "hedge", "guard_rail")
GREEN_LEISURE = ("park", "garden", "nature_reserve", "golf_course", "pitch", "playground")
GREEN_LANDUSE = (
    "forest", "grass", "meadow", "orchard", "village_green", "recreation_ground", "farmland", "cemetery", "vineyard",
    "flowerbed", "plant_nursery",
)  # fmt: skip
GREEN_NATURAL = ("wood", "scrub", "grassland", "heath")
SITE_KINDS = {
    "school": ("school", "kindergarten", "university", "college"),
    "hospital": ("hospital", "clinic", "doctors"),
    "market": ("marketplace", "mall", "supermarket", "department_store"),
    "station": ("station", "bus_station", "ferry_terminal"),
    "enterprise": ("industrial",),
    "police": ("police",),
    "government": ("townhall", "government"),
    "bank": ("bank",),
    "fuel": ("fuel",),
    "worship": ("place_of_worship",),
}
_SITE_OF = {value: kind for kind, values in SITE_KINDS.items() for value in values}
LEVELS = {"6": "district", "8": "street", "10": "community"}  # wiki: Tag:boundary=administrative, China


def _site(row: Row) -> str | None:
    values = (row[tag] for tag in ("amenity", "shop", "railway", "office", "healthcare", "landuse"))
    return next((_SITE_OF[value] for value in values if value in _SITE_OF), None)


def _area(row: Row) -> str | None:
    return LEVELS.get(row["admin_level"] or "")


_GROUND_TAGS = " OR ".join(f'"{tag}" IS NOT NULL' for tag in ("natural", "waterway", "landuse", "leisure"))
_SITE_TAGS = " OR ".join(f'"{tag}" IS NOT NULL' for tag in ("amenity", "shop", "railway", "office", "healthcare"))
WANTED = {
    "streets": Wanted((Pick("lines", '"highway" IS NOT NULL', _street),), "class"),
    "buildings": Wanted(
        (Pick("multipolygons", '"building" IS NOT NULL', _building),),
        "kind",
        {"street_name": "addr:street", "door_number": "addr:housenumber", "floors": "building:levels"},
    ),
    "ground": Wanted(
        (
            Pick("lines", '"waterway" IS NOT NULL OR "railway" IS NOT NULL OR "barrier" IS NOT NULL', _ground),
            Pick("multipolygons", f'{_GROUND_TAGS} OR "barrier" IS NOT NULL', _ground),
        ),
        "kind",
    ),
    "sites": Wanted(
        (
            Pick("points", _SITE_TAGS, _site),
            Pick("multipolygons", f"{_SITE_TAGS} OR \"landuse\" = 'industrial'", _site),
        ),
        "kind",
        needs_name=True,
    ),
    "areas": Wanted(
        (Pick("multipolygons", "\"boundary\" = 'administrative'", _area),),
        "level",
        {"aliases": "alt_name"},
        needs_name=True,
    ),
}


def read_osm(source: Source, target: str) -> Table:
    """The features of an extract that belong to the layer `target`.

    Raises BadFile: damaged, a layer that OpenStreetMap has nothing for, nothing of it in the extract.
    """
    wanted = WANTED.get(target)
    if wanted is None:
        raise BadFile(
            f"An OpenStreetMap file has nothing for {target or 'a layer that is not named'}.",
            f"It can be imported as: {', '.join(WANTED)}.",
        )
    tables: list[Table] = []
    notes = [ATTRIBUTION]
    with on_disk(source) as path, tempfile.TemporaryDirectory(prefix="gridmap-") as folder:
        configuration = Path(folder) / "osmconf.ini"
        configuration.write_text(_configuration(), encoding="ascii")
        for pick in wanted.picks:
            raw = table_of(
                source, path, may_be_empty=True, layer=pick.geometry, where=pick.where, CONFIG_FILE=str(configuration)
            )
            tables.append(_picked(raw, pick, wanted, notes))
        gaps = find_gaps(path, source.format, wanted.takes_way)
    notes += _told(gaps)
    table = _together(tables)
    if not table.n and gaps is not None and gaps.lost:
        raise BadFile(
            f"{source.name} holds no {target} whose nodes are in it: {gaps.lost:,} ways have none or one.",
            "Take an extract with complete ways.",
        )
    if not table.n:
        raise BadFile(f"{source.name} holds no {target}.", "Take an extract that has some.")
    return replace(table, notes=notes)


def _told(gaps: Gaps | None) -> list[str]:
    if gaps is None:
        return ["Whether ways go on beyond the extract was not found out: it is not packed by zlib."]
    return [gaps.note] if gaps.note else []


def _picked(raw: Table, pick: Pick, wanted: Wanted, notes: list[str]) -> Table:
    """The rows of one of GDAL's layers that are wanted, as columns of ours; what is left out is told."""
    tags = [dict(zip(raw.headings, cells, strict=True)) for cells in zip(*raw.columns.values(), strict=True)]
    rows = [_plain(row) for row in tags]
    kinds = [pick.kind(row) for row in rows]
    named = [row["name"] is not None or not wanted.needs_name for row in rows]
    take = np.array([kind is not None and has_name for kind, has_name in zip(kinds, named, strict=True)], bool)
    nameless = sum(kind is not None for kind in kinds) - int(take.sum())
    if nameless:
        notes.append(f"{nameless:,} features without a name are left out ({pick.geometry}).")
    others = len(rows) - int(take.sum()) - nameless
    if others:
        notes.append(f"{others:,} features of other kinds are left out ({pick.geometry}).")
    kept = np.flatnonzero(take).tolist()
    columns: dict[str, list[object]] = {
        "code": [_code(rows[i], pick.geometry) for i in kept],
        "name": [rows[i]["name"] for i in kept],
        wanted.kind_heading: [kinds[i] or None for i in kept],
        **{heading: [_tag(rows[i], tag) for i in kept] for heading, tag in wanted.headings.items()},
        "other_tags": [_other_tags(rows[i]) for i in kept],
    }
    return Table(
        len(kept),
        {heading: object_array(cells) for heading, cells in columns.items()},
        shapes=None if raw.shapes is None else raw.shapes[take],
        crs=raw.crs,
        broken={position: raw.broken[i] for position, i in enumerate(kept) if i in raw.broken},
    )


def _plain(row: Mapping[str, object]) -> dict[str, str | None]:
    return {key: None if value is None or value == "" else str(value) for key, value in row.items()}


def _tag(row: Row, tag: str) -> str | None:
    """A tag as a field takes it; floors that are not counted in whole numbers stay among the other tags alone."""
    value = row[tag]
    return None if tag == "building:levels" and value is not None and not value.isdecimal() else value


def _code(row: Row, geometry: str) -> str:
    """A feature's own number, with what it is: nodes, ways and relations are numbered each for themselves."""
    if geometry == "multipolygons":
        return f"way/{row['osm_way_id']}" if row["osm_way_id"] else f"relation/{row['osm_id']}"
    return f"{'node' if geometry == 'points' else 'way'}/{row['osm_id']}"


def _other_tags(row: Row) -> str | None:
    """What no field takes, in GDAL's notation ("key"=>"value"), with the tags that were looked at here."""
    looked_at = [f'"{tag}"=>"{row[tag]}"' for tag in TAGS if tag != "name" and row.get(tag)]
    return ",".join([*looked_at, *([row["other_tags"]] if row["other_tags"] else [])]) or None


def _together(tables: list[Table]) -> Table:
    """Tables of the same headings as one."""
    first = tables[0]
    columns = {heading: np.concatenate([table.columns[heading] for table in tables]) for heading in first.columns}
    shapes: list[Objects] = [table.shapes for table in tables if table.shapes is not None]
    broken: dict[int, str] = {}
    start = 0
    for table in tables:
        broken |= {start + index: why for index, why in table.broken.items()}
        start += table.n
    return Table(start, columns, shapes=np.concatenate(shapes), crs="EPSG:4326", crs_is_implied=True, broken=broken)


def _configuration() -> str:
    """GDAL's osmconf.ini with the tags that are looked at as columns, named as they are."""
    lines = [f"closed_ways_are_polygons={CLOSED}", "attribute_name_laundering=no"]
    for geometry in (*GEOMETRIES, "multilinestrings", "other_relations"):
        lines += [f"[{geometry}]", "osm_id=yes", f"attributes={','.join(TAGS)}", "other_tags=yes"]
    return "\n".join([*lines, ""])
