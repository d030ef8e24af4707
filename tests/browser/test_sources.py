"""The page's sources keep to the oldest browser, leave no module unused, carry their vendored files unchanged."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from scripts import vendor_assets
from tests.browser.words import WEB

STATIC = WEB / "static"
SCRIPTS = list((STATIC / "js").rglob("*.js"))
STYLES = list((STATIC / "css").rglob("*.css"))
# newer than Chrome 86
NEWER_STYLE = {
    "oklch": r"\bokl(ch|ab)\(",
    "colour functions": r"\b(color-mix|lab|lch)\(",
    "relational selectors": r":(has|is|where)\(",
    "nesting": r"^\s+&",
    "inset": r"^\s*inset(-\w+)*:",
    "aspect-ratio": r"^\s*aspect-ratio:",
    "container queries": r"@container|@layer\b",
    "dynamic viewport": r"\d(dvh|svh|lvh)\b",
    "accent-color": r"accent-color:",
}
NEWER_SCRIPT = {
    "at()": r"\.at\(-?\d",
    "Object.hasOwn": r"Object\.hasOwn\b",
    "structuredClone": r"\bstructuredClone\(",
    "static blocks": r"^\s*static\s*\{",
    "findLast": r"\.findLast(Index)?\(",
    "copying arrays": r"\.to(Sorted|Reversed|Spliced)\(",
    "groupBy": r"\.groupBy\(",
    "top-level await": r"^await\b",
}


def hits(files: list[Path], rules: dict[str, str]) -> list[str]:
    return [
        f"{file.name}: {name}"
        for file in files
        for name, rule in rules.items()
        if re.search(rule, file.read_text(encoding="utf-8"), re.MULTILINE)
    ]


def test_nothing_is_newer_than_the_oldest_browser() -> None:
    assert hits(STYLES, NEWER_STYLE) == []
    assert hits(SCRIPTS, NEWER_SCRIPT) == []
    assert len(SCRIPTS) > 20


def test_nothing_names_an_address_outside() -> None:
    own = [*SCRIPTS, *STYLES, *(WEB / "templates").rglob("*.html")]
    outside = [f.name for f in own if re.search(r"https?://(?!www\.w3\.org/|10\.)", f.read_text(encoding="utf-8"))]
    assert outside == []


def test_no_module_is_left_that_nobody_imports() -> None:
    used = set[str]()
    for script in SCRIPTS:
        text = script.read_text(encoding="utf-8")
        used |= {(script.parent / name).resolve().name for name in re.findall(r'"(\.{1,2}/[\w/]+\.js)"', text)}
    parts = {script.name for script in SCRIPTS if script.parent.name != "pages" and script.parent != STATIC / "js"}
    assert parts - used == set()


def test_files_stay_small() -> None:
    long = [file.name for file in [*SCRIPTS, *STYLES] if file.read_text(encoding="utf-8").count("\n") > 500]
    assert long == []


def test_vendored_files_are_as_listed() -> None:
    assert vendor_assets.check() == []


@pytest.mark.parametrize("harm", ["changed", "missing", "added"])
def test_check_finds_a_harmed_file(harm: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = tmp_path / "vendor"
    shutil.copytree(vendor_assets.VENDOR, copy)
    monkeypatch.setattr(vendor_assets, "VENDOR", copy)
    monkeypatch.setattr(vendor_assets, "LOCK", copy / "VENDORED.json")
    victim = copy / "leaflet" / "leaflet.js"
    if harm == "changed":
        victim.write_text(victim.read_text(encoding="utf-8") + " ", encoding="utf-8")
    elif harm == "missing":
        victim.unlink()
    else:
        victim.with_name("other.js").write_text("", encoding="utf-8")
    assert len(vendor_assets.check()) == 1
    assert vendor_assets.main(["--check"]) == 1


def test_source_map_comments_go() -> None:
    script = b"let a = 1;\n//# sourceMappingURL=a.js.map\n"
    assert vendor_assets.without_source_map(script, Path("a.js")) == b"let a = 1;\n"
    assert vendor_assets.without_source_map(script, Path("a.png")) == script
