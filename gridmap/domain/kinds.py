"""The tree of kinds: what incidents are about. Dots make the tree, order.theft lies below order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

UNSPECIFIED = "unspecified"  # what an incident without a kind is stored as


@dataclass(frozen=True, slots=True)
class Kind:
    """A closed kind, and what lies below it, is given to no new incident; those that have it keep it."""

    code: str
    zh: str
    en: str
    is_closed: bool = False


@dataclass(frozen=True, slots=True)
class KindTree:
    """All configured kinds, parents before children, and the ways to name each."""

    kinds: tuple[Kind, ...]
    by_name: Mapping[str, str] = field(repr=False)

    @classmethod
    def of(cls, configuration: Mapping[str, Any]) -> KindTree:
        """The tree under `kind` in a configuration: tables with code, zh, en and children."""
        kinds = tuple(_walk(configuration.get("kind", [])))
        by_name: dict[str, str] = {}
        for kind in kinds:
            for name in (kind.code, kind.zh, kind.en):
                by_name.setdefault(folded(name), kind.code)
        return cls(kinds, by_name)

    def codes(self) -> list[str]:
        return [kind.code for kind in self.kinds]

    def open_kinds(self) -> list[Kind]:
        """Those that a new incident may be given."""
        return [kind for kind in self.kinds if not kind.is_closed]

    def find(self, text: str) -> str | None:
        """The code of the kind called `text`: its code or its Chinese or English name. None if there is none."""
        return self.by_name.get(folded(text))

    def code_of(self, text: str | None) -> str:
        """The code that an incident of a kind called `text` is stored under; a name that is new makes its own."""
        return UNSPECIFIED if text is None else self.find(text) or code_for(text)

    def with_descendants(self, codes: Iterable[str]) -> list[str]:
        """The kinds chosen by choosing `codes`: choosing a parent chooses all below it."""
        chosen = tuple(codes)
        return [kind.code for kind in self.kinds if any(is_below(kind.code, code) for code in chosen)]


def is_below(code: str, ancestor: str) -> bool:
    """Whether `code` is `ancestor` or lies below it."""
    return code == ancestor or code.startswith(ancestor + ".")


def folded(name: str) -> str:
    """A name as it is compared: case and outer space do not matter."""
    return name.strip().casefold()


def code_for(name: str) -> str:
    """A code for a kind that came without one: its name with the signs that mean something in codes replaced."""
    return "".join("_" if c in ".,/&?#%+ " or not c.isprintable() else c for c in name.strip().lower())


def _walk(tables: Iterable[Mapping[str, Any]], *, is_closed: bool = False) -> Iterable[Kind]:
    for table in tables:
        kind = Kind(table["code"], table["zh"], table["en"], is_closed or bool(table.get("closed", False)))
        yield kind
        yield from _walk(table.get("children", []), is_closed=kind.is_closed)
