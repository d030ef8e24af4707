"""The description of the whole interface for programs, at /api/openapi.json (OpenAPI 3.1).

Parameters, bodies and answers are declared beside each endpoint, by the schemas that read and write them. What they
have in common is added here from what the server itself decides by: who is let in (web/access.py), how a change is told
from a forged one (web/security.py), and the one shape of a refusal (web/errors.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from apiflask import APIFlask

from gridmap.domain.access import Action
from gridmap.services.accounts.tokens import NOT_FOR_PROGRAMS
from web.access import NEEDS, PUBLIC

View = TypeVar("View", bound=Callable[..., Any])

REFUSAL = "Refusal"  # the component
FOR_TOKENS_TOO = frozenset(Action) - NOT_FOR_PROGRAMS | {Action.USE_OWN_ACCOUNT}  # who it is, a token may ask
CHANGING = frozenset({"post", "put", "patch", "delete"})
MAY_BE_ABSENT = "x-may-be-absent"  # marks a field of an answer that is left out where there is nothing to say

DESCRIPTION = """Grid management on the map. Coordinates are WGS-84 degrees, lon before lat; days are local days.

A project without accounts is open to this machine. With accounts every request needs a browser's session or a token of
an account (`Authorization: Bearer gm_...`, made on the page of one's own account); what is answered comes from the
places of that account's posts. A change by a session carries the header X-CSRFToken as well.

A parameter that is not described is refused, so that a misspelt filter cannot give the figures of another question.
Every refusal has one shape, whatever its status: `{"error": {"code", "message", "hint"}}`. Whatever is described here
may also answer 413 and 414 (too large), 421 (a name that is not this server's) and 503 (busy, see Retry-After).
"""

ERROR = {
    "type": "object",
    "required": ["error"],
    "additionalProperties": False,
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "hint"],
            "properties": {
                "code": {"type": "string", "minLength": 1, "description": "Stable, for programs."},
                "message": {"type": "string", "minLength": 1, "description": "What is wrong."},
                "hint": {"type": "string", "minLength": 1, "description": "What to do."},
                "fields": {"type": "object", "description": "Values that cannot be used, by name, with why."},
                "alternatives": {"type": "array", "description": "Places that an address may mean.", "items": {}},
                "candidates": {"type": "array", "description": "Grids in reach of an incident.", "items": {}},
                "changed": {"type": "array", "description": "What others changed meanwhile.", "items": {}},
            },
        }
    },
}

PATH_PARAMETERS: dict[str, dict[str, Any]] = {
    "uid": {"type": "string", "minLength": 1, "maxLength": 36, "description": "A UUID, as the answers have it."},
    "token": {"type": "string", "minLength": 1, "maxLength": 64, "description": "Of an upload, in this session."},
    "z": {"type": "integer", "minimum": 0, "maximum": 22, "description": "Zoom."},
    "x": {"type": "integer", "minimum": 0, "maximum": (1 << 22) - 1, "description": "0 to 2^z - 1, from the west."},
    "y": {"type": "integer", "minimum": 0, "maximum": (1 << 22) - 1, "description": "0 to 2^z - 1, from the north."},
}

EXAMPLES: dict[str, Any] = {
    "action": "signed_in",
    "actor": "li.na",
    "after": "2026-05-30.118",
    "area": "0101",
    "at": "114.0251,22.5431",
    "bbox": "114.01,22.53,114.04,22.56",
    "block": "B1",
    "community": "0101",
    "entity": "incident",
    "from": "2026-05-01",
    "grid": "G1",
    "hours": "1.8-11,5.18-23",
    "kinds": "order,dispute.family",
    "lat": 22.5431,
    "lon": 114.0251,
    "plan": "01976e9c-2b7a-7c3e-9a44-0f2d8e1b6c55",
    "q": "GHY 3栋",
    "record": "2026-000118",
    "to": "2026-05-31",
    "uids": "01976e9c-2b7a-7c3e-9a44-0f2d8e1b6c55",
}


@dataclass(frozen=True, slots=True)
class Described:
    """What a view says of itself that no schema of it says: values of the address, a body that is a file."""

    path: dict[str, dict[str, Any]]
    file: str = ""


NOTHING = Described({})


def described(*, file: str = "", **path: dict[str, Any]) -> Callable[[View], View]:
    """Marks a view with more of its description: `file` tells of a body of bytes, `path` are schemas by name."""

    def mark(view: View) -> View:
        view.described = Described(path, file)  # type: ignore[attr-defined]
        return view

    return mark


def init_openapi(app: APIFlask) -> None:
    """Makes the description complete when it is first asked for."""
    app.config.update(
        OPENAPI_VERSION="3.1.0",
        DESCRIPTION=DESCRIPTION,
        INFO={"license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}},
        HTTP_ERROR_SCHEMA=ERROR,
        VALIDATION_ERROR_SCHEMA=ERROR,
        AUTO_OPERATION_DESCRIPTION=False,  # docstrings are for who reads the code
        AUTO_VALIDATION_ERROR_RESPONSE=False,  # refusals are added here, all in one shape
        AUTO_404_RESPONSE=False,
        AUTO_SERVERS=False,  # it would name the Host of whoever asked first
        SECURITY_SCHEMES=_security_schemes(app),
    )

    @app.spec_processor
    def complete(spec: dict[str, Any]) -> dict[str, Any]:
        schemas = spec["components"]["schemas"]
        for name, schema in schemas.items():
            if not name.endswith("Body"):
                _require_all(schema)
        schemas.pop("HTTPError", None)
        schemas[REFUSAL] = ERROR
        endpoints = _endpoints(app)
        for path, operations in spec["paths"].items():
            for method, operation in operations.items():
                endpoint = endpoints[path, method]
                _complete(operation, method, endpoint, getattr(app.view_functions[endpoint], "described", NOTHING))
        return spec


def described_path(rule: str) -> str:
    """A rule of the address map as the description writes it: '/x/<int:z>.png' -> '/x/{z}.png'."""
    return re.sub(r"<(?:[^<>]+:)?(\w+)>", r"{\1}", rule)


def _security_schemes(app: APIFlask) -> dict[str, Any]:
    cookie = app.session_interface.get_cookie_name(app)
    return {
        "session": {"type": "apiKey", "in": "cookie", "name": cookie, "description": "Of a browser that signed in."},
        "forgery": {
            "type": "apiKey",
            "in": "header",
            "name": "X-CSRFToken",
            "description": 'The token of <meta name="csrf-token"> of any page of the same session.',
        },
        "token": {"type": "http", "scheme": "bearer", "description": "Of an account: some rights, some places."},
    }


def _endpoints(app: APIFlask) -> dict[tuple[str, str], str]:
    return {
        (described_path(rule.rule), method.lower()): rule.endpoint
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
    }


def _complete(operation: dict[str, Any], method: str, endpoint: str, more: Described) -> None:
    operation["operationId"] = endpoint.replace(".", "_")
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "path":
            parameter["schema"] |= PATH_PARAMETERS.get(parameter["name"], {}) | more.path.get(parameter["name"], {})
        _complete_parameter(parameter)
    if more.file:
        anything = {"application/octet-stream": {"schema": {}}}
        operation["requestBody"] = {"description": more.file, "required": True, "content": anything}
    _add_security(operation, method, endpoint)
    responses = operation["responses"]
    for status, response in responses.items():
        if status >= "4":
            response["content"] = _refusal("")["content"]
    if any(parameter["in"] == "path" for parameter in operation.get("parameters", [])):
        responses.setdefault("404", _refusal("There is no such thing, or it is not open to who asks."))
    responses.setdefault("422", _refusal("A value cannot be used, or a parameter is unknown."))
    responses["default"] = _refusal("Every other refusal.")


def _add_security(operation: dict[str, Any], method: str, endpoint: str) -> None:
    """Who is let in, and how those are refused who are not."""
    if endpoint in PUBLIC:
        operation["security"] = []
        return
    by_session: dict[str, list[str]] = {"session": []}
    responses = operation["responses"]
    if method in CHANGING:
        by_session["forgery"] = []
        responses.setdefault("400", _refusal("The header X-CSRFToken is missing, or the body cannot be read."))
    right = NEEDS[endpoint]
    operation["security"] = [by_session, {"token": []}] if right in FOR_TOKENS_TOO else [by_session]
    operation["x-right"] = str(right)
    responses.setdefault("401", _refusal("Nobody is signed in, or the token is no longer good."))
    responses.setdefault("403", _refusal(f"The account or the token has no right to it ({right})."))


def _complete_parameter(parameter: dict[str, Any]) -> None:
    """An address holds texts: what is absent is not null."""
    schema, name = parameter["schema"], parameter["name"]
    schema.pop("nullable", None)
    if "enum" in schema:
        schema["enum"] = [one for one in schema["enum"] if one is not None]
    if schema.get("default", "") is None:
        del schema["default"]
    if "description" in schema:
        parameter["description"] = schema.pop("description")
    example = EXAMPLES.get(name)
    if example is not None and isinstance(example, str) == (schema["type"] == "string"):
        parameter["example"] = example


def _require_all(schema: dict[str, Any]) -> None:
    """An answer has every field it describes, but for those that are marked."""
    fields = schema.get("properties", {})
    schema["required"] = [name for name, field in fields.items() if not field.pop(MAY_BE_ABSENT, False)]


def _refusal(description: str) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{REFUSAL}"}}}
    return {"description": description, "content": content}
