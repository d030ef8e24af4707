"""The map page. Its address is the state of the view, so that a link shows another person the same."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, render_template, request
from marshmallow import EXCLUDE, ValidationError

from gridmap.errors import BadInput
from gridmap.services.situation import Picture
from web import security
from web.api.answers import SituationAnswer
from web.api.parameters import ViewQuery
from web.api.situation import situation_of
from web.context import running
from web.maps import page_map
from web.tiles import basemap_url


def show() -> Response:
    """The page with the map and the summary in it, so that the first view needs one request less."""
    parts = running()
    picture, basemap = parts.situation.picture(), basemap_url()
    situation = situation_of(picture, basemap)
    response = make_response(
        render_template(
            "map.html",
            map=page_map(situation["project"], basemap, parts.assets, security.nonce()),
            view=_view(picture),
            situation=SituationAnswer().dump(situation),
        )
    )
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _view(picture: Picture) -> dict[str, Any]:
    """The state of the view in the address; what it does not say is the default. Raises BadInput."""
    try:
        asked = ViewQuery(unknown=EXCLUDE).load(request.args)
    except ValidationError as error:
        words = " ".join(f"{name}: {' '.join(texts)}" for name, texts in error.normalized_messages().items())
        raise BadInput(f"The address of this view is damaged. {words}", "Open the map without it: /") from None
    summary = picture.summary()
    period = picture.period(asked["from_on"], asked["to_on"])
    picture.check_kinds(asked["kinds"])
    return {
        "from": period.from_on.isoformat(),
        "to": period.to_on.isoformat(),
        "kinds": list(asked["kinds"]) if asked["kinds"] else None,
        "bw": asked["bw"] or summary.heat.bandwidth_m,
        "grid": asked["grid"],
    }
