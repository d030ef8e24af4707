"""Two totals side by side: the test that is answered, and heat of different kinds on one scale."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from scipy.stats import binomtest

from tests.services import small_world
from tests.services.test_situation_heat import tile_and_pixel

DAYS = "first_days=31&second_days=28"


@pytest.mark.parametrize(("first", "second"), [(40, 21), (12, 9), (0, 7), (3431, 3154)])
def test_p_is_that_of_the_exact_conditional_test(client: FlaskClient, first: int, second: int) -> None:
    answer = client.get(f"/api/v1/compare?first={first}&second={second}&{DAYS}").json
    wanted = binomtest(first, first + second, 31 / 59).pvalue
    assert answer["p"] == pytest.approx(wanted, rel=1e-6)
    assert answer["significant"] == (wanted <= 0.05)


def test_nothing_against_nothing_is_no_change(client: FlaskClient) -> None:
    assert client.get(f"/api/v1/compare?first=0&second=0&{DAYS}").json == {"p": 1.0, "significant": False}


@pytest.mark.parametrize(
    "question",
    [
        "first=1&second=2",
        f"first=-1&second=2&{DAYS}",
        "first=1&second=2&first_days=0&second_days=3",
        f"second=2&{DAYS}",
    ],
)
def test_what_cannot_be_compared_is_refused(client: FlaskClient, question: str) -> None:
    answer = client.get(f"/api/v1/compare?{question}")
    assert answer.status_code == 422
    assert answer.json["error"]["fields"]


def test_heat_is_drawn_on_the_scale_that_is_asked_for(client: FlaskClient) -> None:
    x, y, _, _ = tile_and_pixel(*small_world.CLUSTER, 15)
    tile = f"/tiles/heat/15/{x}/{y}.png?from=2024-05-01&to=2024-05-31&bw=300"
    own = client.get("/api/v1/legend?bw=300").json["max"]
    assert client.get(f"{tile}&top={own}").data == client.get(tile).data
    assert client.get(f"{tile}&top={3 * own}").data != client.get(tile).data
    assert client.get(f"{tile}&top=0").status_code == 422
