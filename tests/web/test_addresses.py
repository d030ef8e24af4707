"""GET /api/v1/addresses over the small world: its areas are 新下陆街道 and 青龙社区."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient


def ask(client: FlaskClient, **query: object) -> dict:
    response = client.get("/api/v1/addresses", query_string=query)
    assert response.status_code == 200, response.json
    return response.json


def test_completion_and_match(client: FlaskClient) -> None:
    body = ask(client, q="青龙")
    assert [item["text"] for item in body["items"]] == ["青龙社区"]
    item = body["items"][0]
    assert set(item) == {"text", "level", "lon", "lat", "uncertainty_m", "score", "within", "grid"}
    assert (item["level"], item["within"]) == ("community", "青龙社区")
    assert body["match"]["text"] == "青龙社区" and "community" in body["match"]["ids"]


def test_what_has_no_shape_has_no_point_and_is_not_accepted(client: FlaskClient) -> None:
    match = ask(client, q="青龙社区")["match"]
    assert match["lon"] is None and match["uncertainty_m"] is None and match["grid"] is None
    assert match["accepted"] is False and match["doubt"] == "unsure"


@pytest.mark.parametrize("q", ["", "   ", "。。", "没有这个地方"])
def test_nothing_known_is_an_empty_answer(client: FlaskClient, q: str) -> None:
    assert ask(client, q=q) == {"items": [], "match": None}


def test_limits(client: FlaskClient) -> None:
    assert len(ask(client, q="下陆", limit=1)["items"]) <= 1
    for query in ("", "?q=a&limit=0", "?q=a&limit=51", "?q=a&x=1", "?q=" + "a" * 121):
        response = client.get("/api/v1/addresses" + query)
        assert response.status_code == 422, query
        assert response.json["error"]["code"]
