"""Kinds as a person or a program names them in one report."""

from __future__ import annotations

from gridmap.domain.kinds import KindTree
from gridmap.errors import BadInput


def required_kind(text: str, tree: KindTree, *, kept: str | None = None) -> str:
    """The code of the kind called so. Raises BadInput where none is configured, or it is closed and not the one that
    the incident has already (`kept`).
    """
    code = tree.find(text)
    open_codes = {kind.code for kind in tree.open_kinds()}
    if code is not None and code not in {*open_codes, kept}:
        raise BadInput(f"The kind '{text}' is closed.", "Choose one that is open.")
    if code is None:
        tops = ", ".join(kind.code for kind in tree.open_kinds() if "." not in kind.code)
        raise BadInput(f"There is no kind '{text}'.", f"Use one of the configured kinds; at the top are {tops}.")
    return code
