"""What every field of every layer means, in both languages: for the people who fill in a sheet."""

from __future__ import annotations

from typing import Literal

from gridmap.services.exchange.layers import Field, Layer, Type

Language = Literal["zh", "en"]
Words = tuple[str, str]  # Chinese, English

TYPES: dict[Type, Words] = {
    Type.TEXT: ("文本", "text"),
    Type.WHOLE: ("整数", "whole number"),
    Type.NUMBER: ("数字", "number"),
    Type.DATE: ("日期，如 2024-03-05", "date, as 2024-03-05"),
    Type.TIME: ("时间，如 2024-03-05 18:30", "time, as 2024-03-05 18:30"),
    Type.MONTH: ("月份，如 2024-03", "month, as 2024-03"),
    Type.NAMES: ("多个名称，用“；”分隔", "several names, parted by ;"),
}
UNITS: dict[str, Words] = {"_m": ("米", "metres"), "_deg": ("度", "degrees")}

# By "layer.field", else by field alone.
MEANINGS: dict[str, Words] = {
    "code": (
        "编码，在本图层内唯一；再次导入时据此识别同一行",
        "its code, used once in the layer; by it a row is known again",
    ),
    "name": ("名称", "its name"),
    "aliases": ("别名、俗称、曾用名", "other names people use for it"),
    "kind": ("类型", "what it is"),
    "community_code": ("所属社区或村的编码", "code of the community or village it is in"),
    "building_code": ("所在楼栋的编码", "code of the building it is in"),
    "lon": ("经度；坐标系不是 WGS-84 时，导入时用 --crs 说明", "longitude; if it is not WGS-84, say so with --crs"),
    "lat": ("纬度", "latitude"),
    "wkt": ("图形，WKT 文本，如 POLYGON((114.9 30.1, ...))", "its shape as WKT text, as POLYGON((114.9 30.1, ...))"),
    "areas.code": ("区划编码：区县 6 位、街道 9 位、社区 12 位", "administrative code: 6, 9 or 12 digits by level"),
    "areas.level": ("级别；不填则按编码位数判断", "level; if empty, told by the length of the code"),
    "areas.parent_code": ("上级区划编码；不填则由编码推出", "code of the area above; if empty, derived from the code"),
    "areas.valid_from": ("启用日期", "first day it exists"),
    "areas.valid_to": ("停用日期", "last day it exists"),
    "ground.kind": ("水域 water、绿地 green、铁路 railway、围墙 wall", "water, green, railway or wall"),
    "blocks.land_use": ("用地性质", "what the ground is used for"),
    "grids.kind": ("residential 为住宅网格，其他为专属网格", "residential; any other kind is a dedicated grid"),
    "buildings.compound_code": ("所在小区的编码", "code of the compound it is in"),
    "buildings.street_name": ("门牌所在道路", "street of its door number"),
    "buildings.door_number": ("门牌号", "door number"),
    "buildings.number": ("楼栋号", "number of the building in its compound"),
    "buildings.kind": ("用途", "what it is used for"),
    "buildings.floors": ("地上层数", "floors above the ground"),
    "buildings.units": ("单元数", "number of stairwells"),
    "households.unit": ("单元", "stairwell"),
    "households.room": ("房号", "room"),
    "households.count": ("户数；不填表示一行一户", "households in this row; if empty, one"),
    "households.residents": ("居住人数", "residents"),
    "units.kind": ("行业或类别", "line of business"),
    "sites.kind": (
        "类型：school 学校、hospital 医院、market 市场、station 车站……",
        "what it is: school, hospital, market, station, ...",
    ),
    "streets.class": ("道路等级", "class of the street"),
    "cameras.bearing_deg": ("朝向，正北为 0，顺时针", "bearing, north is 0, clockwise"),
    "cameras.fov_deg": ("水平视场角", "horizontal angle of view"),
    "cameras.range_m": ("可视距离", "how far it sees"),
    "incidents.source_id": (
        "来源系统中的编号；再次导入时据此识别",
        "its number where it comes from; by it it is known again",
    ),
    "incidents.kind": ("事件类型（案由）；新的类型会加入配置", "kind; a new one is added to the configuration"),
    "incidents.occurred_at": ("发生时间，精确到分钟", "when it happened, to the minute"),
    "incidents.occurred_on": ("只知道日期时填这里", "the day, where only that is known"),
    "incidents.month": ("只知道月份时填这里", "the month, where only that is known"),
    "incidents.reported_at": ("上报（报警）时间", "when it was reported"),
    "incidents.address": ("发生地址；没有坐标时按地址定位", "where it happened; places it if there are no coordinates"),
    "incidents.summary": ("简要内容，不写个人信息", "what happened, without personal data"),
    "incidents.uncertainty_m": ("坐标误差", "how far the place may be off"),
    "incidents.reporter_name": (
        "报案人姓名；加密保存，只显示首字，不会导出",
        "who reported it; stored encrypted, shown by the first letter only, never exported",
    ),
    "incidents.reporter_phone": (
        "报案人电话；加密保存，遮盖显示，可按号码查找，不会导出",
        "their phone; stored encrypted, shown masked, found by the number, never exported",
    ),
    "incidents.reporter_number": (
        "报案人证件号码；加密保存，遮盖显示，不会导出",
        "their identity number; stored encrypted, shown masked, never exported",
    ),
    "tracks.code": (
        "轨迹编号；同一编号的各行按时间连成一条",
        "its code; rows of one code are joined in the order of their times",
    ),
    "tracks.time": ("定位时间", "when the point was taken"),
    "tracks.accuracy_m": ("定位精度", "accuracy of the point"),
}


def heading_of(field: Field, language: Language) -> str:
    """What the column of a field is called in a language; it is recognised again by an import."""
    if language == "en":
        return field.name
    return next((name for name in field.synonyms if any("\u4e00" <= letter <= "\u9fff" for letter in name)), field.name)


def meaning_of(layer: Layer, field: Field, language: Language) -> str:
    """What belongs into a field of a layer, in one line."""
    words = MEANINGS.get(f"{layer.name}.{field.name}") or MEANINGS[field.name]
    return in_language(words, language)


def type_of(field: Field, language: Language) -> str:
    """The type of a field with its unit and its limits."""
    words = [in_language(TYPES[field.type], language)]
    words += [in_language(unit, language) for end, unit in UNITS.items() if field.name.endswith(end)]
    if field.low is not None and field.high is not None:
        words.append(f"{_plain(field.low)}-{_plain(field.high)}")
    elif field.type in (Type.TEXT, Type.NAMES) and field.limit < 10_000:
        words.append(in_language((f"最多 {field.limit} 字", f"up to {field.limit} characters"), language))
    return ("，" if language == "zh" else ", ").join(words)


def _plain(limit: float) -> str:
    """A limit as people write it: 1,000,000 and 0.5."""
    return f"{limit:,.0f}" if limit == int(limit) else f"{limit:,}"


def in_language(words: Words, language: Language) -> str:
    return words[0 if language == "zh" else 1]
