"""The layers a file can be imported as: their fields, what a column of each may be called, which shapes they take."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from gridmap.domain.parties import FIELD_LIMITS


class Type(StrEnum):
    TEXT = "text"
    WHOLE = "whole"  # a whole number
    NUMBER = "number"
    DATE = "date"
    TIME = "time"  # an instant; a bare day is taken as a day
    MONTH = "month"
    NAMES = "names"  # several names in one cell, parted by ; or 、


class Shape(StrEnum):
    POINT = "point"
    LINE = "line"
    POLYGON = "polygon"


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `synonyms` are headings it is guessed from, best first; `limit` is in characters, or the number's.
    What `is_sealed` is personal: stored encrypted, never exported.
    """

    name: str
    type: Type = Type.TEXT
    required: bool = False
    synonyms: tuple[str, ...] = ()
    limit: int = 120
    low: float | None = None
    high: float | None = None
    is_sealed: bool = False


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer. `id_field` is the field whose value is the row's source id."""

    name: str
    fields: tuple[Field, ...]
    shapes: frozenset[Shape]
    id_field: str = "code"
    shape_required: bool = True
    widens: bool = False  # may widen the extent of a project that has one
    is_coverage: bool = False  # polygons that must not overlap
    in_basemap: bool = False  # what the base map is drawn from

    def field(self, name: str) -> Field:
        return next(field for field in self.fields if field.name == name)

    def field_names(self) -> list[str]:
        return [field.name for field in self.fields]


POINTS = frozenset({Shape.POINT})
LINES = frozenset({Shape.LINE})
POLYGONS = frozenset({Shape.POLYGON})
ANY = frozenset(Shape)

# Where a table without shapes says where a row is; not fields of any layer, but mapped like fields.
LON = Field(
    "lon", Type.NUMBER, synonyms=("longitude", "lng", "long", "经度", "lon_wgs84", "wgs_lon", "x", "x坐标", "point_x")
)
LAT = Field("lat", Type.NUMBER, synonyms=("latitude", "纬度", "lat_wgs84", "wgs_lat", "y", "y坐标", "point_y"))
WKT = Field("wkt", Type.TEXT, synonyms=("geometry", "geom", "the_geom", "wkt_geom", "图形"), limit=50_000_000)
PLACE_FIELDS = (LON, LAT, WKT)


def _code(*synonyms: str, required: bool = False, limit: int = 40) -> Field:
    common = ("编码", "代码", "编号", "id", "objectid", "gid", "uid")
    return Field("code", required=required, synonyms=(*synonyms, *common), limit=limit)


def _name(*synonyms: str, required: bool = False, limit: int = 120) -> Field:
    return Field("name", required=required, synonyms=(*synonyms, "名称", "label", "title"), limit=limit)


_COMMUNITY_CODE = Field("community_code", synonyms=("community", "社区编码", "社区代码", "村编码"), limit=40)
_BUILDING_CODE = Field(
    "building_code", synonyms=("building_id", "楼栋编码", "房屋编码", "建筑编码", "building"), limit=120
)

AREAS = Layer(
    "areas",
    (
        _code("area_code", "区划代码", "行政区划代码", "adcode", required=True),
        _name("area_name", "区域名称", "社区名称", "街道名称", "小区名称", required=True),
        Field("level", synonyms=("级别", "层级", "区划级别", "area_level"), limit=20),
        Field("parent_code", synonyms=("parent", "上级编码", "上级代码", "父级编码", "parent_id", "pcode"), limit=40),
        Field("aliases", Type.NAMES, synonyms=("alias", "别名", "曾用名", "俗称")),
        Field("valid_from", Type.DATE, synonyms=("启用日期", "生效日期")),
        Field("valid_to", Type.DATE, synonyms=("停用日期", "失效日期")),
    ),
    POLYGONS,
    shape_required=False,
    widens=True,
    is_coverage=True,
    in_basemap=True,
)
GROUND = Layer(
    "ground",
    (
        _code(limit=120),
        _name(),
        Field("kind", required=True, synonyms=("类型", "类别", "type", "fclass", "natural", "landuse"), limit=20),
    ),
    ANY,
    in_basemap=True,
)
BLOCKS = Layer(
    "blocks",
    (
        _code("block_code", "地块编码", "基础单元编码", "precinct_code", "geoid", "geoid20", required=True),
        _name("block_name", "地块名称"),
        _COMMUNITY_CODE,
        Field("land_use", synonyms=("landuse", "用地性质", "用地类型"), limit=40),
    ),
    POLYGONS,
    widens=True,
    is_coverage=True,
    in_basemap=True,
)
GRIDS = Layer(
    "grids",
    (
        _code("grid_code", "网格编码", "网格代码", "网格编号", "ward_code", required=True),
        _name("grid_name", "网格名称", "网格", "ward_name"),
        _COMMUNITY_CODE,
        Field("kind", synonyms=("类型", "网格类型", "grid_type", "grid_kind", "type"), limit=20),
    ),
    POLYGONS,
    widens=True,
    is_coverage=True,
    in_basemap=True,
)
BUILDINGS = Layer(
    "buildings",
    (
        _code("building_code", "楼栋编码", "房屋编码", "建筑编码", "osm_id", limit=120),
        Field("compound_code", synonyms=("compound", "小区编码", "小区代码"), limit=40),
        Field("street_name", synonyms=("street", "路名", "道路名称", "addr_street"), limit=120),
        Field("door_number", synonyms=("门牌", "门牌号", "housenumber", "addr_housenumber"), limit=20),
        Field("number", synonyms=("楼号", "栋号", "楼栋号", "building_number"), limit=20),
        _name("building_name", "楼栋名称", "建筑名称"),
        Field("kind", synonyms=("类型", "用途", "房屋用途", "type", "building"), limit=40),
        Field("floors", Type.WHOLE, synonyms=("层数", "楼层数", "levels", "building_levels"), low=0, high=300),
        Field("units", Type.WHOLE, synonyms=("单元数", "单元数量"), low=0, high=200),
        Field("aliases", Type.NAMES, synonyms=("alias", "别名", "俗称")),
    ),
    POLYGONS,
    in_basemap=True,
)
HOUSEHOLDS = Layer(
    "households",
    (
        _code("household_code", "户编码", "住户编码", "geoid", limit=120),
        _BUILDING_CODE,
        Field("unit", synonyms=("单元", "单元号"), limit=20),
        Field("room", synonyms=("室", "房号", "房间号", "户室"), limit=20),
        Field("count", Type.WHOLE, synonyms=("households", "户数"), low=0, high=1_000_000),
        Field(
            "residents", Type.WHOLE, synonyms=("population", "人口", "人数", "居住人数", "pop"), low=0, high=10_000_000
        ),
    ),
    POINTS,
)
UNITS = Layer(
    "units",
    (
        _code("unit_code", "单位编码", "统一社会信用代码", limit=120),
        _name("unit_name", "单位名称", "商户名称", required=True),
        Field("kind", synonyms=("类型", "类别", "行业", "type", "category"), limit=40),
        _BUILDING_CODE,
    ),
    POINTS,
)
SITES = Layer(
    "sites",
    (
        _code("site_code", "部位编码", limit=120),
        _name("site_name", "部位名称", required=True),
        Field("kind", required=True, synonyms=("类型", "类别", "部位类型", "type", "category"), limit=40),
    ),
    ANY,
    in_basemap=True,
)
STREETS = Layer(
    "streets",
    (
        _code("street_code", "道路编码", "osm_id", limit=120),
        _name("street_name", "路名", "道路名称"),
        Field(
            "class", required=True, synonyms=("highway", "道路等级", "等级", "road_class", "fclass", "kind"), limit=80
        ),
    ),
    LINES,
    in_basemap=True,
)
CAMERAS = Layer(
    "cameras",
    (
        _code("camera_code", "设备编码", "摄像机编码", "国标编码", limit=120),
        _name("camera_name", "点位名称", "设备名称"),
        Field("kind", synonyms=("类型", "设备类型", "type"), limit=40),
        Field("bearing_deg", Type.NUMBER, synonyms=("bearing", "方位角", "朝向"), low=0, high=360),
        Field("fov_deg", Type.NUMBER, synonyms=("fov", "视场角"), low=0, high=360),
        Field("range_m", Type.NUMBER, synonyms=("range", "可视距离", "视距"), low=0, high=10_000),
    ),
    POINTS,
)
INCIDENTS = Layer(
    "incidents",
    (
        Field(
            "source_id",
            synonyms=(
                "incident_id",
                "case_id",
                "案件编号",
                "事件编号",
                "警情编号",
                "编号",
                "id",
                "uid",
                "code",
                "objectid",
            ),
        ),
        Field(
            "kind",
            synonyms=("案由", "类别", "类型", "事件类型", "案件类别", "警情类别", "category", "crime_type", "type"),
            limit=60,
        ),
        Field(
            "occurred_at",
            Type.TIME,
            synonyms=("发生时间", "案发时间", "事发时间", "datetime", "timestamp", "时间", "time", "date_time", "t"),
        ),
        Field("occurred_on", Type.DATE, synonyms=("发生日期", "案发日期", "日期", "date", "day")),
        Field("month", Type.MONTH, synonyms=("月份", "年月", "发生月份")),
        Field("reported_at", Type.TIME, synonyms=("报警时间", "上报时间", "受理时间", "reported", "登记时间")),
        Field("address", synonyms=("地址", "发生地址", "案发地址", "事发地点", "地点", "location"), limit=400),
        Field("summary", synonyms=("摘要", "简要案情", "内容", "事件描述", "description"), limit=2000),
        Field(
            "uncertainty_m",
            Type.NUMBER,
            synonyms=("accuracy_m", "定位误差", "误差", "定位精度", "精度"),
            low=0,
            high=100_000,
        ),
        Field(
            "reporter_name",
            synonyms=(
                "报案人", "报案人姓名", "报警人", "报警人姓名", "上报人", "上报人姓名", "反映人", "来访人", "reporter",
            ),
            limit=FIELD_LIMITS["name"],
            is_sealed=True,
        ),
        Field(
            "reporter_phone",
            synonyms=(
                "报案人电话", "报案电话", "报警电话", "报警人电话", "报警人联系方式", "上报人电话", "联系电话",
                "联系方式", "手机号", "手机号码", "电话", "phone", "telephone", "mobile",
            ),
            limit=FIELD_LIMITS["phone"],
            is_sealed=True,
        ),
        Field(
            "reporter_number",
            synonyms=("报案人身份证号", "报警人身份证号", "身份证号", "身份证号码", "证件号码", "id_card"),
            limit=FIELD_LIMITS["number"],
            is_sealed=True,
        ),
    ),
    POINTS,
    id_field="source_id",
)
ROUTES = Layer(
    "routes", (_code("route_code", "路线编码", limit=120), _name("route_name", "路线名称", required=True)), LINES
)
TRACKS = Layer(
    "tracks",
    (
        _code("track_code", "track_id", "trajectory_id", "traj_id", "轨迹编号", required=True, limit=120),
        _name("track_name", "轨迹名称"),
        Field("time", Type.TIME, synonyms=("t", "timestamp", "datetime", "定位时间", "时间")),
        Field("accuracy_m", Type.NUMBER, synonyms=("accuracy", "精度", "hdop_m"), low=0, high=100_000),
    ),
    frozenset({Shape.POINT, Shape.LINE}),
)

LAYERS: dict[str, Layer] = {
    layer.name: layer
    for layer in (
        AREAS, GROUND, BLOCKS, GRIDS, BUILDINGS, HOUSEHOLDS, UNITS, SITES, STREETS, CAMERAS, INCIDENTS, ROUTES, TRACKS,
    )
}  # fmt: skip
