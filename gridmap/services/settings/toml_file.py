"""The settings as a TOML file, for who prefers one: written so that reading it gives the same configuration."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from gridmap.errors import BadFile

BARE = re.compile(r"[A-Za-z0-9_-]+")
ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "\b": "\\b", "\f": "\\f"}
INLINE_LIMIT = 110  # characters; longer lists of tables have a line for each


def to_toml(content: Mapping[str, Any], *, heading: str = "") -> str:
    """A configuration as text; `heading` stands above it as a comment. Raises TypeError for what TOML does not have."""
    lines = [f"# {line}" if line else "#" for line in heading.splitlines()]
    plain = {name: given for name, given in content.items() if not isinstance(given, Mapping | list)}
    lines += ["", *_pairs(plain)]
    for section, given in content.items():
        if isinstance(given, Mapping):
            lines += ["", f"[{_key(section)}]", *_pairs(given)]
    for section, given in content.items():
        if isinstance(given, list):
            for table in given:
                lines += ["", f"[[{_key(section)}]]", *_pairs(table)]
    return "\n".join(lines).strip() + "\n"


def from_toml(name: str, text: str) -> dict[str, Any]:
    """The configuration in a file; days and times as text, as a database keeps them. Raises BadFile."""
    try:
        return {name: _plain(value) for name, value in tomllib.loads(text).items()}
    except tomllib.TOMLDecodeError as error:
        raise BadFile(f"{name} is not valid TOML: {error}.", "Correct the line named.") from None


def _pairs(table: Mapping[str, Any]) -> Iterator[str]:
    for name, value in table.items():
        text = _value(value)
        if isinstance(value, list) and value and isinstance(value[0], Mapping) and len(text) > INLINE_LIMIT:
            yield f"{_key(name)} = ["
            yield from (f"    {_value(each)}," for each in value)
            yield "]"
        else:
            yield f"{_key(name)} = {text}"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        return '"' + "".join(ESCAPES.get(sign) or _sign(sign) for sign in value) + '"'
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_key(name)} = {_value(each)}" for name, each in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    raise TypeError(f"TOML has no {type(value).__name__}.")


def _sign(sign: str) -> str:
    """TOML takes no control signs in a text."""
    return f"\\u{ord(sign):04x}" if ord(sign) < 32 or ord(sign) == 127 else sign


def _key(name: str) -> str:
    return name if BARE.fullmatch(name) else _value(name)


def _plain(value: Any) -> Any:
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return {name: _plain(each) for name, each in value.items()} if isinstance(value, dict) else value
