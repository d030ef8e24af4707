"""Which file of an archive is meant, and how it comes out of it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath

from gridmap.errors import BadFile
from gridmap.services.exchange import unpacking
from gridmap.services.exchange.files import (
    HEAD_BYTES,
    SIDE_FILES,
    SUFFIXES,
    WORKBOOKS,
    Format,
    Source,
    recognise,
    require_parts,
)
from gridmap.services.exchange.unpacking import Member
from gridmap.services.files.limits import STREAM_LIMIT_BYTES, WHOLE_LIMIT_BYTES


def chosen(source: Source, layer: str | None) -> tuple[Source, str | None]:
    """The file of an archive that is meant, and what of `layer` is left for it: "a.gpkg:streets" names both.

    An archive with one data file needs no name. Raises BadFile with the list of its files.
    """
    found = _data_files(source)
    wanted, _, inner = (layer or "").partition(":")
    named = [member for member in found if wanted in _names(member)]
    if not named and len(found) == 1:
        return _opened(source, found[0]), layer
    listed = ", ".join(member.name for member in found)
    if layer is None:
        raise BadFile(f"{source.name} holds {len(found)} data files: {listed}.", "Name one with --layer.")
    if len(named) != 1:
        what = f"no file '{wanted}'" if not named else f"{len(named)} files '{wanted}'"
        raise BadFile(f"{source.name} holds {what}.", f"Its files are: {listed}.")
    return _opened(source, named[0]), inner or None


@contextmanager
def on_disk(source: Source) -> Iterator[Path]:
    """A path at which a library can read the file: itself, or unpacked for as long as it takes."""
    if source.member is None and not source.is_gzip:
        yield source.path
        return
    with tempfile.TemporaryDirectory(prefix="gridmap-") as name:
        folder = Path(name)
        if source.member is None:
            path = folder / f"data{Path(source.path.stem).suffix}"
            with source.stream(WHOLE_LIMIT_BYTES) as stream, path.open("wb") as out:
                while block := stream.read(1 << 20):
                    out.write(block)
        else:
            unpacking.extract(source.path, _with_sides(source, source.member), folder, "data")
            path = folder / f"data{source.member.suffix}"
        yield path


def _data_files(source: Source) -> list[Member]:
    """The members that hold data; texts beside them (a readme) do not count as such."""
    everything = [member for member in unpacking.members(source.path) if not _is_clutter(member)]
    known = [member for member in everything if member.suffix in SUFFIXES]
    packed = [m for m in everything if m.suffix in (".zip", ".gz", ".rar", ".7z", ".kmz")]
    tables = [member for member in known if member.suffix != ".txt" and member not in packed]
    found = tables or [member for member in known if member not in packed]
    if found:
        return found
    if source.path.suffix.lower() in WORKBOOKS:
        raise BadFile(f"{source.name} cannot be read as a workbook.", "Save it again as .xlsx.")
    listed = ", ".join(member.name for member in everything[:8]) or "nothing"
    what = "another archive" if packed else "no data file that is read here"
    raise BadFile(f"{source.name} holds {what}: {listed}.", "Unpack it, and import the data file in it.")


def _is_clutter(member: Member) -> bool:
    """What systems and programs put into archives by themselves."""
    path = PurePosixPath(member.name)
    return path.parts[0] == "__MACOSX" or path.name.startswith((".", "~$"))


def _names(member: Member) -> tuple[str, str, str]:
    path = PurePosixPath(member.name)
    return member.name, path.name, path.stem


def _opened(source: Source, member: Member) -> Source:
    with unpacking.opened(source.path, member, STREAM_LIMIT_BYTES) as stream:
        head = stream.read(HEAD_BYTES)
    if not head:
        raise BadFile(f"{source.name}/{member.name} is empty (0 bytes).", "Export it again.")
    form = recognise(member.name, head)
    if form is Format.ARCHIVE and member.suffix in WORKBOOKS:
        form = Format.WORKBOOK
    if form is Format.ARCHIVE:
        raise BadFile(f"{source.name} holds another archive: {member.name}.", "Unpack it first.")
    note = f"Read from the archive: {member.name}."
    inside = replace(source, format=form, member=member, notes=(*source.notes, note))
    if form is Format.SHAPEFILE:
        require_parts(member.name, {side.suffix for side in _with_sides(inside, member)})
    return inside


def _with_sides(source: Source, member: Member) -> list[Member]:
    """A member and, of a Shapefile, the parts beside it."""
    if source.format is not Format.SHAPEFILE:
        return [member]
    base = PurePosixPath(member.name).with_suffix("")
    sides = [
        other
        for other in unpacking.members(source.path)
        if other.suffix in SIDE_FILES and PurePosixPath(other.name).with_suffix("") == base
    ]
    return [member, *sides]
