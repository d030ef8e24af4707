"""The words on heat files, Chinese and English."""

from __future__ import annotations

from typing import Literal

Lang = Literal["zh", "en"]

WORDS: dict[str, dict[str, str]] = {
    "zh": {
        "title": "{name} 事件热力图",
        "title_unnamed": "事件热力图",
        "period": "{from_on} 至 {to_on}",
        "kinds": "类别：{kinds}",
        "all_kinds": "全部",
        "count": "事件 {count} 起",
        "unit": "件/km² 每30天",
        "bandwidth": "核带宽 {bandwidth_m:g} 米",
        "synthetic": "演示数据：图形与事件均为合成",
        "month_rows": "其中 {count} 起只知月份",
        "approval": "审图号：{number}",
        "no_approval": "内部使用，暂无",
        "generated": "gridmap {version} 生成",
        "zoom_in": "放大",
        "zoom_out": "缩小",
        "empty": "本期没有事件",
        "km": "{length:g} 千米",
        "m": "{length:g} 米",
        "join": "、",
        "comma": "，",
    },
    "en": {
        "title": "{name}: incident heat map",
        "title_unnamed": "Incident heat map",
        "period": "{from_on} to {to_on}",
        "kinds": "Kinds: {kinds}",
        "all_kinds": "all",
        "count": "{count} incidents",
        "unit": "per km² and 30 days",
        "bandwidth": "kernel bandwidth {bandwidth_m:g} m",
        "synthetic": "Demo data: shapes and incidents are synthetic",
        "month_rows": "{count} of them known by month only",
        "approval": "Map approval no.: {number}",
        "no_approval": "internal use, none",
        "generated": "made by gridmap {version}",
        "zoom_in": "Zoom in",
        "zoom_out": "Zoom out",
        "empty": "No incidents in this period",
        "km": "{length:g} km",
        "m": "{length:g} m",
        "join": ", ",
        "comma": ", ",
    },
}
