"""GPX as devices write it: all 28 real files, against gpxpy; and what those do not have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gpxpy
import pytest
import shapely

from gridmap.errors import BadFile
from gridmap.services.exchange.files import open_source
from gridmap.services.exchange.reading import ReadOptions, read_stream
from gridmap.services.exchange.table import Table

NAMES = ("tracks", "routes", "sites")


def whole(path: Path, target: str) -> Table:
    return read_stream(open_source(path), ReadOptions(target=target)).first


def written(folder: Path, body: str, name: str = "t.gpx") -> Path:
    path = folder / name
    path.write_text(f'<?xml version="1.0"?><gpx version="1.1">{body}</gpx>', encoding="utf-8")
    return path


def point(x: object, y: object, time: str = "", more: str = "") -> str:
    when = f"<time>{time}</time>" if time else ""
    return f'<trkpt lon="{x}" lat="{y}">{when}{more}</trkpt>'


def counts(path: Path) -> dict[str, int]:
    """How many points of tracks, ways and waypoints a file has, by our reading."""
    found = {}
    for name in NAMES:
        try:
            table = whole(path, name)
        except BadFile as error:
            assert "has nothing for" in error.message
            found[name] = 0
            continue
        found[name] = (
            table.n if name != "tracks" else int(shapely.get_num_coordinates(table.shapes).sum()) + len(table.broken)
        )
    return found


def expected(content: Any) -> dict[str, int]:
    tracks = [track for track in content.tracks if track.get_points_no() > 0]
    routes = [route for route in content.routes if route.points]
    return {
        "tracks": sum(track.get_points_no() for track in tracks),
        "routes": len(routes) or len(tracks),
        "sites": len(content.waypoints),
    }


def test_all_real_files_against_gpxpy(sample_data: Path) -> None:
    paths = sorted((sample_data / "tracks" / "gpx").glob("*.gpx"))
    assert len(paths) == 28
    for path in paths:
        content = gpxpy.parse(path.read_text(encoding="utf-8-sig"))
        wanted = expected(content)
        lone = [
            track
            for track in content.tracks
            if not any(p.time for s in track.segments for p in s.points)
            and all(len(s.points) < 2 for s in track.segments)
        ]
        assert counts(path) == wanted, path.name
        if wanted["tracks"] and not lone:
            xs = shapely.get_coordinates(whole(path, "tracks").shapes)[:, 0].tolist()
            assert xs == [p.longitude for t in content.tracks for s in t.segments for p in s.points], path.name


def test_a_timed_track_is_its_points_and_one_without_times_its_path(tmp_path: Path) -> None:
    accuracy = "<extensions><x:accuracy>4.5</x:accuracy></extensions>"
    timed = f"<trkseg>{point(1, 2, '2024-03-05T08:00:00Z', accuracy)}{point(3, 4)}</trkseg>"
    untimed = f"<trkseg>{point(1, 2)}{point(3, 4)}</trkseg><trkseg/>"
    path = written(tmp_path, f"<trk><name>夜巡</name>{timed}</trk><trk>{untimed}</trk>")
    table = whole(path, "tracks")
    assert table.columns["code"].tolist() == ["t#1@2024-03-05T08:00:00Z"] * 2 + ["t#2"]
    assert table.columns["name"].tolist() == ["夜巡", "夜巡", None]
    assert table.columns["time"].tolist() == ["2024-03-05T08:00:00Z", None, None]
    assert table.columns["accuracy_m"].tolist() == ["4.5", None, None]
    assert shapely.to_wkt(table.shapes).tolist() == ["POINT (1 2)", "POINT (3 4)", "LINESTRING (1 2, 3 4)"]
    assert "these are not kept: extensions" in table.notes[0]


def test_segments_stay_apart(tmp_path: Path) -> None:
    body = f"<trk><trkseg>{point(1, 2)}{point(3, 4)}</trkseg><trkseg/><trkseg>{point(5, 6)}{point(7, 8)}</trkseg></trk>"
    path = written(tmp_path, body)
    for target in ("tracks", "routes"):
        assert shapely.to_wkt(whole(path, target).shapes).tolist() == ["MULTILINESTRING ((1 2, 3 4), (5 6, 7 8))"]


def test_positions_that_are_none_are_bad_rows(tmp_path: Path) -> None:
    time = "2024-03-05T08:00:00Z"
    path = written(
        tmp_path,
        f"<trk><trkseg>{point('1,5', 2, time)}{point(1, 2, time)}</trkseg></trk><wpt lat='3'><name>a</name></wpt>",
    )
    assert whole(path, "tracks").broken == {0: "lat or lon is no position"}
    assert whole(path, "routes").broken == {0: "lat or lon is no position"}
    assert whole(path, "sites").broken == {0: "lat or lon is no position"}


def test_a_file_without_what_is_asked_says_what_it_has(tmp_path: Path) -> None:
    path = written(tmp_path, "<wpt lat='3' lon='4'/><trk><trkseg/></trk>")
    with pytest.raises(BadFile, match=r"0 tracks, 0 routes \(and 1 without points\) and 1 waypoints"):
        whole(path, "tracks")


def test_a_file_that_ends_early(tmp_path: Path) -> None:
    path = written(tmp_path, "<trk>")
    with pytest.raises(BadFile, match="is no whole XML"):
        whole(path, "tracks")
