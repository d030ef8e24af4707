"""Which passwords are taken: long ones that nobody guesses first; no rules of signs and no dates of expiry.

Source: NIST SP 800-63B-4, section 3.1.1.2. The shortest allowed is longer than a second factor demands, because not
every account has one.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from gridmap.domain.common_passwords import COMMON
from gridmap.errors import BadInput

SHORTEST = 10
LONGEST = 128  # characters; what is longer costs time to hash and adds nothing
BESIDE_NAME = 6  # characters a password must have beside the name
RUN_UP = "01234567890abcdefghijklmnopqrstuvwxyz"
DISTINCT = 4  # characters a password must at least be made of


def normalised(password: str) -> str:
    """One form for what different keyboards send as the same characters (NFKC)."""
    return unicodedata.normalize("NFKC", password)


def require_good(password: str, names: Sequence[str]) -> None:
    """Raises BadInput, saying why, for a password that is short, common, a run or little more than a name.

    The message never repeats the password.
    """
    text = normalised(password)
    if len(text) < SHORTEST:
        raise BadInput(
            f"The password is shorter than {SHORTEST} characters.", "Take several words: they are long and easy."
        )
    if len(text) > LONGEST:
        raise BadInput(f"The password is longer than {LONGEST} characters.", "Take a shorter one.")
    folded = text.casefold()
    if folded in COMMON:
        raise BadInput("The password is one of those that are tried first.", "Take several words that do not belong.")
    if len(set(folded)) < DISTINCT or _is_run(folded):
        raise BadInput("The password is a row of equal or following characters.", "Take several words.")
    for name in names:
        bare = normalised(name).casefold().strip()
        if bare and len(folded.replace(bare, "")) < BESIDE_NAME and bare in folded:
            raise BadInput("The password is little more than the name.", "Take words that have nothing to do with it.")


def _is_run(folded: str) -> bool:
    return folded in RUN_UP or folded in RUN_UP[::-1]
