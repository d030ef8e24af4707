"""Everything that gridmap refuses, as exceptions whose texts say what to do.

Each error has a stable `code` (for programs), a message (what is wrong) and a `hint` (what to do). The command line
prints both; `web/errors.py` maps the class to an HTTP status in one place.
"""

from __future__ import annotations

from collections.abc import Mapping


class GridmapError(Exception):
    """The parent of every error a user can cause or cure."""

    code = "error"

    def __init__(self, message: str, hint: str = "", *, details: Mapping[str, object] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.details = dict(details or {})  # what a program needs to go on: alternatives, what changed meanwhile

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class BadInput(GridmapError):
    """A value given by a person or a program cannot be used."""

    code = "bad_input"


class BadFile(BadInput):
    """A file cannot be read as the layer it was given for."""

    code = "bad_file"


class CrsMismatch(BadInput):
    """Coordinates came in another reference system than the one asked for."""

    code = "crs_mismatch"


class OutsideExtent(BadInput):
    """A place lies beyond the project's extent."""

    code = "outside_extent"


class OutsideAllGrids(BadInput):
    """A place lies inside the extent, but in no grid."""

    code = "outside_all_grids"


class BeyondData(BadInput):
    """A period reaches days of which nothing is known; `details` has a `reason` and the days there are data of."""

    code = "beyond_data"


class AmbiguousPlace(BadInput):
    """An address may mean several places, or none that is known; `details` has the alternatives for a person."""

    code = "ambiguous_place"


class NotFound(GridmapError):
    """What was asked for does not exist, or is not in the asker's scope."""

    code = "not_found"


class UnknownPlan(NotFound):
    """A plan that is not stored, or not any more."""

    code = "unknown_plan"


class UnknownPlace(NotFound):
    """A grid, area or block that is not stored, not any more, or not in the asker's scope."""

    code = "unknown_place"


class SignInNeeded(GridmapError):
    """Nobody is signed in, or the session has ended."""

    code = "sign_in"


class SignInRefused(SignInNeeded):
    """Name, password or code are not right, or the account may not sign in now: the same words for every cause.

    `details` has `wait_s`, the seconds before another try is looked at; equal for names that exist and that do not.
    """

    code = "sign_in_refused"


class NeedsCode(SignInNeeded):
    """Name and password are right; the code of the second factor is still to come."""

    code = "needs_code"


class NotAllowed(GridmapError):
    """Whoever asks has no right to it."""

    code = "not_allowed"


class NotEncrypted(NotAllowed):
    """A request for the public address came without HTTPS."""

    code = "not_encrypted"


class NoPost(NotAllowed):
    """Whoever asks holds no post today, and so has no right to anything."""

    code = "no_post"


class OnlySomePlaces(NotAllowed):
    """The right is there for some places, and what was asked for is of all."""

    code = "only_some_places"


class Conflict(GridmapError):
    """The request contradicts what is stored."""

    code = "conflict"


class Stale(Conflict):
    """Somebody else changed the same thing meanwhile; `details` says what."""

    code = "stale"


class TooLarge(GridmapError):
    """The request is over a limit; the message names the limit."""

    code = "too_large"


class TooOften(GridmapError):
    """Somebody asked for something more often than anybody may; `details` has `wait_s`, the seconds to wait."""

    code = "too_often"


class StoreBusy(GridmapError):
    """The database stayed locked through all retries; nothing was written."""

    code = "store_busy"


class StoreBroken(GridmapError):
    """The database cannot be used as it is (missing extension, old schema, damaged)."""

    code = "store_broken"


class DiskFull(GridmapError):
    """A disk had no room for a file; nothing half-written is left."""

    code = "disk_full"


class BadSettings(GridmapError):
    """A setting is missing or contradicts another."""

    code = "bad_settings"


class PortTaken(GridmapError):
    """The address to serve on is in use."""

    code = "port_taken"
