"""Kinds as a person or a program names them in one report."""

from __future__ import annotations

from gridmap.domain.kinds import KindTree
from gridmap.errors import BadInput


def required_kind(text: str, tree: KindTree) -> str:
    """The code of the kind called so. Raises BadInput where none is configured."""
    code = tree.find(text)
    if code is None:
        tops = ", ".join(kind.code for kind in tree.kinds if "." not in kind.code)
        raise BadInput(f"There is no kind '{text}'.", f"Use one of the configured kinds; at the top are {tops}.")
    return code
