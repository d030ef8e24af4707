"""What every page but the map is drawn with (templates/page.html)."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, render_template

from web.api.answers import ProjectAnswer
from web.context import whole


def show(template: str, *, here: str, status: int = 200, **values: Any) -> Response:
    """A page: `here` names its place in the navigation, `values` go to the template beside `project`."""
    project = ProjectAnswer().dump(whole().project)
    response = make_response(render_template(template, here=here, project=project, **values), status)
    response.headers["Cache-Control"] = "private, no-cache"
    return response
