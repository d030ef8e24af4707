"""Names that are almost right: one wrong sign of the same sound, one left out, one too many, two swapped.

Only slips that hands really make are taken: another sign of the same sound (input by sound), or a sign missing, doubled
or swapped. A name with another sign in it is another name (和园 is not 熙园), and numbers and sides (二村, 东区) are
never guessed; such names are handed to a person as alternatives.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Container, Iterable
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA, Levenshtein

from gridmap.geo.addresses.names import Kind, NameIndex, Ref
from gridmap.geo.addresses.sounds import sounded

TELLING = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ东南西北中上下前后左右新老旧大小甲乙丙丁内外正副")
GUESSED = {Kind.COMPOUND, Kind.ROAD, Kind.SITE, Kind.AREA}
SAME_SOUND, ONE_SIGN, CUT_SHORT, UNSURE = 0.06, 0.08, 0.1, 0.4  # what each takes from the score
LONG, LONG_ENOUGH = 6, 4
MOST = 12


@dataclass(frozen=True, slots=True)
class Guess:
    """A name that may be meant; `minus` is what the guess takes from the score, UNSURE for a person only."""

    key: str
    refs: tuple[Ref, ...]
    minus: float


class Slips:
    """The names worth guessing at, by sound; those in `left_out` (thousands of shops) are not."""

    def __init__(self, names: NameIndex, left_out: Container[Ref] = ()) -> None:
        kept = {
            key: tuple(ref for ref in refs if ref.kind in GUESSED and ref not in left_out)
            for key, refs in names.refs.items()
        }
        self._refs = {key: refs for key, refs in kept.items() if refs and len(key) >= 3}
        self._keys = sorted(self._refs)
        self._sounds = [sounded(key) for key in self._keys]

    def guesses(self, written: str, kinds: Iterable[Kind] = GUESSED) -> list[Guess]:
        """Names near a written one, the surest first. A name that is only one sure guess among several is kept with
        the others: whoever asks decides.
        """
        wanted = set(kinds)
        far = 2 if len(written) >= LONG else 1
        near = process.extract(
            sounded(written), self._sounds, scorer=OSA.distance, score_cutoff=far, limit=MOST, processor=None
        )
        found = []
        for _, _, k in near:
            refs = tuple(ref for ref in self._refs[self._keys[k]] if ref.kind in wanted)
            if refs:
                found.append(Guess(self._keys[k], refs, _minus(written, self._keys[k])))
        found += self._continued(written, wanted)
        found.sort(key=lambda guess: guess.minus)
        long_and_alone = len(found) == 1 and found[0].minus == UNSURE and _one_odd_sign(written, found[0].key)
        if long_and_alone:
            return [Guess(found[0].key, found[0].refs, CUT_SHORT)]
        return found

    def _continued(self, written: str, wanted: set[Kind]) -> list[Guess]:
        """Compounds whose name goes on after what is written; sure only when there is one."""
        if Kind.COMPOUND not in wanted or len(written) < 2:
            return []
        begin, longer = bisect_left(self._keys, written), []
        for key in self._keys[begin : begin + 4 * MOST]:
            if not key.startswith(written):
                break
            refs = tuple(ref for ref in self._refs[key] if ref.kind == Kind.COMPOUND)
            if refs and key != written:
                longer.append((key, refs))
        things = {refs[0].index for _, refs in longer}
        minus = CUT_SHORT if len(things) == 1 else UNSURE
        return [Guess(key, refs, minus) for key, refs in longer[:MOST]]


def _minus(written: str, key: str) -> float:
    changed = _changed(written, key)
    if changed & TELLING:
        return UNSURE
    if len(written) == len(key) and sounded(written) == sounded(key):
        return SAME_SOUND if len(changed) <= 4 else UNSURE
    apart = OSA.distance(written, key)
    if apart == 1 and len(written) != len(key) and len(key) >= LONG_ENOUGH and len(written) >= 3:
        return ONE_SIGN
    if apart == 1 and sorted(written) == sorted(key):
        return ONE_SIGN
    return UNSURE


def _changed(written: str, key: str) -> set[str]:
    """The signs by which two names differ."""
    signs: set[str] = set()
    for edit in Levenshtein.editops(written, key):
        if edit.tag in {"replace", "delete"}:
            signs.add(written[edit.src_pos])
        if edit.tag in {"replace", "insert"}:
            signs.add(key[edit.dest_pos])
    return signs


def _one_odd_sign(written: str, key: str) -> bool:
    changed = _changed(written, key)
    return len(key) >= LONG and OSA.distance(written, key) == 1 and not changed & TELLING
