"""The linkage page, its JSON and its files, over the small world: 57 of 60 incidents have a grid."""

from __future__ import annotations

import csv
import io

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from gridmap.store.engine import Store
from gridmap.store.tables import Incident

HTML = {"Accept": "text/html"}


def lines_of(text: str) -> list[list[str]]:
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:])))


def test_the_page_shows_counts_beside_the_share_never_rounded_up(client: FlaskClient) -> None:
    text = client.get("/linkage?lang=en", headers=HTML).text
    assert '<span class="figure">95.0<small> %</small></span>' in text
    assert "57 / 60" in text
    assert "none stored" in text  # no buildings, households, units
    assert text.count("no block here") >= 1 and "block without a grid" in text
    assert "/?grid=G" in text and "/?at=115.015000,30.215000&amp;name=" in text  # the middle of B4


def test_the_list_can_be_of_one_reason(client: FlaskClient) -> None:
    text = client.get("/linkage?layer=incidents&why=no_block&lang=en", headers=HTML).text
    assert text.count('class="linkage__place"') == 1
    assert client.get("/linkage?layer=trees&why=x&after=-1", headers=HTML).status_code == 200


def test_everything_linked_has_a_state_of_its_own(own_client: FlaskClient, world: Store) -> None:
    with world.write() as session:
        session.execute(sa.delete(Incident).where(Incident.grid_id.is_(None)))
    text = own_client.get("/linkage?lang=en", headers=HTML).text
    assert "All of it is linked." in text
    assert 'id="without"' not in text
    assert "All without a grid (CSV)" not in text


def test_the_json_says_the_same(client: FlaskClient) -> None:
    body = client.get("/api/v1/linkage").json
    assert body["shares"]["incidents"] == {"linked": 57, "total": 60, "missing": 3, "per_mille": 950}
    assert body["reasons"]["incidents"] == {"block_without_grid": 2, "no_block": 1}
    assert body["communities"][0]["shares"]["incidents"]["missing"] == 2
    first = client.get("/api/v1/linkage/unlinked?layer=incidents&limit=2").json
    assert len(first["items"]) == 2
    rest = client.get(f"/api/v1/linkage/unlinked?layer=incidents&limit=2&after={first['next']}").json
    assert (len(rest["items"]), rest["next"]) == (1, None)
    assert rest["items"][0]["nearest"]["code"] in {"G1", "G2"}


def test_an_unchanged_project_is_not_sent_twice(client: FlaskClient) -> None:
    etag = client.get("/api/v1/linkage").headers["ETag"]
    assert client.get("/api/v1/linkage", headers={"If-None-Match": etag}).status_code == 304


@pytest.mark.parametrize("query", ["", "?layer=trees", "?layer=units&reason=x", "?layer=units&limit=9999"])
def test_a_question_that_cannot_be_answered_is_refused(client: FlaskClient, query: str) -> None:
    response = client.get(f"/api/v1/linkage/unlinked{query}")
    assert (response.status_code, response.json["error"]["code"]) == (422, "bad_input")


def test_the_files_hold_every_row_and_every_community(client: FlaskClient) -> None:
    response = client.get("/linkage.csv?list=unlinked&lang=en")
    rows = lines_of(response.text)
    assert len(rows) == 4
    assert {row[5] for row in rows[1:]} == {"no block here", "block without a grid"}
    assert response.headers["Content-Disposition"] == 'attachment; filename="linkage-unlinked-2024-05-31.csv"'
    chinese = lines_of(client.get("/linkage.csv?list=communities&lang=zh").text)
    assert [row[1] for row in chinese] == ["社区", "全区", "青龙社区", "不在任何社区"]
    assert chinese[1][-3:] == ["57", "60", "95.0"]
    assert client.get("/linkage.csv?list=all", headers={"Accept": "application/json"}).status_code == 422


def test_no_cell_of_the_file_is_run_as_a_formula(own_client: FlaskClient, world: Store) -> None:
    with world.write() as session:
        session.execute(sa.update(Incident).where(Incident.grid_id.is_(None)).values(address='=HYPERLINK("http://x")'))
    rows = lines_of(own_client.get("/linkage.csv?lang=en").text)
    assert rows[1][3] == "'=HYPERLINK(\"http://x\")"
