"""Every text has its Chinese, and nothing in the catalogue is left over."""

from __future__ import annotations

import re
from pathlib import Path

from babel.messages.pofile import read_po

from tests.browser import words

CATALOGUE = words.WEB / "translations" / "zh" / "LC_MESSAGES" / "messages.po"
PLACE = re.compile(r"\{\w+\}")


def chinese() -> dict[str, str]:
    with CATALOGUE.open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file, locale="zh") if m.id}


def test_no_text_is_missing_in_chinese() -> None:
    catalogue = chinese()
    missing = {text: sorted(files) for text, files in words.used().items() if not catalogue.get(text)}
    assert missing == {}
    assert len(words.used()) > 80


def test_no_text_of_the_catalogue_is_unused() -> None:
    assert sorted(set(chinese()) - set(words.used())) == []


def test_places_for_values_are_the_same_in_both_languages() -> None:
    for english, text in chinese().items():
        assert sorted(PLACE.findall(english)) == sorted(PLACE.findall(text)), english


def test_the_finder_sees_each_way_of_naming_a_text(tmp_path: Path) -> None:
    template, script, module = tmp_path / "a.html", tmp_path / "a.js", tmp_path / "a.py"
    template.write_text("""{{ _("One") }} {{ _('Two') }}""")
    script.write_text("""t("Three {n}", { n }); tn("one {n}", "many {n}", 3); not("Four");""")
    module.write_text("""gettext("Five")""")
    found = [text for file in (template, script, module) for text in words.texts_of(file)]
    assert found == ["One", "Two", "Three {n}", "one {n}", "many {n}", "Five"]
