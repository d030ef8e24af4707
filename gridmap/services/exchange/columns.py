"""Which column of a file is which field of a layer: as told, else guessed from the headings, and always said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gridmap.errors import BadFile, BadInput
from gridmap.services.exchange.layers import LAT, LON, PLACE_FIELDS, WKT, Field, Layer
from gridmap.services.exchange.table import Objects, Table, folded, object_array, text_of

# Ids of what a row was made from, or of a table it was kept in: several rows may rightly have the same.
LENT_IDS = frozenset(map(folded, ("osm_id", "geoid", "geoid20", "objectid", "gid", "code")))


@dataclass(frozen=True, slots=True)
class Columns:
    """`chosen`: field -> heading. `constants`: field -> one value for all rows. `guessed`: fields nobody named."""

    chosen: dict[str, str]
    constants: dict[str, str]
    guessed: tuple[str, ...]
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def values(self, table: Table, field: str) -> Objects | None:
        """The n raw values of a field, or None when nothing is mapped to it."""
        if field in self.constants:
            return object_array([self.constants[field]] * table.n)
        return table.columns[self.chosen[field]] if field in self.chosen else None

    def unused(self, table: Table) -> list[str]:
        """Headings that no field took; they are kept as attributes."""
        taken = set(self.chosen.values())
        return [heading for heading in table.headings if heading not in taken]


def choose(layer: Layer, table: Table, told: Mapping[str, str]) -> Columns:
    """Map fields to columns. `told`: field -> heading, "" for no column, "=text" for the same text in every row.

    Raises BadInput for a field or column that does not exist, BadFile when a required field has no column.
    """
    columns = propose(layer, table, told)
    _require(layer, table, columns)
    return columns


def propose(layer: Layer, table: Table, told: Mapping[str, str]) -> Columns:
    """As `choose`, also when required fields are left without a column. Raises BadInput."""
    fields = [*layer.fields, *(PLACE_FIELDS if table.shapes is None else ())]
    chosen, constants = _as_told(layer, fields, table, told)
    notes: list[str] = []
    warnings: list[str] = []
    guessed: list[str] = []
    free = [heading for heading in table.headings if heading not in chosen.values()]
    for field in fields:  # a heading that is the field's own name is never another field's guess
        own = [heading for heading in free if folded(field.name) in _readings(table, heading)]
        if own and field.name not in told:
            chosen[field.name] = own[0]
            free.remove(own[0])
    for field in fields:
        if field.name in told or field.name in chosen:
            continue
        heading = _guess(field, table, free)
        if heading is None:
            continue
        if not _may_be(field, layer, table, heading, notes, warnings):
            continue
        chosen[field.name] = heading
        guessed.append(field.name)
        free.remove(heading)
    open_fields = [field for field in fields if field.name not in told and field.name not in chosen]
    for name, heading in _of_cut(open_fields, table, free, notes).items():
        field = next(field for field in open_fields if field.name == name)
        if _may_be(field, layer, table, heading, notes, warnings):
            chosen[name] = heading
            guessed.append(name)
    return Columns(chosen, constants, tuple(guessed), tuple(notes), tuple(warnings))


def layer_field(fields: list[Field], name: str) -> Field:
    """The field of that name."""
    return next(field for field in fields if field.name == name)


def _readings(table: Table, heading: str) -> list[str]:
    """A heading as it is compared; one joined from several lines also by its lowest line alone."""
    lines = table.parts.get(heading, ())
    return [folded(heading), *([folded(lines[-1])] if lines else [])]


def _may_be(field: Field, layer: Layer, table: Table, heading: str, notes: list[str], warnings: list[str]) -> bool:
    """Whether a column that looks like ids holds ids.

    One named so may have some repeats: these are for the rows to answer for. It holds none where more than half of the
    rows have no id of their own. What is an id of something else is one here only if every row has its own.
    """
    if field.name != layer.id_field or field.required:
        return True
    n, without = _without_own(table, heading)
    if without == 0:
        return True
    if folded(heading) in LENT_IDS:
        notes.append(f"Column '{heading}' is not taken as {field.name}: it has gaps or repeats.")
        return False
    if 2 * without > n:
        warnings.append(
            f"Column '{heading}' is not taken as {field.name}: {without:,} of {n:,} rows have no value of their own "
            f"in it. If it is the id nevertheless, say so: --map {field.name}={heading}"
        )
        return False
    return True


def _of_cut(fields: list[Field], table: Table, free: list[str], notes: list[str]) -> dict[str, str]:
    """Field -> heading for headings that were cut short and can be the beginning of one field's name only."""
    found: dict[str, str] = {}
    for heading in [heading for heading in free if heading in table.cut]:
        beginning = folded(heading)
        possible = [
            field.name
            for field in fields
            if any(folded(name).startswith(beginning) for name in (field.name, *field.synonyms))
        ]
        if len(possible) > 1:
            listed = " or ".join(possible)
            notes.append(f"Column '{heading}' was cut and may be {listed}: say which, --map {possible[0]}={heading}")
        elif possible and possible[0] not in found:
            found[possible[0]] = heading
    return found


def _as_told(
    layer: Layer, fields: list[Field], table: Table, told: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    chosen: dict[str, str] = {}
    constants: dict[str, str] = {}
    known = [field.name for field in fields]
    for name, heading in told.items():
        if name not in known:
            raise BadInput(f"The layer {layer.name} has no field '{name}'.", f"Its fields are: {', '.join(known)}.")
        if heading.startswith("="):
            constants[name] = heading[1:]
        elif heading:
            if heading not in table.columns:
                listed = ", ".join(table.headings)
                raise BadInput(f"The file has no column '{heading}' (for {name}).", f"Its columns are: {listed}.")
            chosen[name] = heading
    return chosen, constants


def _guess(field: Field, table: Table, free: list[str]) -> str | None:
    """The heading that matches the best synonym; None when there is none."""
    by_reading: dict[str, str] = {}
    for heading in free:
        for reading in _readings(table, heading):
            by_reading.setdefault(reading, heading)
    return next((by_reading[folded(s)] for s in field.synonyms if folded(s) in by_reading), None)


def _without_own(table: Table, heading: str) -> tuple[int, int]:
    """How many rows could be read, and how many of them have no value there or that of a row before.

    A column without any value is as good an id as any: nothing speaks against it.
    """
    texts = [text_of(value) for index, value in enumerate(table.columns[heading]) if index not in table.broken]
    distinct = len(set(texts) - {None})
    return len(texts), len(texts) - distinct if distinct else 0


def _require(layer: Layer, table: Table, columns: Columns) -> None:
    """Raises BadFile naming what is missing, what there is, and how to say which is which."""
    have = columns.chosen.keys() | columns.constants.keys()
    missing = [field.name for field in layer.fields if field.required and field.name not in have]
    if layer.name == "incidents" and not have & {"occurred_at", "occurred_on", "month"}:
        missing.append("occurred_at (or occurred_on, or month)")
    if table.shapes is None and layer.shape_required and WKT.name not in have:
        absent = [name for name in (LON.name, LAT.name) if name not in have]
        can_be_found = layer.name == "incidents" and "address" in have and len(absent) == 2
        missing += [] if can_be_found else absent
    if missing:
        example = missing[0].split(" ")[0]
        raise BadFile(
            f"No column of the file is recognised as: {', '.join(missing)}. "
            f"Its columns are: {', '.join(table.headings) or 'none'}.",
            f"Say which one it is: --map {example}=COLUMN, or --map {example}==TEXT for one text in every row.",
        )
