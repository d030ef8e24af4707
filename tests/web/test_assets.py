"""Pages ask early for every module that their script will import."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from web.assets import ROOT, Assets

ENTRIES = {
    "/": "map",
    "/import": "import",
    "/incidents": "incidents",
    "/incidents/new": "incident_new",
    "/linkage": "linkage",
}


def imports_of(script: Path) -> set[Path]:
    """What a module names after `from`, or imports for its effect; not what it imports on demand."""
    statements = re.findall(r'(?m)^(?:import|export)\b[^;]*?"(\.{1,2}/[^"]+)";', script.read_text(encoding="utf-8"))
    return {(script.parent / name).resolve() for name in statements}


@pytest.mark.parametrize("address", ENTRIES)
def test_a_page_asks_early_for_what_its_script_imports(client: FlaskClient, address: str) -> None:
    html = client.get(address).get_data(as_text=True)
    entry = ROOT / "js" / "pages" / f"{ENTRIES[address]}.js"
    early = {(ROOT / path).resolve() for path in re.findall(r'modulepreload" href="/static/\w+/(js/[^"]+)"', html)}
    assert f"js/pages/{ENTRIES[address]}.js" in html
    assert early  # every page has the shell at least
    for script in [entry, *early]:
        assert imports_of(script) <= early, script.name


def test_no_module_is_asked_for_that_is_imported_on_demand_only(tmp_path: Path) -> None:
    (tmp_path / "entry.js").write_text('import { a } from "./a.js";\nconst late = () => import("./late.js");\n')
    (tmp_path / "a.js").write_text('export { b } from "./b.js";\n')
    (tmp_path / "b.js").write_text('import "./a.js"; // round about\n')
    (tmp_path / "late.js").write_text("")
    assets = Assets(tmp_path)
    assert assets.modules("entry.js") == (assets.url("a.js"), assets.url("b.js"))
