"""The use case: a list becomes a draft plan, or the first plan published; with all that a person must look at."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely

from gridmap.config import Settings
from gridmap.domain.codes import CodeScheme, scheme_of
from gridmap.domain.plans import band_of
from gridmap.errors import BadInput, Conflict, NotFound
from gridmap.geo.addresses import normalise
from gridmap.services import replan
from gridmap.services.addressing import gazetteer
from gridmap.services.exchange.importer import require_own_database
from gridmap.services.exchange.recipes.settling import settle as place_waiting
from gridmap.services.placing import inner_points
from gridmap.services.plan_list.answers import Assigned, ListRefused, Order, Sight
from gridmap.services.plan_list.claims import NONE, Ground, Outcome, settle
from gridmap.services.plan_list.grid_names import GridNames, NewGrid, Target
from gridmap.services.plan_list.lines import Line, read_list
from gridmap.services.plan_list.naming import Doubt, Kind, Place, Places
from gridmap.services.plan_list.new_grids import grid_ids
from gridmap.services.plan_list.rejects import write_doubts
from gridmap.store import areas, audit, configuration, places, plan_list, plans, project
from gridmap.store.engine import Session, Store
from gridmap.store.tables import Building


@dataclass(frozen=True, slots=True)
class _World:
    """The project as the list meets it."""

    head: tuple[int, bytes]
    ground: Ground
    codes: dict[int, str]
    households: dict[int, int]
    tree: dict[int, areas.AreaRow]
    scheme: CodeScheme
    names: Places
    grid_names: GridNames


def assign_list(
    store: Store, settings: Settings, order: Order, *, actor: str = "local", now: dt.datetime | None = None
) -> Assigned:
    """Read a list "compound or building > grid" and make the plan it tells, in one transaction with its audit entry.

    The first plan is published, a later one is a draft. A grid that is not there is made, where its name is like no
    other's; it is numbered by the code scheme. Raises ListRefused for rows in doubt (unless `order.rejects`) and for
    blocks to be looked at (unless `order.accept`), NotFound without blocks, BadFile, BadInput, Conflict, StoreBusy.
    """
    now = now or dt.datetime.now(dt.UTC)
    require_own_database(settings, into_demo=order.into_demo)
    if not order.name.strip():
        raise BadInput("A plan needs a name.", "Give one: --name '2026 网格方案'.")
    listing = read_list(order.path, order.told, order.sheet, order.encoding)
    with store.read() as session:
        world = _world(session, now)
    assigned = Assigned(listing, notes=list(listing.notes))
    targets, claims = _claims(listing.lines, world, assigned)
    outcome = settle(claims, world.ground, world.households)
    assignment = _look(outcome, targets, world, assigned, accept=order.accept)
    if order.rejects is not None and not order.dry_run:
        write_doubts(order.rejects, assigned)
    _refuse(assigned, order)
    if not order.dry_run:
        with store.write() as session:
            _store(session, settings, world, assigned, targets, assignment, order.name, actor, now)
    return assigned


def _world(session: Session, now: dt.datetime) -> _World:
    block_ids, codes, polygons = plans.open_blocks(session, now)
    found = project.get(session)
    if not len(block_ids) or found is None or found.projection is None:
        raise NotFound("There are no blocks to assign.", "Make them (gridmap plan blocks) or import them first.")
    community = plan_list.block_communities(session)
    tree = areas.tree(session, now.date())
    compounds = areas.shapes(session, "compound", now.date())
    ground = Ground(
        block_ids,
        polygons,
        np.array([community.get(block, NONE) for block in block_ids.tolist()], dtype=np.int64),
        plan_list.buildings(session),
        plan_list.site_blocks(session),
        dict(zip(compounds.ids.tolist(), compounds.shapes, strict=True)),
        frozenset(area.id for area in tree if area.level in ("community", "village")),
    )
    by_id = {area.id: area for area in tree}
    return _World(
        audit.newest_change(session),
        ground,
        dict(zip(block_ids.tolist(), codes, strict=True)),
        places.households_by_block(session),
        by_id,
        scheme_of(configuration.current(session)[1]),
        Places(tree, places.ids_by_source(session, Building), gazetteer(session, found.demo_now_on or now.date())),
        GridNames(plan_list.grid_names(session), by_id),
    )


def _claims(
    lines: list[Line], world: _World, assigned: Assigned
) -> tuple[list[Target], dict[tuple[Kind, int], int]]:
    """The grids that the list names, and (kind, id of a place) -> position of its grid among them."""
    keys: dict[object, int] = {}
    targets: list[Target] = []
    claims: dict[tuple[Kind, int], int] = {}
    rows: dict[tuple[Kind, int], list[Line]] = defaultdict(list)
    doubtful: set[tuple[Kind, int]] = set()
    for line, place, target in _named(lines, world, assigned):
        position = keys.setdefault(_identity(target), len(targets))
        if position == len(targets):
            targets.append(target)
        at = (place.kind, place.id)
        rows[at].append(line)
        if claims.setdefault(at, position) != position:
            doubtful.add(at)
    for at in doubtful:
        del claims[at]
        listed = ", ".join(str(line.row) for line in rows[at])
        assigned.doubts += [Doubt(line, f"stands with different grids in rows {listed}") for line in rows[at]]
    assigned.doubts.sort(key=lambda doubt: doubt.line.row)
    return targets, claims


def _named(lines: list[Line], world: _World, assigned: Assigned) -> list[tuple[Line, Place, Target]]:
    """The rows of which place and grid are known; the others become doubts."""
    community_of = dict(zip(world.ground.block_ids.tolist(), world.ground.communities.tolist(), strict=True))
    buildings = world.ground.buildings
    block_of = dict(zip(buildings.ids.tolist(), buildings.block_ids.tolist(), strict=True))
    named: list[tuple[Line, Place, Target]] = []
    for line in lines:
        place = world.names.find(line)
        if isinstance(place, Doubt):
            assigned.doubts.append(place)
            continue
        community = place.community_id
        if community is None and place.kind is Kind.BUILDING:
            community = community_of.get(block_of[place.id])
        target = world.grid_names.find(line, None if community == NONE else community)
        if isinstance(target, Doubt):
            assigned.doubts.append(target)
        else:
            named.append((line, place, target))
    spread = _in_several_communities(named)
    assigned.doubts += [
        Doubt(line, f"the new grid '{target.name}' would lie in several communities, or in none that is known")
        for line, _, target in named
        if isinstance(target, NewGrid) and _identity(target) in spread
    ]
    return [row for row in named if _identity(row[2]) not in spread]


def _in_several_communities(named: list[tuple[Line, Place, Target]]) -> set[object]:
    """New grids without a code that cannot be numbered: no community, or a name without a number in two."""
    communities: dict[str, set[int | None]] = defaultdict(set)
    new = {target for _, _, target in named if isinstance(target, NewGrid) and target.code is None}
    for grid in new:
        communities[normalise(grid.name)].add(grid.community_id)
    return {
        _identity(grid)
        for grid in new
        if grid.community_id is None
        or (len(communities[normalise(grid.name)]) > 1 and not any(c.isdigit() for c in normalise(grid.name)))
    }


def _identity(target: Target) -> object:
    if isinstance(target, int):
        return target
    return target.code or (target.community_id, normalise(target.name))


def _look(
    outcome: Outcome, targets: list[Target], world: _World, assigned: Assigned, *, accept: bool
) -> dict[int, int]:
    """Block id -> position of its grid; and what there is to look at, with its place."""
    assignment = dict(outcome.assignment)
    spots = dict(zip(world.ground.block_ids.tolist(), inner_points(world.ground.polygons), strict=True))
    names = [_target_name(target, world) for target in targets]

    def sight(block_id: int, text: str) -> Sight:
        return Sight(world.codes[block_id], text, spots[block_id].x, spots[block_id].y)

    for cut in outcome.cuts:
        shares = ", ".join(f"{names[grid]} {households:,} households" for grid, households in cut.households)
        assigned.cuts.append(sight(cut.block_id, f"claimed by {shares}"))
        if accept and cut.has_majority:
            assignment[cut.block_id] = cut.households[0][0]
    for block_id, households in outcome.unclaimed_households.items():
        assigned.unclaimed.append(sight(block_id, f"claimed by nobody, {households:,} households"))
    for compound, blocks in outcome.spanning.items():
        middle = shapely.Point(np.nan, np.nan)
        if compound in world.ground.area_shapes:
            middle = shapely.point_on_surface(world.ground.area_shapes[compound])
        area = world.tree[compound]
        assigned.spanning.append(Sight(f"{area.name} {area.code}", f"stands on {blocks} blocks", middle.x, middle.y))
    if assigned.cuts:
        many = f"{len(outcome.cuts):,}"
        assigned.questions.append(f"Blocks that several grids claim, to be cut or to go by majority: {many}")
    if assigned.unclaimed:
        assigned.questions.append(f"Blocks with households that nobody claims: {len(assigned.unclaimed):,}")
    empty = len(outcome.unclaimed) - len(assigned.unclaimed)
    if empty:
        assigned.notes.append(f"{empty:,} blocks without households are claimed by nobody and have no grid.")
    assigned.blocks, assigned.blocks_in_all = len(assignment), len(world.ground.block_ids)
    assigned.households = sum(world.households.get(block_id, 0) for block_id in assignment)
    assigned.households_in_all = sum(world.households.values())
    assigned.grids = len(set(assignment.values()))
    return assignment


def _target_name(target: Target, world: _World) -> str:
    return target.name if isinstance(target, NewGrid) else world.grid_names.name_of(target)


def _refuse(assigned: Assigned, order: Order) -> None:
    read, file = len(assigned.listing.lines), assigned.listing.file
    if assigned.doubts and order.rejects is None:
        raise ListRefused(
            assigned,
            f"{len(assigned.doubts):,} of {read:,} rows are in doubt; nothing of {file} was stored.",
            "Correct them, or add --rejects FILE.csv: then the others count and these go to that file.",
        )
    if assigned.questions and not order.accept:
        raise ListRefused(
            assigned,
            f"{'; '.join(assigned.questions)}. Nothing of {file} was stored.",
            "Look at the places listed. Correct the list, cut the blocks, or add --accept if it is meant so.",
        )
    if not assigned.blocks:
        raise ListRefused(assigned, f"No row of {file} reaches a block.", "Import buildings or compounds with shapes.")


def _store(
    session: Session,
    settings: Settings,
    world: _World,
    assigned: Assigned,
    targets: list[Target],
    assignment: Mapping[int, int],
    name: str,
    actor: str,
    now: dt.datetime,
) -> None:
    """The part inside the transaction: new grids, the plan, its audit entry."""
    found = project.get(session)
    if audit.newest_change(session) != world.head or found is None or found.projection is None:
        raise Conflict("The data changed while the list was read; nothing was stored.", "Run it again.")
    spots = dict(zip(world.ground.block_ids.tolist(), inner_points(world.ground.polygons), strict=True))
    ids, note = grid_ids(session, targets, assignment, spots, world.tree, world.scheme)
    assigned.notes += note
    heading = replan.Heading(name, band_of(configuration.current(session)[1]), found.projection, now)
    is_first = plans.current(session, now) is None
    make = replan.publish_first_plan if is_first else replan.draft_plan
    plan_id = make(session, {block: ids[position] for block, position in assignment.items()}, heading)
    if is_first:
        place_waiting(session, now, found.projection)
    plan = next(plan for plan in plans.all_plans(session) if plan.id == plan_id)
    assigned.plan_uid, assigned.state = plan.uid, plan.state
    audit.append(
        session,
        actor=actor,
        action="plan.published" if is_first else "plan.drafted",
        entity="grid_plan",
        entity_uid=plan.uid,
        fields={"name": plan.name, "list_sha256": assigned.listing.sha256, "blocks": len(assignment)},
        secret=settings.secret(),
        at=now,
    )
