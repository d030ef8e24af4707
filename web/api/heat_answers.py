"""What the routes about heat answer."""

from __future__ import annotations

from apiflask import Schema
from apiflask.fields import Float, Integer


class HeatValueAnswer(Schema):
    per_km2_30d = Float(
        allow_none=True, metadata={"description": "Incidents per km2 per 30 days; null beyond the district."}
    )
    count_within = Integer(metadata={"description": "Incidents of the period within bandwidth_m, plainly counted."})
    bandwidth_m = Float()
    days = Integer(metadata={"description": "Length of the period."})
    left_out = Integer(metadata={"description": "Known by month only, of months partly in the period: not drawn."})
