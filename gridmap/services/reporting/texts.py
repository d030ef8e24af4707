"""The words on heat files, Chinese and English."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from gridmap.domain.week_hours import HOURS, WeekHours

Lang = Literal["zh", "en"]

WEEKDAYS = {
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sept", "Oct", "Nov", "Dec")

WORDS: dict[str, dict[str, str]] = {
    "zh": {
        "title": "{name} 事件热力图",
        "title_coloured": "{name} {what}",
        "title_unnamed": "事件热力图",
        "period": "{from_on} 至 {to_on}",
        "kinds": "类别：{kinds}",
        "all_kinds": "全部",
        "count": "事件 {count} 起",
        "unit": "件/km² 每30天",
        "bandwidth": "核带宽 {bandwidth_m:g} 米",
        "by_count": "各网格事件数",
        "by_rate": "各网格每百户事件数",
        "by_change": "各网格事件变化",
        "unit_count": "件，本时段",
        "unit_rate": "件/百户（平滑）",
        "unit_change": "%（与上一时段相比）",
        "not_significant": "不显著",
        "no_data": "无数据",
        "water": "水面",
        "compared": "对比时段：{from_on} 至 {to_on}",
        "all_chance": "各网格的差异均未超出偶然",
        "scaled": "所选 {days} 天，按 30 天折算：1 起相当于 {times:g} 起",
        "widened": "时段短或类别少见时色标上限相应提高，单独一起不显为热点",
        "left_out": "另有 {count} 起只知月份，时段只含其月份的一部分，未计入本图",
        "synthetic": "演示数据：图形与事件均为合成",
        "month_rows": "其中 {count} 起只知月份",
        "approval": "审图号：{number}",
        "no_approval": "内部使用，暂无",
        "generated": "gridmap {version} 生成于 {made_at}",
        "plan": "网格方案：{name}",
        "hours": "时段：{hours}",
        "place": "统计范围：{name}",
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
        "title_coloured": "{name}: {what}",
        "title_unnamed": "Incident heat map",
        "period": "{from_on} to {to_on}",
        "kinds": "Kinds: {kinds}",
        "all_kinds": "all",
        "count": "{count} incidents",
        "unit": "per km² and 30 days",
        "bandwidth": "kernel bandwidth {bandwidth_m:g} m",
        "by_count": "incidents by grid",
        "by_rate": "incidents by grid per 100 households",
        "by_change": "change by grid",
        "unit_count": "incidents in the period",
        "unit_rate": "per 100 households (smoothed)",
        "unit_change": "% against the period before",
        "not_significant": "not significant",
        "no_data": "no data",
        "water": "water",
        "compared": "Compared with {from_on} to {to_on}",
        "all_chance": "No grid differs beyond chance",
        "scaled": "Scaled from {days} to 30 days: 1 incident counts as {times:g}",
        "widened": "For a short period or a rare kind the scale ends higher, so that a lone incident is no hot spot",
        "left_out": "{count} more, known by month only, are not in this picture: the period has part of their months",
        "synthetic": "Demo data: shapes and incidents are synthetic",
        "month_rows": "{count} of them known by month only",
        "approval": "Map approval no.: {number}",
        "no_approval": "internal use, none",
        "generated": "made by gridmap {version} on {made_at}",
        "plan": "grid plan: {name}",
        "hours": "hours: {hours}",
        "place": "counted in: {name}",
        "zoom_in": "Zoom in",
        "zoom_out": "Zoom out",
        "empty": "No incidents in this period",
        "km": "{length:g} km",
        "m": "{length:g} m",
        "join": ", ",
        "comma": ", ",
    },
}


def day_text(on: dt.date, lang: Lang) -> str:
    """2026-06-30 or 30 Jun 2026."""
    return on.isoformat() if lang == "zh" else f"{on.day} {MONTHS[on.month - 1]} {on.year}"


def hours_text(hours: WeekHours, lang: Lang) -> str:
    """Such as 周一、周二 8–12时 or Mon, Tue 8-12: days of the same hours are told together."""
    by_hours: dict[str, list[str]] = {}
    for day, name in enumerate(WEEKDAYS[lang]):
        runs = hours.runs(day)
        if runs:
            told = WORDS[lang]["join"].join(f"{first}–{last + 1}" for first, last in runs)
            by_hours.setdefault(told if runs != [(0, HOURS - 1)] else "", []).append(name)
    parts = []
    for told, days in by_hours.items():
        names = WORDS[lang]["join"].join(days)
        parts.append(f"{names} {told}{'时' if lang == 'zh' else ''}" if told else names)
    return "; ".join(parts) if lang == "en" else "；".join(parts)
