"""The settings of the organisation, for the system administrator: a page a section, and the history of all."""

from __future__ import annotations

from flask import Blueprint, Flask

from web.pages.settings import calendar, grades, history, kinds, maps, numbers
from web.security import takes_up_to

blueprint = Blueprint("settings", __name__)

GET = (
    ("/settings", "kinds", kinds.show),
    ("/settings/grades", "grades", grades.show),
    ("/settings/calendar", "calendar", calendar.show),
    ("/settings/calendar.csv", "list_of_days", calendar.download),
    ("/settings/map", "maps", maps.show),
    ("/settings/numbers", "numbers", numbers.show),
    ("/settings/history", "history", history.show),
)
POST = (
    ("/settings", "save_kinds", kinds.save),
    ("/settings/grades", "save_grades", grades.save),
    ("/settings/calendar", "save_week", calendar.save_week),
    ("/settings/calendar/file", "take_days", takes_up_to(calendar.LIMIT_BYTES)(calendar.take_file)),
    ("/settings/calendar/day", "save_day", calendar.save_day),
    ("/settings/map", "save_maps", maps.save),
    ("/settings/numbers", "save_numbers", numbers.save),
    ("/settings/history/<int:version>", "return_to", history.return_to),
)

for address, name, view in GET:
    blueprint.add_url_rule(address, name, view)
for address, name, view in POST:
    blueprint.add_url_rule(address, name, view, methods=["POST"])


def init_settings(app: Flask) -> None:
    app.register_blueprint(blueprint)
