"""Files in through the browser: handed in, checked, stored, and whole batches taken back.

Nothing here waits for a long import: a thread works, and the upload's state is asked for until it has ended.
"""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

from apiflask import APIBlueprint, Schema
from apiflask.fields import Boolean, DateTime, Dict, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range
from flask import Response, after_this_request, jsonify, request, send_file, session
from marshmallow import RAISE

from gridmap.errors import Conflict, NotFound
from gridmap.services.exchange import LAYERS
from gridmap.services.exchange.undo import undo_batch
from gridmap.services.files.limits import UPLOAD_LIMIT_MB
from gridmap.services.past_imports import past_imports
from web import i18n
from web.access import actor
from web.api.openapi import MAY_BE_ABSENT, described
from web.api.parameters import NoParameters, Parameters
from web.context import running
from web.importing import words, work
from web.importing.jobs import standing
from web.importing.uploads import Upload
from web.security import takes_up_to

TAG = "Imports"
ANY_SIZE = 1 << 62  # the view itself refuses what is too large, before it reads a byte: it knows what to do instead


class NameQuery(Parameters):
    name = String(required=True, validate=Length(1, 1000), metadata={"description": "The file's name, for people."})


class OptionsBody(Schema):
    """How to read a file and as what."""

    class Meta:
        unknown = RAISE

    layer = String(required=True, validate=OneOf(list(LAYERS)))
    crs = String(load_default="", validate=Length(max=60), metadata={"description": "EPSG:n, gcj02, bd09, cgcs2000."})
    inner = String(load_default="", validate=Length(max=200), metadata={"description": "Layer inside, file of a ZIP."})
    sheet = String(load_default="", validate=Length(max=200))
    encoding = String(load_default="", validate=Length(max=40))
    heading_rows = Integer(load_default=None, allow_none=True, validate=Range(1, 4))
    mapping = Dict(
        keys=String(validate=Length(1, 60)), values=String(validate=Length(max=400)), load_default=dict,
        metadata={"description": "Field -> column; '' for none, '=text' for one text in every row."},
    )  # fmt: skip
    source = String(load_default="", validate=Length(max=120), metadata={"description": "Name of a saved mapping."})
    update = Boolean(load_default=False)


class OrderBody(Schema):
    """What to do with a file that was checked."""

    class Meta:
        unknown = RAISE

    without_bad = Boolean(load_default=False, metadata={"description": "Store good rows, keep the others as a file."})
    save_source = String(load_default="", validate=Length(max=120))
    into_demo = Boolean(load_default=False)
    accept = Boolean(load_default=False, metadata={"description": "Accept what a grid plan's cleaning moved."})


class UploadAnswer(Schema):
    token = String()
    name = String()
    size_bytes = Integer()


class BegunAnswer(Schema):
    state = String(metadata={"enum": ["working"]})


class ProgressAnswer(Schema):
    label = String(metadata={"description": "What is being done, in the language of who asks."})
    done = Integer()
    total = Integer()


class TroubleAnswer(Schema):
    code = String()
    message = String(metadata={MAY_BE_ABSENT: True})
    hint = String(metadata={MAY_BE_ABSENT: True})


class StateAnswer(Schema):
    state = String(metadata={"enum": ["received", "working", "checked", "stored", "failed"]})
    what = String(metadata={"enum": ["check", "store"], MAY_BE_ABSENT: True})
    progress = Nested(ProgressAnswer, metadata={"description": "While working.", MAY_BE_ABSENT: True})
    error = Nested(TroubleAnswer, metadata={"description": "When it failed.", MAY_BE_ABSENT: True})
    checked = Dict(metadata={"description": "Columns, counts, bad rows, and what to answer.", MAY_BE_ABSENT: True})
    result = Dict(metadata={"description": "What was stored.", MAY_BE_ABSENT: True})


class BatchAnswer(Schema):
    uid = String()
    layer = String()
    file_name = String()
    imported_at = DateTime()
    actor = String()
    source_crs = String()
    source = String(allow_none=True)
    counts = Dict(String(), Integer())
    replaced = Integer(metadata={"description": "Of the stored rows, those that took the place of older ones."})
    undone_at = DateTime(allow_none=True)
    is_demo = Boolean(metadata={"description": "The demo district was built of it."})


class BatchesAnswer(Schema):
    items = List(Nested(BatchAnswer))


class UndoneAnswer(Schema):
    layer = String()
    file = String()
    removed = Integer()
    restored = Integer()
    warnings = List(String())


def add_to(v1: APIBlueprint) -> None:
    _add_uploads(v1)
    _add_work(v1)
    _add_batches(v1)


def _add_uploads(v1: APIBlueprint) -> None:
    @v1.post("/uploads")
    @takes_up_to(ANY_SIZE)
    @described(file=f"The file itself, {UPLOAD_LIMIT_MB} MB at most.")
    @v1.input(NameQuery, location="query", unknown=RAISE)
    @v1.doc(
        tags=[TAG],
        summary="Hand a file in",
        description="Its token holds in this session: a program keeps its cookie, too.",
        responses=_json(201, "It is kept", UploadAnswer),
    )
    def upload(query_data: dict[str, Any]) -> tuple[Response, int]:
        kept = running().uploads.receive(
            request.stream, name=query_data["name"], announced_bytes=request.content_length, owner=_owner(make=True)
        )
        body = {"token": kept.token, "name": kept.name, "size_bytes": kept.size_bytes}
        return jsonify(body), 201

    @v1.get("/uploads/<token>")
    @v1.input(NoParameters, location="query", unknown=RAISE)
    @v1.doc(
        tags=[TAG],
        summary="How far an upload is",
        description="`state`: received, working (with progress), checked, stored, failed (with an error).",
        responses=_json(200, "The state", StateAnswer),
    )
    def state(token: str, query_data: dict[str, Any]) -> Response:  # noqa: ARG001
        after_this_request(_not_kept)
        found = standing(_upload(token))
        layer = (found.get("checked") or {}).get("options", {}).get("layer")
        return jsonify(words.in_words(found, _words(layer)))

    @v1.post("/uploads/<token>/give-up")
    @v1.input(NoParameters, location="query", unknown=RAISE)
    @v1.doc(
        tags=[TAG], summary="Give an upload up", responses={204: {"description": "It is gone"}, 409: "It is in work"}
    )
    def give_up(token: str, query_data: dict[str, Any]) -> tuple[str, int]:  # noqa: ARG001
        found = _upload(token)
        if standing(found)["state"] == "working":
            raise Conflict("This file is being worked on.", "Wait until that has ended.")
        running().uploads.drop(found)
        return "", 204

    @v1.get("/uploads/<token>/rejects.csv")
    @v1.input(NoParameters, location="query", unknown=RAISE)
    @v1.doc(
        tags=[TAG],
        summary="The rows that were not stored",
        responses={200: {"description": "As they came, with number and reason", "content": {"text/csv": {}}}},
    )
    def rejects(token: str, query_data: dict[str, Any]) -> Response:  # noqa: ARG001
        found = _upload(token)
        if not found.rejects.is_file():
            raise NotFound("There are no rejected rows.", "They are kept for a day after an import without them.")
        response = send_file(
            found.rejects, mimetype="text/csv", as_attachment=True, download_name=found.rejects_name, etag=False
        )
        return _not_kept(response)


def _add_work(v1: APIBlueprint) -> None:
    @v1.post("/uploads/<token>/check")
    @v1.input(NoParameters, location="query", unknown=RAISE)
    @v1.input(OptionsBody, location="json")
    @v1.doc(
        tags=[TAG],
        summary="Read the file, store nothing",
        responses=_json(202, "Ask for the state", BegunAnswer) | {409: "It is being worked on"},
    )
    def check(token: str, query_data: dict[str, Any], json_data: dict[str, Any]) -> tuple[Response, int]:  # noqa: ARG001
        parts, found = running(), _with_file(token)
        parts.jobs.start(found, "check", lambda tell: work.check(parts, found, json_data, tell))
        return jsonify({"state": "working"}), 202

    @v1.post("/uploads/<token>/store")
    @v1.input(NoParameters, location="query", unknown=RAISE)
    @v1.input(OrderBody, location="json")
    @v1.doc(
        tags=[TAG],
        summary="Store the file as it was checked last",
        description="All of it or nothing, or with `without_bad` the good rows.",
        responses=_json(202, "Ask for the state", BegunAnswer) | {409: "It is being worked on, or was not checked"},
    )
    def store(token: str, query_data: dict[str, Any], json_data: dict[str, Any]) -> tuple[Response, int]:  # noqa: ARG001
        parts, found, who = running(), _with_file(token), actor().name
        checked = standing(found).get("checked")
        if not checked:
            raise Conflict("The file has not been checked.", "Check it first; it is stored as it was checked.")
        parts.jobs.start(found, "store", lambda tell: work.store(parts, found, checked, json_data, who, tell))
        return jsonify({"state": "working"}), 202


def _add_batches(v1: APIBlueprint) -> None:
    @v1.get("/imports")
    @v1.input(NoParameters, location="query", unknown=RAISE)
    @v1.output(BatchesAnswer)
    @v1.doc(tags=[TAG], summary="The last imports, newest first, also those taken back")
    def imports(query_data: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG001
        return {"items": past_imports(running().store)}

    @v1.post("/imports/<uid>/undo")
    @v1.input(NoParameters, location="query", unknown=RAISE)
    @v1.output(UndoneAnswer)
    @v1.doc(
        tags=[TAG], summary="Take a whole import back", responses={409: "Others depend on it; the reason is told"}
    )
    def undo(uid: str, query_data: dict[str, Any]) -> Any:  # noqa: ARG001
        parts = running()
        try:
            return undo_batch(parts.store, parts.settings, uid, actor=actor().name, now=dt.datetime.now(dt.UTC))
        except Conflict as conflict:  # what depends on it is for the person who asked
            said = _words()
            body = {"code": conflict.code, "message": said.say(conflict.message), "hint": said.say(conflict.hint)}
            refusal = _not_kept(jsonify({"error": body}))
            refusal.status_code = 409
            return refusal


def _json(status: int, description: str, answer: type[Schema]) -> dict[int, Any]:
    """A response of a view that writes its JSON itself, for the description."""
    return {status: {"description": description, "content": {"application/json": {"schema": answer}}}}


def _words(layer: str | None = None) -> words.Words:
    return words.words(i18n.language(), work.names(layer, i18n.language()))


def _upload(token: str) -> Upload:
    return running().uploads.find(token, _owner())


def _with_file(token: str) -> Upload:
    found = _upload(token)
    if not found.path.is_file():
        raise NotFound("This file has been imported and is not kept.", "Choose it again.")
    return found


def _owner(*, make: bool = False) -> str:
    """Whose uploads: a secret of this browser session, made with its first upload."""
    if "uploads" not in session and make:
        session["uploads"] = secrets.token_urlsafe(24)
    return str(session.get("uploads", ""))


def _not_kept(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
