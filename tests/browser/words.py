"""Every text the interface can show, as the sources name it: templates `_("...")`, Python `gettext("...")`, scripts
`t("...")` and `tn("one", "many", ...)`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

WEB = Path(__file__).resolve().parents[2] / "web"
PYTHON_CALLS = {"_", "gettext", "lazy_gettext"}
IN_TEMPLATE = re.compile(r"""\b_\(\s*(?:"([^"]+)"|'([^']+)')\s*\)""")
IN_SCRIPT = re.compile(r"""\bt\(\s*"([^"]+)\"""")
IN_SCRIPT_COUNTED = re.compile(r"""\btn\(\s*"([^"]+)",\s*"([^"]+)\"""")


def used() -> dict[str, set[str]]:
    """English id -> the files that use it."""
    found: dict[str, set[str]] = {}
    for file in sources():
        for text in texts_of(file):
            found.setdefault(text, set()).add(file.relative_to(WEB).as_posix())
    return found


def sources() -> Iterator[Path]:
    yield from (WEB / "templates").rglob("*.html")
    yield from WEB.rglob("*.py")
    yield from (WEB / "static" / "js").rglob("*.js")


def texts_of(file: Path) -> Iterator[str]:
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".html":
        yield from (double or single for double, single in IN_TEMPLATE.findall(text))
    elif file.suffix == ".js":
        yield from IN_SCRIPT.findall(text)
        for one, many in IN_SCRIPT_COUNTED.findall(text):
            yield from (one, many)
    else:
        yield from _of_python(text)


def _of_python(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in PYTHON_CALLS and isinstance(node.args[0].value, str):
                yield node.args[0].value
