"""What the importer says has Chinese: every sentence written out in its sources is known to the page."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, TypeGuard

import pytest

from gridmap.config import ROOT
from web.importing import words, work

EXCHANGE = ROOT / "gridmap" / "services" / "exchange"
RAISED = {"BadFile", "BadInput", "TooLarge", "Conflict", "NotFound", "CrsMismatch"}
TOLD = {"notes", "warnings", "questions", "done"}
# said to who types commands or writes code, never through the page
ELSEWHERE = (
    "--rejects names", "There is no layer", "Layers are", "This is the demo", "Name a database", "`gridmap",
    "gridmap init", "Run `", "This database holds no project", "--template", "is not called .xlsx",
    "Give a new file", "Give another file", "Give a file in a folder", "Give the path of a file",
    "7x cannot be written.", "too short to name", "imports begin with", "Give more characters",
    "is no folder that",
)  # fmt: skip


def sentences(file: Path) -> Iterator[str]:
    """Causes, notes, warnings, questions, errors and hints as they stand in a source, {0}, {1} for what differs."""
    module = ast.parse(file.read_text(encoding="utf-8"))
    for node in module.body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "").isupper():
            text = written(node.value)
            if is_cause(text):
                yield f"x {text}" if text.startswith("is ") else text
    for node in ast.walk(module):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        owner = getattr(getattr(node.func, "value", None), "attr", getattr(getattr(node.func, "value", None), "id", ""))
        if name in RAISED:
            yield from filter(None, map(written, node.args))
        elif name in {"add", "close"} and owner == "problems" and len(node.args) > 1:
            yield from filter(None, [written(node.args[1])])
        elif name == "append" and owner in TOLD:
            yield from filter(None, [written(node.args[0])])


def is_cause(text: str | None) -> TypeGuard[str]:
    """A constant that is a cause: words of a sentence's middle, as 'is no date'."""
    return text is not None and re.fullmatch(r"[a-z]+( [^ ]+){2,}", text) is not None


def written(node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if not isinstance(node, ast.JoinedStr):
        return None
    parts = [part.value if isinstance(part, ast.Constant) else "7x" for part in node.values]
    return "".join(map(str, parts))


def is_sentence(text: str) -> bool:
    """Not a frame that other sentences are put into, as '{cause}: {value}'."""
    return " " in text and len(text.replace("7x", "").strip(" .;:()")) >= 7


def test_every_sentence_of_the_importer_has_its_chinese() -> None:
    said = words.words("zh", {})
    found = {sentence: file.name for file in sorted(EXCHANGE.rglob("*.py")) for sentence in sentences(file)}
    assert len(found) > 150
    plain = {
        sentence: name
        for sentence, name in found.items()
        if is_sentence(sentence) and said.say(sentence) == sentence and not any(part in sentence for part in ELSEWHERE)
    }
    assert plain == {}


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("lon is no number: abc", "经度 不是数字：abc"),
        ("name is empty; it lies beyond the project's extent: 3, 4", "名称 为空; 位于项目范围之外：3, 4"),
        ("Columns are parted by a semicolon.", "列之间用 semicolon 分隔。"),
        ("something nobody has translated", "something nobody has translated"),
        ("2 of 5 rows are bad; nothing of a;b.csv was stored.", "5 行中有 2 行有问题；a;b.csv 没有存入任何内容。"),
    ],
)
def test_what_differs_is_put_in_its_place(english: str, chinese: str) -> None:
    said = words.words("zh", {"lon": "经度", "name": "名称"})
    assert said.say(english) == chinese


def test_the_page_names_no_option_of_the_command() -> None:
    for lang in ("zh", "en"):
        said = words.words(lang, work.names("units", lang))
        for file in EXCHANGE.rglob("*.py"):
            for sentence in sentences(file):
                if "--" in sentence and not any(part in sentence for part in ELSEWHERE):
                    assert "--" not in said.say(sentence), f"{file.name}: {sentence}"


@pytest.mark.parametrize(
    ("lang", "said", "told"),
    [
        (
            "zh",
            "a.csv mixes encodings: UTF-8 in line 1, another in line 3.",
            "a.csv 混用了编码：第 1 行是 UTF-8，另一种在第 3 行。",
        ),
        ("zh", "source id stands twice in the file with different content", "案件编号 在文件中出现两次而内容不同"),
        ("en", "source_id stands twice in the file", "source id stands twice in the file"),
        ("en", "lon is no number: abc", "longitude is no number: abc"),
        ("en", "uncertainty_m is too large", "uncertainty (m) is too large"),
        ("en", "lon or lat is empty", "longitude or latitude is empty"),
        (
            "zh",
            "No column of the file is recognised as: lon, lat. Its columns are: lon, lat.",
            "文件中没有识别出这些列：经度、纬度。文件的列有：lon, lat。",  # the columns are the file's own words
        ),
        (
            "zh",
            "No column of the file is recognised as: occurred_at (or occurred_on, or month), lon, lat. "
            "Its columns are: a.",
            "文件中没有识别出这些列：发生时间（或发生日期、月份）、经度、纬度。文件的列有：a。",
        ),
    ],
)  # fmt: skip
def test_fields_and_lines_are_named_as_people_name_them(lang: Literal["zh", "en"], said: str, told: str) -> None:
    assert words.words(lang, work.names("incidents", lang)).say(said) == told
