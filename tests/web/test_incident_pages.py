"""The pages of incidents as the server writes them: what is listed, what is refused beside its field."""

from __future__ import annotations

import html
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from gridmap.services.doubt import Candidate
from web.pages.incidents import NEAR_GRIDS, by_nearness


def rows(text: str) -> int:
    return text.count('<td class="incidents__kind">')


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 50),
        ("?state=outside", 3),
        ("?state=doubtful", 0),
        ("?state=nonsense", 50),
        ("?kind=help", 6),
        ("?grid=G2", 3),
        ("?grid=%E8%BD%A6%E7%AB%99", 3),  # by its name
        ("?from=2024-05-30&to=2024-05-30", 3),
        ("?kind=help&state=outside", 3),
        ("?block=B4", 2),
        ("?area=01&kind=help", 5),
        ("?block=B1&grid=G2", 3),  # what was typed into the field goes before what came from the map
    ],
)
def test_the_list_shows_what_is_asked_for(client: FlaskClient, query: str, count: int) -> None:
    response = client.get(f"/incidents{query}")
    assert response.status_code == 200
    assert rows(response.text) == count


def counted(text: str) -> list[int]:
    """How many there are in all, in doubt, outside, as the list's three tabs say."""
    return [int(number.replace(",", "")) for number in re.findall(r'chip__count">([\d,]+)<', text)]


@pytest.mark.parametrize(
    ("query", "counts"),
    [
        ("", [60, 0, 3]),
        ("?state=outside", [60, 0, 3]),
        ("?grid=G2", [3, 0, 0]),
        ("?kind=help", [6, 0, 3]),
        ("?kind=help,dispute", [10, 0, 3]),
        ("?from=2024-05-01&to=2024-05-30&kind=dispute", [0, 0, 0]),  # known by month only, and the month is not whole
        ("?from=2024-05-01&to=2024-05-31&kind=dispute", [4, 0, 0]),
        ("?hours=4.8-10", [0, 0, 0]),  # none is known to the minute
        ("?hours=nonsense", [60, 0, 3]),
    ],
)
def test_tabs_count_what_the_list_has(client: FlaskClient, query: str, counts: list[int]) -> None:
    text = client.get(f"/incidents{query}").text
    assert counted(text) == counts
    listed = counts[2] if "state=outside" in query else counts[0]
    assert rows(text) == min(50, listed)


def test_the_way_to_the_map_keeps_days_kinds_and_hours(client: FlaskClient) -> None:
    text = client.get("/incidents?area=01&kind=help,dispute&from=2024-05-01&to=2024-05-31&hours=4.8-10&lang=en").text
    (way,) = re.findall(r'href="(/\?area=[^"]+)"', text)
    asked = parse_qs(urlsplit(html.unescape(way)).query)
    assert asked == {
        "area": ["01"], "kinds": ["help,dispute"], "from": ["2024-05-01"], "to": ["2024-05-31"], "hours": ["4.8-10"],
    }  # fmt: skip
    assert re.search(r'<option value="help,dispute" selected>[^<]+, [^<]+</option>', text)
    assert "Thu 8–11" in text


def test_days_are_written_in_the_form_of_the_language(client: FlaskClient) -> None:
    assert "<time>30 May 2024</time>" in client.get("/incidents?grid=G2&lang=en").text
    assert "<time>May 2024</time>" in client.get("/incidents?kind=dispute&lang=en").text
    assert "<time>2024-05-30</time>" in client.get("/incidents?grid=G2&lang=zh").text


def test_older_pages_follow_and_end(client: FlaskClient) -> None:
    first = client.get("/incidents").text
    older = re.search(r'href="(/incidents\?after=[^"]+)" rel="next"', first)
    assert older is not None
    second = client.get(older[1]).text
    uids = [set(re.findall(r'href="/incidents/([0-9a-f-]{36})"', text)) for text in (first, second)]
    assert (len(uids[0]), len(uids[1]), uids[0] & uids[1]) == (50, 10, set())
    assert 'rel="next"' not in second


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("?kind=alien", "kind"),
        ("?grid=G9", "grid"),
        ("?block=B99", "grid"),
        ("?area=A99", "grid"),
        ("?from=31.5.2024", "from"),
        ("?from=2024-05-02&to=2024-05-01", "to"),
    ],
)
def test_what_cannot_be_looked_for_is_said_beside_its_field(client: FlaskClient, query: str, field: str) -> None:
    response = client.get(f"/incidents{query}")
    assert response.status_code == 200
    found = re.search(rf'id="{field}-wrong">([^<]+)<', response.text)
    assert found is not None
    assert found[1].strip()
    assert rows(response.text) == 0


def test_an_incident_that_does_not_exist_has_an_error_page(client: FlaskClient) -> None:
    response = client.get("/incidents/none", headers={"Accept": "text/html"})
    assert response.status_code == 404
    assert "<h1>" in response.text


@pytest.mark.parametrize("address", ["/", "/incidents", "/incidents/new"])
def test_the_navigation_marks_the_page_that_is_open(client: FlaskClient, address: str) -> None:
    text = client.get(address).text
    links = re.findall(r'<a class="nav__link" href="([^"]+)"( aria-current="page")?', text)
    assert [link for link, _ in links] == ["/", "/incidents", "/import", "/linkage", "/audit", "/settings"]
    current = "/" if address == "/" else "/incidents"
    assert [link for link, mark in links if mark] == [current]


def test_what_was_typed_cannot_leave_its_place_in_the_page(client: FlaskClient) -> None:
    text = client.get('/incidents?grid="><script>alert(1)</script>').text
    assert "<script>alert" not in text


def test_an_imported_incident_s_page_stands_without_a_script(client: FlaskClient) -> None:
    uid = client.get("/api/v1/incidents?grid=G2&limit=1").json["items"][0]["uid"]
    text = client.get(f"/incidents/{uid}?lang=en").text
    assert "青龙社区" in text
    assert "Nothing was done to it since it was stored." in text
    assert "30 May 2024" in text
    assert re.search(r'id="question"[^>]* hidden', text)


def candidate(number: int, community: str, distance_m: float) -> Candidate:
    return Candidate(f"G{number}", f"{number}", community, distance_m, 0.01, number, number, is_on_border=False)


def test_of_many_grids_the_nearest_are_asked_about_and_the_rest_listed_by_community() -> None:
    own = candidate(0, "A", 0.0)
    far = [candidate(number, "AB"[number % 2], 100.0 - number) for number in range(1, 10)]
    near, others = by_nearness([own, *far])
    assert [one.code for one in near] == ["G0", "G9", "G8", "G7", "G6", "G5"]
    assert [(community, [one.code for one in grids]) for community, grids in others] == [
        ("A", ["G2", "G4"]),
        ("B", ["G1", "G3"]),
    ]
    few = [own, *far[: NEAR_GRIDS - 1]]
    assert by_nearness(few) == (few, [])  # the largest share first, as it was
