"""What the importer says, in the page's language.

The importer speaks English and names options of the command. Its sentences are known here as patterns, in
`translations/<lang>/importer.po`: {0}, {1} stand for what differs. A sentence that fits none is shown as it is: better
read than hidden. What differs is itself translated where it is a sentence, a field, a list of fields or a layer; what
stands in quotation marks (there may be nothing in them) or is a column of the file is the file's own word and stays.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from babel.messages.pofile import read_po

from web.i18n import SOURCES

PLACE = re.compile(r"\\\{(\d)\\\}")  # a {0} in an escaped pattern
QUOTED = re.compile(r"'\\\{(\d)\\\}'")  # a '{0}' in an escaped pattern: it may be empty
PLACED = re.compile(r"\{(\d)\}")
OF_THE_FILE = re.compile(r"(?:'|columns are: )\{(\d)\}")
ABOUT = re.compile(r"([a-z_]+)( .+)", re.DOTALL)  # a sentence about a field begins with its name
REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class Pattern:
    """One sentence: what it looks like, with the detail that may follow it after a colon, and what is said for it.

    `kept` are the places whose words are the file's.
    """

    shape: re.Pattern[str]
    text: str
    kept: frozenset[str]


@dataclass(slots=True)
class Words:
    """The sentences of one language. `names` are what single words (fields, layers) are called."""

    patterns: tuple[Pattern, ...]
    colon: str
    comma: str
    names: Mapping[str, str] = field(default_factory=dict)
    _said: dict[str, str] = field(default_factory=dict)

    def say(self, text: str) -> str:
        """One sentence, or several parted by semicolons, as the language has it."""
        if text not in self._said:
            if len(self._said) >= REMEMBERED:
                self._said.clear()
            self._said[text] = self._find(text)
        return self._said[text]

    def _find(self, text: str) -> str:
        if text in self.names:
            return self.names[text]
        for pattern in self.patterns:
            found = pattern.shape.fullmatch(text)
            if found:
                return self._fill(pattern, found.groupdict())
        parts = text.split("; ")
        return "; ".join(map(self.say, parts)) if len(parts) > 1 else self._about_field(text)

    def _about_field(self, text: str) -> str:
        found = ABOUT.fullmatch(text)
        return f"{self.names[found[1]]}{found[2]}" if found and found[1] in self.names else text

    def _fill(self, pattern: Pattern, found: dict[str, str | None]) -> str:
        values = {
            key: (value or "") if key in pattern.kept else self._part(value or "") for key, value in found.items()
        }
        detail = values.pop("detail")
        said = PLACED.sub(lambda place: values[f"p{place[1]}"], pattern.text)
        return f"{said}{self.colon}{detail}" if detail else said

    def _part(self, value: str) -> str:
        if value in self.names:
            return self.names[value]
        parts = value.split(", ")
        if all(part in self.names for part in parts):
            return self.comma.join(self.names[part] for part in parts)
        return self.say(value) if " " in value else value


def words(lang: str, names: Mapping[str, str], catalogue: str = "importer.po") -> Words:
    """The importer's sentences in a language, with these names for fields and layers; or another service's."""
    colon, comma = ("：", "、") if lang == "zh" else (": ", ", ")
    return Words(_patterns(lang, catalogue), colon, comma, {**_single_words(lang, catalogue), **names})


def in_words(state: Mapping[str, Any], said: Words) -> dict[str, Any]:
    """A state of an upload with every sentence of the importer translated; what is not being looked at is left out."""
    told = dict(state)
    if "error" in told:
        told["error"] = _error(told["error"], said)
    if "progress" in told:
        told["progress"] = {**told["progress"], "label": said.say(told["progress"]["label"])}
    told.pop("checked", None)
    if state["state"] == "checked":
        told["checked"] = _report(state["checked"], said)
    if state["state"] == "stored":
        told["result"] = _report(state["result"], said)
    return told


def _error(error: Mapping[str, str] | None, said: Words) -> dict[str, str] | None:
    if error is None:
        return None
    return {key: text if key == "code" else said.say(text) for key, text in error.items()}


def _report(report: Mapping[str, Any], said: Words) -> dict[str, Any]:
    told = {
        **report,
        "notes": [said.say(text) for text in report["notes"]],
        "warnings": [said.say(text) for text in report["warnings"]],
        "questions": [said.say(text) for text in report["questions"]],
        "causes": [{**cause, "text": said.say(cause["text"])} for cause in report["causes"]],
        "findings": [{**found, "text": said.say(found["text"])} for found in report["findings"]],
    }
    if "bad_rows" in report:
        told["bad_rows"] = [{**row, "reason": said.say(row["reason"])} for row in report["bad_rows"]]
        told["error"] = _error(report["error"], said)
    return told


@cache
def _patterns(lang: str, catalogue: str) -> tuple[Pattern, ...]:
    """The longest first, so that a sentence is not taken for a part of it."""
    ordered = sorted(_messages(lang, catalogue), key=lambda pair: -len(re.sub(r"\{\d\}", "", pair[0])))
    return tuple(Pattern(_shape(english), text, _kept(english)) for english, text in ordered)


@cache
def _single_words(lang: str, catalogue: str) -> dict[str, str]:
    return {english: text for english, text in _messages(lang, catalogue) if not re.search(r"[ {]", english)}


@cache
def _messages(lang: str, catalogue: str) -> tuple[tuple[str, str], ...]:
    file = SOURCES / lang / catalogue
    with file.open("rb") as source:
        return tuple((str(m.id), str(m.string)) for m in read_po(source, locale=lang) if m.id)


def _shape(english: str) -> re.Pattern[str]:
    quoted = QUOTED.sub(lambda place: f"'(?P<p{place[1]}>.*?)'", re.escape(english))
    places = PLACE.sub(lambda place: f"(?P<p{place[1]}>.+?)", quoted)
    return re.compile(f"{places}(?:: (?P<detail>.*))?", re.DOTALL)


def _kept(english: str) -> frozenset[str]:
    return frozenset(f"p{place}" for place in OF_THE_FILE.findall(english))
