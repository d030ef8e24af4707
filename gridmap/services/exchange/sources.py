"""Saved sources: a file that comes again every month is mapped once."""

from __future__ import annotations

from dataclasses import replace

from gridmap.config import Settings
from gridmap.errors import BadInput, NotFound
from gridmap.services.exchange.reference import named
from gridmap.services.exchange.request import OpenFile, Request
from gridmap.store import audit, batches
from gridmap.store import sources as saved_sources
from gridmap.store.engine import Session, Store

NAME_LENGTH = 120


def applied(store: Store, request: Request) -> Request:
    """The request with what its saved source says, where nothing else is told; as it is without a source.

    Raises NotFound for a source that is not saved, BadInput for one of another layer or a name that cannot be saved.
    """
    if request.crs is not None:
        named(request.crs)
    if request.save_source is not None:
        _check_name(request.save_source)
    if request.source_name is None:
        return request
    with store.read() as session:
        saved = saved_sources.get(session, request.source_name)
        names = [source.name for source in saved_sources.every(session, request.layer.name)]
    if saved is None:
        listed = f"Saved for {request.layer.name}: {', '.join(names)}" if names else "For this layer none is saved yet"
        raise NotFound(f"There is no saved source '{request.source_name}'.", f"{listed}; --save-source NAME saves one.")
    if saved.layer != request.layer.name:
        raise BadInput(
            f"The source '{saved.name}' is for {saved.layer}, not for {request.layer.name}.",
            "Import the layer it is for, or save another source for this one.",
        )
    return replace(request, crs=request.crs or saved.crs, mapping={**saved.mapping, **request.mapping})


def save(session: Session, settings: Settings, request: Request, file: OpenFile, batch_id: int) -> None:
    """Keep this file's mapping and reference system under the name asked for, and note by which source it was read.

    Fields that were left out on purpose are saved as left out. The reference system is saved where somebody told it:
    what a file says of itself it will say again.
    """
    name = request.save_source or request.source_name
    if name is None:
        return
    saved = saved_sources.get(session, name)
    if request.save_source is not None:
        left_out = {field: "" for field, column in request.mapping.items() if column == ""}
        mapping = {**file.report.mapping, **left_out}
        saved = saved_sources.put(
            session, name=name, layer=request.layer.name, crs=request.crs, mapping=mapping, at=file.now
        )
        audit.append(
            session,
            actor=request.actor,
            action="import_source.saved",
            entity="import_source",
            entity_uid=saved.uid,
            fields={"name": name, "layer": request.layer.name, "crs": request.crs, "mapping": mapping},
            secret=settings.secret(),
            at=file.now,
        )
        file.report.source = name
        file.report.notes.append(f"Mapping and reference system are saved as source '{name}'.")
    if saved is not None and batch_id:
        batches.set_source(session, batch_id, saved.id)


def _check_name(name: str) -> None:
    if not name.strip() or name != name.strip() or len(name) > NAME_LENGTH:
        raise BadInput(
            f"'{name}' is no name for a source.", f"Give 1 to {NAME_LENGTH} characters, no space around them."
        )
