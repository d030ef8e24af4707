"""What the settings refuse is said in the page's language as a whole, and with the words of the page."""

from __future__ import annotations

import html
import io
from collections.abc import Mapping

from flask.testing import FlaskClient

from gridmap.services.project import first_configuration
from tests.web import organisation

HTML = {"Accept": "text/html"}
OWN = {name: str(value) for name, value in first_configuration()["basemap"].items() if name != "is_own_network"}
GRADE = {"count": "1", "do": "store", "0.code": "minor", "0.zh": "微事", "0.en": "Minor", "0.settled_by": "grid"}
LIST = b'{"days": [{"name": "x", "date": "2026-01-01"}]}'


def refused(client: FlaskClient, page: str, lang: str, form: Mapping[str, object]) -> str:
    """What the page says to a form; its bytes are a file under their name."""
    token = organisation.token_of(client.get("/settings/numbers", headers=HTML))
    texts = {"csrf_token": token, "base": "1", **{key: text for key, text in form.items() if isinstance(text, str)}}
    files = [(io.BytesIO(content), name) for name, content in form.items() if isinstance(content, bytes)]
    answer = client.post(f"{page}?lang={lang}", data={**texts, "days": files}, headers=HTML)
    assert answer.status_code == 422
    return html.unescape(answer.text)


REFUSED: tuple[tuple[str, Mapping[str, object], str, str], ...] = (
    ("map", {**OWN, "source": "file", "credit": "x"}, "没有选择底图文件。", "No file is chosen for the base map."),
    ("calendar/day", {"on": "", "kind": "holiday"}, "这一天没有填日期。", "A special day has no date."),
    ("calendar/day", {"on": "soon", "kind": "holiday"}, "“soon”不是日期。", "The special day 'soon' is no date."),
    ("calendar/day", {"on": "2026-01-01", "kind": "feast"}, "请选择其中之一：放假、上班。",
     "The special day 2026-01-01 has the kind 'feast'."),
    ("calendar/file", {"d.json": LIST}, "第 1 行：没有写明放假或上班。", "Row 1: the kind of day is missing."),
    ("calendar/file", {"d.xlsx": b"x"}, "d.xlsx 无法按工作簿读取。", "d.xlsx cannot be read as a workbook."),
    ("grades", GRADE | {"0.zh": ""}, "等级“Minor”缺少中文名称。", "The grade 'Minor' has no Chinese name."),
    ("grades", GRADE | {"0.en": "x" * 31}, "等级“微事”的英文名称过长。",
     "The English name of the grade '微事' is too long."),
    ("grades", GRADE | {"0.code": ""}, "等级“微事”没有编码。", "The grade '微事' has no code."),
    ("grades", GRADE | {"0.settled_by": ""}, "请选择其中之一：小区、", "Choose one of: the compound, the grid worker,"),
)  # fmt: skip


def test_a_refusal_speaks_the_language_of_its_page(own_client: FlaskClient) -> None:
    for page, form, chinese, english in REFUSED:
        said = refused(own_client, f"/settings/{page}", "zh", form)
        assert chinese in said and "{'" not in said, chinese
        assert english in refused(own_client, f"/settings/{page}", "en", form), english
