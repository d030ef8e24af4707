"""What the JSON routes answer, as schemas: they write the services' values and describe them in /api/openapi.json."""

from __future__ import annotations

from apiflask import Schema
from apiflask.fields import Boolean, Date, DateTime, Dict, Float, Integer, List, Nested, String


class PeriodAnswer(Schema):
    from_on = Date(data_key="from")
    to_on = Date(data_key="to")


class FirstViewAnswer(Schema):
    from_on = Date(data_key="from", attribute="period.from_on")
    to_on = Date(data_key="to", attribute="period.to_on")
    recent = Boolean(metadata={"description": "False when the data end before the last 30 days."})


class ProjectAnswer(Schema):
    name = String()
    extent = List(Float(), allow_none=True, metadata={"description": "west, south, east, north"})
    time_zone = String()
    is_demo = Boolean()
    is_synthetic = Boolean()
    now_on = Date(metadata={"description": "The local day that counts as today."})
    attribution = String(allow_none=True)
    approval_number = String(allow_none=True, metadata={"description": "审图号"})
    language = String(metadata={"description": "Of whoever has not chosen one.", "example": "zh"})
    settings_version = Integer(metadata={"description": "Another one after every change of the settings."})


class OwnBasemapAnswer(Schema):
    """Pictures of the organisation's own that may be shown below the map."""

    url = String(metadata={"description": "With {z}, {x} and {y} (or {-y}) for zoom, column and row."})
    min_zoom = Integer()
    max_zoom = Integer()
    credit = String()
    approval_number = String(metadata={"description": "审图号 of the pictures"})
    is_elsewhere = Boolean(metadata={"description": "They come from another server of the own network."})


class PlanAnswer(Schema):
    uid = String()
    name = String()
    low = Integer()
    high = Integer()
    counted = String()
    grids = Integer()
    version = String()


class KindAnswer(Schema):
    code = String()
    zh = String()
    en = String()
    count = Integer()
    children = List(Nested(lambda: KindAnswer()))


class TotalsAnswer(Schema):
    incidents = Integer()
    in_grids = Integer()
    outside = Integer()
    blocks = Integer()
    buildings = Integer()
    households = Integer()
    grids = Integer()


class HeatAnswer(Schema):
    bandwidth_m = Float()
    bandwidths_m = List(Float())
    version = String()


class SituationAnswer(Schema):
    project = Nested(ProjectAnswer)
    first_on = Date(allow_none=True)
    last_on = Date(allow_none=True)
    seq = Integer()
    plan = Nested(PlanAnswer, allow_none=True)
    kinds = List(Nested(KindAnswer))
    counts = Nested(TotalsAnswer)
    incident_bounds = List(
        Float(), allow_none=True, metadata={"description": "west, south, east, north of all incidents"}
    )
    heat = Nested(HeatAnswer)
    first_view = Nested(FirstViewAnswer, data_key="period")
    basemap = String(allow_none=True)
    own_basemap = Nested(OwnBasemapAnswer, allow_none=True)


class MonthAnswer(Schema):
    month = String()
    count = Integer()


class TimelineAnswer(Schema):
    first_on = Date(allow_none=True)
    daily = List(Integer())
    months = List(Nested(MonthAnswer))


class CountsAnswer(Schema):
    period = Nested(PeriodAnswer)
    total = Integer()
    in_grids = Integer()
    outside = Integer()
    month_rows = Integer(metadata={"description": "Known by month only. With hours they are not in the total."})
    day_rows = Integer(metadata={"description": "Known by day only. With hours they are not in the total."})
    left_out = Integer(metadata={"description": "Known by month only, of months partly in the period: in no figure."})
    doubtful = Integer(metadata={"description": "Of the total: they may belong to another grid."})
    by_kind = Dict(String(), Integer())
    by_grid = Dict(String(), Integer())
    by_area = Dict(String(), Integer(), metadata={"description": "Districts, streets and communities, by code."})
    by_block = Dict(
        String(), Integer(), allow_none=True, metadata={"description": "With grid or block only, else null."}
    )


class PatternsAnswer(Schema):
    period = Nested(PeriodAnswer)
    hours = List(Integer(), metadata={"description": "168: hours of the week from Monday 00:00, local time."})
    weekdays = List(Integer(), metadata={"description": "7: how many Mondays to Sundays the period has."})
    day_rows = Integer(metadata={"description": "Known by day only: in no hour."})
    month_rows = Integer(metadata={"description": "Known by month only: in no hour."})
    total = Integer()


class PointsAnswer(Schema):
    mode = String(metadata={"description": "places, or clusters where there are more than 5,000 places"})
    total = Integer(metadata={"description": "Incidents: the sum of count."})
    lon = List(Float())
    lat = List(Float())
    count = List(Integer(), metadata={"description": "Incidents at that place or in that cluster."})
    kind = List(Integer(), metadata={"description": "Place in kinds; -1 where there are several."})
    kinds = List(String())


class AreaAnswer(Schema):
    code = String()
    name = String()
    level = String(metadata={"description": "district, street or town, community or village, compound"})
    parent = String(allow_none=True)
    bbox = List(Float(), allow_none=True, metadata={"description": "west, south, east, north; null without a shape"})
    grids = List(String(), metadata={"description": "Codes of the plan's grids that lie right below it."})
    households = Integer()


class AreasAnswer(Schema):
    items = List(Nested(AreaAnswer))


class PlanLineAnswer(Schema):
    uid = String()
    name = String()
    status = String(metadata={"description": "draft, submitted, published or superseded"})
    from_on = Date(data_key="from", allow_none=True)
    to_on = Date(data_key="to", allow_none=True, metadata={"description": "Its last day; null while it has none."})
    grids = Integer()
    in_force = Boolean()


class PlansAnswer(Schema):
    items = List(Nested(PlanLineAnswer))


class LegendClassAnswer(Schema):
    low = Float(data_key="from")
    high = Float(data_key="to", allow_none=True)
    color = String()
    opacity = Float()
    composited = String()


class LegendAnswer(Schema):
    unit = String()
    max = Float(metadata={"description": "Where the scale ends."})
    widened = Boolean(metadata={"description": "Higher than in longer periods: a lone incident is no hot spot."})
    classes = List(Nested(LegendClassAnswer))
    land = String()


class BlockAt(Schema):
    code = String()


class GridAtAnswer(Schema):
    code = String()
    name = String()


class NearestAnswer(Schema):
    code = String()
    name = String()
    distance_m = Float()


class PlaceAnswer(Schema):
    lon = Float()
    lat = Float()
    block = Nested(BlockAt, allow_none=True)
    grid = Nested(GridAtAnswer, allow_none=True)
    community = String(allow_none=True)
    nearest = Nested(NearestAnswer, allow_none=True)


class IncidentAnswer(Schema):
    uid = String()
    case_number = String()
    kind = String()
    occurred_at = DateTime(allow_none=True, metadata={"description": "UTC; null unless precision is minute."})
    occurred_on = Date(metadata={"description": "Local day; the first of the month when precision is month."})
    precision = String()
    address = String(allow_none=True)
    lon = Float()
    lat = Float()
    grid = String(allow_none=True)
    block = String(allow_none=True)
    uncertainty_m = Float(allow_none=True)
    is_doubtful = Boolean(metadata={"description": "It may belong to another grid, somebody has to say to which."})
    placed_by = String(metadata={"description": "coordinates, address, map or person"})


class IncidentsAnswer(Schema):
    items = List(Nested(IncidentAnswer))
    next = String(allow_none=True, metadata={"description": "Give it as `after` for the next page."})


class ChangeAnswer(Schema):
    seq = Integer()
    at = DateTime()
    action = String()
    entity = String()
    entity_uid = String(data_key="uid", allow_none=True)


class ChangesAnswer(Schema):
    seq = Integer(metadata={"description": "The newest change there is."})
    now_on = Date(metadata={"description": "The local day that counts as today: a plan may begin with it."})
    entries = List(Nested(ChangeAnswer))


class HealthAnswer(Schema):
    status = String()
    version = String()
    database = String()
    seq = Integer()
