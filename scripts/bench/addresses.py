"""Address texts: how many are answered and how many of those rightly, by level and kind, beside plain fuzzy search.

Truth comes from the demo's files (see `address_texts`). Peers answer the same texts in the same run: rapidfuzz over all
full address strings of the demo, its best hit taken as the answer from the score that suits it best. The incidents of
the demo are a check of another hand: the demo's maker wrote their texts, their points are where they happened.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from urllib.parse import quote
from urllib.request import urlopen

import numpy as np
import pandas as pd
import shapely
from rapidfuzz import fuzz, process

from bench import address_score as score
from bench.address_worlds import DATA, World, demo, files
from bench.serving import served
from bench.tables import table
from gridmap.geo.addresses import Gazetteer, Level, Match, normalise

SETS = ("by_hand", "written", "held_out")
PEER_TEXTS = 100
PEER_CUTS = (60, 80, 90, 95)
TYPED = 60  # addresses typed sign by sign over HTTP
LIMIT_MS = 30


def run(_: list[str]) -> Iterator[str]:
    world, build_s = demo(), _build_s()
    answers = {name: score.judged(world, score.rows(name)) for name in SETS}
    yield from _accuracy(answers)
    yield from _peers(world, answers)
    yield from _incidents(world, build_s)
    yield from _completion(world)


def _build_s() -> float:
    begun_s = time.perf_counter()
    Gazetteer(demo().gazetteer.places)
    return time.perf_counter() - begun_s


def _accuracy(answers: dict[str, list[score.Judged]]) -> Iterator[str]:
    head = [
        "texts",
        "with one right answer",
        "accepted",
        "of those right",
        "exact level",
        "for a person",
        "wrongly taken",
    ]
    rows = []
    for name, found in answers.items():
        plain = [one for one in found if one.row.level != score.ASK]
        asked = [one for one in found if one.row.level == score.ASK]
        total = score.tally(name, plain)
        wrongly = sum(one.match.accepted for one in asked)
        shares = [total.accepted / total.texts, total.precision, total.exact / max(total.accepted, 1)]
        rows.append([name, f"{total.texts}", *(f"{share:.1%}" for share in shares), f"{len(asked)}", f"{wrongly}"])
    yield from table("Addresses: three sets of texts", head, rows)
    together = [one for found in answers.values() for one in found]
    for field in ("level", "kind"):
        source = together if field == "level" else answers["written"] + answers["held_out"]
        tallies = list(score.by(source, field))
        rows = [
            [one.name, f"{one.texts}", f"{one.accepted / one.texts:.1%}", f"{one.precision:.1%}", f"{one.recall:.1%}"]
            for one in tallies
        ]
        yield from table(f"Addresses by {field}", [field, "texts", "accepted", "precision", "recall"], rows)


def _peers(world: World, answers: dict[str, list[score.Judged]]) -> Iterator[str]:
    """Room and building texts only: what a list of full addresses can answer at all."""
    rows = [one for name in SETS for one in answers[name] if one.row.level in {"room", "building", score.ASK}]
    rng = np.random.default_rng(0)
    chosen = [rows[k] for k in sorted(rng.permutation(len(rows))[:PEER_TEXTS].tolist())]
    texts = [one.row.text for one in chosen]
    lines, codes, buildings = _full_addresses()
    lines = [normalise(line) for line in lines]
    out = []
    begun_s = time.perf_counter()
    ours = score.judged(world, [one.row for one in chosen])
    ours_s = time.perf_counter() - begun_s
    plain = [one for one in ours if one.row.level != score.ASK]
    taken = [one for one in ours if one.match.accepted]
    out.append(_peer_row("gridmap", len(plain), len(taken), sum(one.right for one in taken), ours_s, len(texts)))
    for name, scorer in {"WRatio": fuzz.WRatio, "token_set_ratio": fuzz.token_set_ratio, "ratio": fuzz.ratio}.items():
        begun_s = time.perf_counter()
        hits = [process.extractOne(normalise(text), lines, scorer=scorer) for text in texts]
        peer_s = time.perf_counter() - begun_s
        for cut in PEER_CUTS:
            kept = [(one.row, hit) for one, hit in zip(chosen, hits, strict=True) if hit and hit[1] >= cut]
            right = sum(_hit_is_right(row, hit[2], codes, buildings) for row, hit in kept)
            out.append(_peer_row(f"rapidfuzz {name}, from {cut}", len(plain), len(kept), right, peer_s, len(texts)))
    head = ["rooms and buildings", "accepted", "right of those", "right of all with an answer", "texts/s"]
    title = f"Addresses: {len(texts)} texts against {len(lines):,} full address strings (rewritten alike)"
    yield from table(title, head, out)


def _peer_row(name: str, answerable: int, accepted: int, right: int, taken_s: float, texts: int) -> list[str]:
    share = right / accepted if accepted else 1.0
    return [name, f"{accepted}", f"{share:.1%}", f"{right / answerable:.1%}", f"{texts / taken_s:,.0f}"]


def _full_addresses() -> tuple[list[str], list[str], list[str]]:
    """Every household and building of the demo in full, with its code and its building's code."""
    f = files()
    buildings, areas = f.buildings.set_index("code"), f.areas.set_index("code")["name"]
    named = buildings[buildings["compound_code"] != ""]
    heads = dict(zip(named.index, named["compound_code"].map(areas) + named["number"] + "栋", strict=True))
    lines, codes, of_building = list(heads.values()), list(heads), list(heads)
    for code, building, unit, room in zip(
        f.households["code"], f.households["building_code"], f.households["unit"], f.households["room"], strict=True
    ):
        if unit and building in heads:
            lines.append(f"{heads[building]}{unit}单元{room}室")
            codes.append(code)
            of_building.append(building)
    return lines, codes, of_building


def _hit_is_right(row: score.Row, hit: int, codes: Sequence[str], buildings: Sequence[str]) -> bool:
    truth = set(row.truth.split("|"))
    return row.level != score.ASK and (codes[hit] in truth or (row.level == "building" and buildings[hit] in truth))


def _incidents(world: World, build_s: float) -> Iterator[str]:
    frame = pd.read_csv(DATA / "incidents.csv.gz").dropna(subset=["address"])
    texts = frame["address"].tolist()
    begun_s, begun_cpu_s = time.perf_counter(), time.process_time()
    matches = [world.gazetteer.match(text) for text in texts]
    taken_s, cpu_s = time.perf_counter() - begun_s, time.process_time() - begun_cpu_s
    begun_s = time.perf_counter()
    world.gazetteer.match_many(texts)
    many_s = time.perf_counter() - begun_s
    at = np.array([[match.lon, match.lat] for match in matches])
    true = frame[["lon", "lat"]].to_numpy()
    plane = world.gazetteer.directory.plane
    away_m = np.hypot(*((at - true) * (plane.lon_m, plane.lat_m)).T)
    reach_m = np.array([match.uncertainty_m for match in matches])
    accepted = np.array([match.accepted for match in matches])
    level = np.array([match.level.value for match in matches])
    same = _same_building(world, matches, true)
    rows = []
    for name in [*dict.fromkeys(level[accepted].tolist()), "all"]:
        of_level = accepted & ((level == name) | (name == "all"))
        asked = (level == name) | (name == "all")
        known = of_level & ~np.isnan(same)
        rows.append([
            name, f"{asked.sum():,}", f"{of_level.sum() / asked.sum():.1%}",
            f"{np.mean(away_m[of_level] <= reach_m[of_level]):.1%}", f"{np.median(away_m[of_level]):,.0f}",
            f"{np.median(reach_m[of_level]):,.0f}", f"{np.nanmean(same[known]):.2%}" if known.any() else "",
        ])  # fmt: skip
    head = ["level", "texts", "accepted", "true point within uncertainty", "median error, m", "median uncertainty, m",
            "true point in or at the building"]  # fmt: skip
    yield from table(f"Addresses: the texts of {len(texts):,} incidents of the demo", head, rows)
    yield (
        "\nA junction text of the demo names any crossing of the street it happened on, and a gate any gate of the "
        "site, so those points tell nothing; for a road the true point is anywhere along it."
    )
    head = ["", ""]
    rows = [
        ["gazetteer of 120,000 households, made from arrays", f"{build_s:.2f} s"],
        ["match, one by one", f"{len(texts) / taken_s:,.0f} texts/s ({len(texts) / cpu_s:,.0f} a second of processor)"],
        [f"match_many ({len(set(texts)):,} different texts)", f"{len(texts) / many_s:,.0f} texts/s"],
    ]
    yield from table("Addresses: speed", head, rows)


def _same_building(world: World, matches: list[Match], true: np.ndarray) -> np.ndarray:
    """For answers at a building or finer: 1 where the true point lies in that building or within 3 m, else 0; NaN."""
    shapes = world.gazetteer.places.buildings.shapes
    fine = {Level.BUILDING, Level.UNIT, Level.ROOM, Level.DOOR}
    same = np.full(len(matches), np.nan)
    rows = [k for k, match in enumerate(matches) if match.level in fine and "building" in match.ids]
    own = shapes[[matches[k].ids["building"] for k in rows]]
    same[rows] = shapely.dwithin(own, shapely.points(true[rows]), 3.0 / world.gazetteer.directory.plane.lat_m)
    return same


def _completion(world: World) -> Iterator[str]:
    """Addresses typed sign by sign, asked at the real route of `gridmap serve`."""
    rng = np.random.default_rng(0)
    rows = [one for one in score.rows("held_out") if one.level != score.ASK and len(one.text) < 30]
    typed = [rows[k].text for k in rng.permutation(len(rows))[:TYPED].tolist()]
    beginnings = [text[:n] for text in typed for n in range(1, len(text) + 1)]
    gazetteer = world.gazetteer
    inside_ms = [_ms(lambda text=text: gazetteer.complete(text)) for text in beginnings]
    with served() as base:
        asked = [f"{base}/api/v1/addresses?q={quote(text)}" for text in beginnings]
        for address in asked[:20]:
            _get(address)
        over_http_ms = [_ms(lambda address=address: _get(address)) for address in asked]
    rows_out = [
        [
            name,
            f"{len(taken):,}",
            f"{statistics.median(taken):.1f}",
            f"{np.quantile(taken, 0.95):.1f}",
            f"{max(taken):.1f}",
        ]
        for name, taken in {
            "GET /api/v1/addresses (completion and match)": over_http_ms,
            "complete()": inside_ms,
        }.items()
    ]
    head = ["typed sign by sign", "questions", "median, ms", "p95, ms", "longest, ms"]
    kept = "kept" if np.quantile(over_http_ms, 0.95) < LIMIT_MS else "NOT kept"
    yield from table(f"Addresses: completion on 120,000 households (p95 under {LIMIT_MS} ms: {kept})", head, rows_out)


def _ms(work: Callable[[], object]) -> float:
    begun_s = time.perf_counter()
    work()
    return (time.perf_counter() - begun_s) * 1000


def _get(address: str) -> bytes:
    with urlopen(address, timeout=30) as answer:  # noqa: S310 - our own loopback server
        return answer.read()
