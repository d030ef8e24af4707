"""The compiled half of the cell index: exact tests, look-up and the passes that build it. `cells` says what it is.

**Exact test.** Every coarse border cell has a reference place r, just off its south-west corner, and for each polygon
near it one bit: does it cover r? A point p of the cell is reached from r by going north, then east. Whoever counts the
polygon's edges crossed on the way knows whether p is covered, and only edges near the cell can be crossed. An edge
needs at most one orientation test:

* with p's height between its ends: is p left of it? An edge with r's line between its ends as well is crossed if r is
  on the other side (one bit, kept); one wholly east of r if p is east of it;
* wholly below p, with r's line between its ends: crossed on the way north if it passes above r (the same bit).

Ties are broken as if r lay a little further west and north and p a little further north, far less than any float can
say. A point on an edge is found by the same orientation test and is covered: polygons are closed.

The orientation is exact: a rounded determinant where its error bound allows, else the determinant as a sum of floats
without rounding (Shewchuk 1997, "Adaptive precision floating-point arithmetic and fast robust geometric predicates").
Only products below 1e-290 are beyond it: coordinates closer to zero than 1e-145, other than zero itself.
"""

from __future__ import annotations

import numpy as np

from gridmap.geo.compiling import compiled

PARTS = 8  # a coarse border cell is refined into 8 x 8
CODES = PARTS * PARTS
ASK = np.uint8(255)  # code of a fine cell: an edge comes near, test the point
SLACK = 1e-3  # of a cell: an edge marks every cell within this distance, far more than rounding moves a point
OFF_CORNER = SLACK / 2  # of a coarse cell: how far r lies off the corner, so that points are never west or south of r
ORIENTATION_BOUND = 3.3306690738754716e-16  # (3 + 16 e) e, e = 2**-53 (Shewchuk 1997, figure 21)
SPLITTER = 134217729.0  # 2**27 + 1
BATCH = 4096  # points whose cell numbers stay in the first-level cache
ONE = np.uint64(1)


@compiled
def _turn(ax, ay, bx, by, px, py):  # type: ignore[no-untyped-def]
    """Positive when p lies left of the line from a to b, negative right, 0 exactly on it."""
    left, right = (ax - px) * (by - py), (ay - py) * (bx - px)
    turn = left - right
    if abs(turn) >= ORIENTATION_BOUND * (abs(left) + abs(right)):
        return turn
    return _exact_turn(ax, ay, bx, by, px, py)


@compiled
def _exact_turn(ax, ay, bx, by, px, py):  # type: ignore[no-untyped-def]
    """The sign of ax by - ay bx + bx py - by px + px ay - py ax: twelve floats summed without rounding."""
    total = np.zeros(12)
    length = 0
    for f, g in ((ax, by), (-ay, bx), (bx, py), (-by, px), (px, ay), (-py, ax)):
        product = f * g
        f_high, g_high = SPLITTER * f, SPLITTER * g
        f_high, g_high = f_high - (f_high - f), g_high - (g_high - g)
        f_low, g_low = f - f_high, g - g_high
        rest = f_low * g_low - (((product - f_high * g_high) - f_low * g_high) - f_high * g_low)
        for term in (rest, product):
            carry = term
            for i in range(length):
                here = total[i]
                added = carry + here
                virtual = added - carry
                total[i] = (carry - (added - virtual)) + (here - virtual)
                carry = added
            total[length] = carry
            length += 1
    for i in range(length - 1, -1, -1):
        if total[i] != 0.0:
            return total[i]
    return 0.0


@compiled
def _is_left(ax, ay, bx, by, rx, ry):  # type: ignore[no-untyped-def]
    """Is r left of the edge? On its line, r is taken a little further west, and still less further north."""
    turn = _turn(ax, ay, bx, by, rx, ry)
    if turn == 0.0:
        turn = by - ay
    if turn == 0.0:
        turn = bx - ax
    return turn > 0.0


@compiled
def _covers(px, py, rx, inside, begin, end, edges, coords):  # type: ignore[no-untyped-def]
    """Does a closed polygon cover p? `inside`: it covers r; edges[begin:end]: first vertex * 2 + (r is left of it)."""
    for e in range(begin, end):
        ref = edges[e]
        at = ref >> 1
        ax, ay, bx, by = coords[at, 0], coords[at, 1], coords[at + 1, 0], coords[at + 1, 1]
        a_west, b_west = ax < rx, bx < rx
        if (ay <= py) != (by <= py):
            if a_west and b_west:
                continue
            if px < ax and px < bx:
                is_left = by > ay
            elif px > ax and px > bx:
                is_left = by < ay
            else:
                turn = _turn(ax, ay, bx, by, px, py)
                if turn == 0.0:
                    return True
                is_left = turn > 0.0
            inside = inside != (is_left != ((ref & 1) == 1 if a_west != b_west else by > ay))
        elif by <= py:
            if (ay == py and ax == px) or (by == py and bx == px):
                return True
            if ay == py and by == py and min(ax, bx) <= px <= max(ax, bx):
                return True
            if a_west != b_west:
                inside = inside != (((ref & 1) == 1) == b_west)  # it passes above r
    return inside


@compiled
def _ask(px, py, col, entry, x0, scale, who, edge_start, edges, coords):  # type: ignore[no-untyped-def]
    """The first of a cell's entries that covers p; the one without edges is whoever has the cell when no other does."""
    rx = x0 + (col - OFF_CORNER) / scale
    while True:
        its, begin, end = who[entry], edge_start[entry], edge_start[entry + 1]
        if begin == end or _covers(px, py, rx, (its & 1) == 1, begin, end, edges, coords):
            return its >> 1
        entry += 1


@compiled
def find_one(px, py, x0, y0, scale, shape, coarse, fine, first, who, edge_start, edges, coords):  # type: ignore[no-untyped-def]
    """One point -> its ordinal, or -1."""
    u, v = (px - x0) * scale, (py - y0) * scale
    if not (0.0 <= u < shape[1] and 0.0 <= v < shape[0]):
        return np.int32(-1)
    col, row = np.int64(u), np.int64(v)
    answer = coarse[row * shape[1] + col]
    if answer >= -1:
        return answer
    block = -2 - answer
    code = fine[block * CODES + np.int64((v - row) * PARTS) * PARTS + np.int64((u - col) * PARTS)]
    if code != ASK:
        return who[first[block] + code] >> 1
    return _ask(px, py, col, first[block], x0, scale, who, edge_start, edges, coords)


@compiled
def find_many(x, y, out, x0, y0, scale, shape, coarse, fine, first, who, edge_start, edges, coords):  # type: ignore[no-untyped-def]
    """n points -> out[n]; returns a number without meaning.

    Passes over a batch, each over what the last left open. A loop looks up one table only, so that the processor has
    many look-ups under way at once: on 10,000 grids the tables are far larger than its cache. And what the first loop
    computes it does not look up: the compiler, which cannot know that tables and output are apart, would give up
    computing four or eight points at a time (the clamp to the raster was never in the way).
    """
    cells, left, asked = np.empty((3, BATCH), dtype=np.uint32)
    entry, at = np.empty((2, BATCH), dtype=np.int32)
    fetched = 0.0
    for begin in range(0, x.shape[0], BATCH):
        count = min(BATCH, x.shape[0] - begin)
        xs, ys, found = x[begin : begin + count], y[begin : begin + count], out[begin : begin + count]
        _coarse_cells(xs, ys, x0, y0, scale, shape, cells)
        refined = 0
        for i in range(count):
            answer = coarse[cells[i]]
            found[i] = answer
            left[refined] = i
            refined += answer < -1
        _fine_cells(xs, ys, x0, y0, scale, left[:refined], found, cells, entry)
        asks = _look_up(left[:refined], found, cells, entry, fine, first, who, asked, at)
        fetched += _fetch(at[:asks], edge_start, edges, coords)
        for j in range(asks):
            i = asked[j]
            col = np.floor((xs[i] - x0) * scale)
            found[i] = _ask(xs[i], ys[i], col, at[j], x0, scale, who, edge_start, edges, coords)
    return fetched


@compiled
def _coarse_cells(xs, ys, x0, y0, scale, shape, cells):  # type: ignore[no-untyped-def]
    """Flat numbers of the coarse cells; NaN, infinities and everything outside fall into cell 0 of the empty rim."""
    rows, cols = np.float64(shape[0]), np.float64(shape[1])
    for i in range(xs.shape[0]):
        u, v = (xs[i] - x0) * scale, (ys[i] - y0) * scale
        there = (u >= 0.0) & (v >= 0.0) & (u < cols) & (v < rows)
        cells[i] = np.uint32(np.int32(v if there else 0.0) * np.int32(cols) + np.int32(u if there else 0.0))


@compiled
def _fine_cells(xs, ys, x0, y0, scale, left, found, cells, entry):  # type: ignore[no-untyped-def]
    """For the points `left` in border cells: number of the fine cell, and of the border cell."""
    for j in range(left.shape[0]):
        i = left[j]
        u, v = (xs[i] - x0) * scale, (ys[i] - y0) * scale
        block = -2 - found[i]
        row, col = np.int64((v - np.floor(v)) * PARTS), np.int64((u - np.floor(u)) * PARTS)
        cells[j] = block * CODES + row * PARTS + col
        entry[j] = block


@compiled
def _look_up(left, found, cells, entry, fine, first, who, asked, at):  # type: ignore[no-untyped-def]
    """Answers by fine cell into found[left]; the others into asked[n], their cell's first entry into at[n] -> n."""
    for j in range(left.shape[0]):
        cells[j] = fine[cells[j]]
    for j in range(left.shape[0]):
        entry[j] = first[entry[j]]
    asks = 0
    for j in range(left.shape[0]):
        at[asks], asked[asks] = entry[j], left[j]
        ask = cells[j] == ASK
        asks += ask
        entry[j] += 0 if ask else cells[j]
    for j in range(left.shape[0]):
        entry[j] = who[entry[j]] >> 1
    for j in range(left.shape[0]):
        found[left[j]] = entry[j]
    return asks


@compiled
def _fetch(at, edge_start, edges, coords):  # type: ignore[no-untyped-def]
    """Touch the edges of the first two entries, all points in turn: the exact tests then find them in the cache."""
    firsts = 0
    for j in range(at.shape[0]):
        firsts += edges[edge_start[at[j]]]
    fetched = np.float64(firsts)
    for j in range(at.shape[0]):
        for e in range(edge_start[at[j]], edge_start[at[j] + 2]):
            fetched += coords[edges[e] >> 1, 0]
    return fetched


@compiled
def mark(uv, edge_at, rows, cols, edge_of):  # type: ignore[no-untyped-def]
    """The coarse cells near each edge, whose ends are the vertices edge_at[m] and the next: number of such marks.

    uv[k, 2] are the vertices in coarse cells. Each mark's row, column and number of the edge are written where the
    arrays for them are not empty.
    """
    total = 0
    for edge in range(edge_at.shape[0]):
        at = edge_at[edge]
        u, v = uv[at, 0], uv[at, 1]
        du, dv = uv[at + 1, 0] - u, uv[at + 1, 1] - v
        south, north = np.floor(min(v, v + dv) - SLACK), np.floor(max(v, v + dv) + SLACK)
        for row in range(np.int64(south), np.int64(north) + 1):
            west, east = _span(u, v, du, dv, row)
            for col in range(west, east + 1):
                if rows.shape[0]:
                    rows[total], cols[total], edge_of[total] = row, col, edge
                total += 1
    return total


@compiled
def _span(u0, v0, du, dv, row):  # type: ignore[no-untyped-def]
    """First and last column that an edge, in units of cells, comes near in a row."""
    enter, leave = 0.0, 1.0
    if dv != 0.0:
        enter = min(max((row - SLACK - v0) / dv, 0.0), 1.0)
        leave = min(max((row + 1 + SLACK - v0) / dv, 0.0), 1.0)
    ua, ub = u0 + enter * du, u0 + leave * du
    return np.int64(np.floor(min(ua, ub) - SLACK)), np.int64(np.floor(max(ua, ub) + SLACK))


@compiled
def sweep(group_poly, group_row, group_col, start, edges, coords, x0, y0, scale, inside, covering):  # type: ignore[no-untyped-def]
    """Walk along every row of every polygon from west to east, from r to r: inside[g] and the cells wholly covered.

    Groups are the marks of one polygon in one cell, by polygon, row and column; edges[start[g]:start[g + 1]] come in
    as first vertex * 2 and go out with the bit "r is left of it". covering[rows, cols] takes the lowest polygon.
    """
    groups = group_poly.shape[0]
    here = False
    for g in range(groups):
        row, col = group_row[g], group_col[g]
        if g == 0 or group_poly[g] != group_poly[g - 1] or row != group_row[g - 1]:
            here = False
        inside[g] = here
        rx, ry = x0 + (col - OFF_CORNER) / scale, y0 + (row - OFF_CORNER) / scale
        next_rx = x0 + (col + 1 - OFF_CORNER) / scale
        for e in range(start[g], start[g + 1]):
            at = edges[e] >> 1
            ax, ay, bx, by = coords[at, 0], coords[at, 1], coords[at + 1, 0], coords[at + 1, 1]
            is_left = _is_left(ax, ay, bx, by, rx, ry)
            edges[e] |= is_left
            if (ay <= ry) != (by <= ry):
                here = here != (is_left != _is_left(ax, ay, bx, by, next_rx, ry))
        if here and g + 1 < groups:
            for between in range(col + 1, group_col[g + 1]):
                covering[row, between] = min(covering[row, between], group_poly[g])


@compiled
def refine(block_row, block_col, first, who, edge_start, edges, coords, x0, scale, uv, fine):  # type: ignore[no-untyped-def]
    """fine[blocks * 64]: the number of the entry that has the whole fine cell, or ASK; uv[k, 2] in coarse cells."""
    for block in range(block_row.shape[0]):
        row, col = block_row[block], block_col[block]
        last = first[block + 1] - 1
        open_ = ~np.uint64(0)
        rx = x0 + (col - OFF_CORNER) / scale
        codes = fine[block * CODES : (block + 1) * CODES]
        codes[:] = ASK
        for entry in range(first[block], min(last, first[block] + np.int64(ASK))):
            near, inside = np.uint64(0), np.uint64(0)
            if who[entry] & 1:
                inside = ~inside
            for e in range(edge_start[entry], edge_start[entry + 1]):
                at = edges[e] >> 1
                ua, va = (uv[at, 0] - col) * PARTS, (uv[at, 1] - row) * PARTS
                ub, vb = (uv[at + 1, 0] - col) * PARTS, (uv[at + 1, 1] - row) * PARTS
                near |= _near(ua, va, ub, vb)
                a_west, b_west = coords[at, 0] < rx, coords[at + 1, 0] < rx
                inside ^= _flipped(ua, va, ub, vb, a_west, b_west, (edges[e] & 1) == 1)
            _give(codes, open_ & inside & ~near, np.uint8(entry - first[block]))
            open_ &= ~(inside | near)
        if last - first[block] < np.int64(ASK):
            _give(codes, open_, np.uint8(last - first[block]))


@compiled
def _near(ua, va, ub, vb):  # type: ignore[no-untyped-def]
    """Bits of the fine cells within SLACK of an edge given in fine cells."""
    bits = np.uint64(0)
    low, high = max(np.floor(min(va, vb) - SLACK), 0.0), min(np.floor(max(va, vb) + SLACK), PARTS - 1.0)
    for row in range(np.int64(low), np.int64(high) + 1):
        west, east = _span(ua, va, ub - ua, vb - va, row)
        for col in range(max(west, 0), min(east, PARTS - 1) + 1):
            bits |= ONE << np.uint64(row * PARTS + col)
    return bits


@compiled
def _flipped(ua, va, ub, vb, a_west, b_west, r_is_left):  # type: ignore[no-untyped-def]
    """Bits of the fine cells whose centre is reached from r across this edge; rounding matters only in near cells."""
    bits = np.uint64(0)
    for row in range(PARTS):
        v = row + 0.5
        if (va <= v) != (vb <= v):
            if a_west and b_west:
                continue
            u = ua + (v - va) / (vb - va) * (ub - ua)
            for col in range(PARTS):
                is_east = col + 0.5 > u
                if (is_east == (vb > va)) == r_is_left if a_west != b_west else is_east:
                    bits |= ONE << np.uint64(row * PARTS + col)
        elif vb <= v and a_west != b_west and r_is_left == b_west:
            bits |= np.uint64(255) << np.uint64(row * PARTS)
    return bits


@compiled
def _give(codes, bits, code):  # type: ignore[no-untyped-def]
    for which in range(CODES):
        if (bits >> np.uint64(which)) & ONE:
            codes[which] = code
