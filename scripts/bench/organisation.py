"""A district turned into an organisation: accounts with the posts that districts give, all with one password."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gridmap.config import Settings
from gridmap.domain.access import LOCAL, Admin
from gridmap.services import accounts, posts
from gridmap.services.accounts import Hashing, NewAccount
from gridmap.services.posts import NewPost, PlaceKind, PostPlace
from gridmap.store import accounts as rows
from gridmap.store.engine import Store
from gridmap.store.posts import PlaceRow

PASSWORD = "seven herons over the river"  # noqa: S105 - of accounts that live as long as the measurement
# Title of the post, level of its place, how many: 200 together.
STAFF = (
    ("commander", "district", 3), ("auditor", "district", 2), ("clerk", "district", 8), ("planner", "district", 2),
    ("street_handler", "street", 10), ("patrol_leader", "street", 5), ("community_handler", "community", 30),
    ("community_officer", "community", 30), ("mediator", "community", 10), ("grid_worker", "grid", 80),
    ("stairwell_head", "building", 10), ("guard", "compound", 10),
)  # fmt: skip
KINDS = {"grid": PlaceKind.GRID, "building": PlaceKind.BUILDING}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can sign in, and the title of the post they hold."""

    name: str
    title: str


def staffed(
    store: Store, settings: Settings, *, now: dt.datetime, staff: Sequence[tuple[str, str, int]] = STAFF
) -> list[Person]:
    """Three administrators, and an account with a post for everybody on the list whose place's level there is."""
    hashing = _OneHash()
    admins = {admin: NewAccount(f"{admin}-admin", f"{admin} 001", f"{PASSWORD} {admin}", admin) for admin in Admin}
    accounts.create_admins(store, settings, admins, now=now, hashing=hashing)
    places = posts.list_places(store, now=now)
    people = []
    for title, level, count in staff:
        for number, place in enumerate(_spread([row for row in places if row.level == level], count), 1):
            person = Person(f"{title}-{number:03}", title)
            new = NewAccount(person.name, f"{title} {number:03}", PASSWORD)
            made = accounts.create(store, settings, new, actor=LOCAL.name, now=now, hashing=hashing)
            post = NewPost(title, PostPlace(KINDS.get(level, PlaceKind.AREA), place.code), made.worker_uid)
            posts.assign(store, settings, post, actor=LOCAL.name, now=now)
            _settle(store, made.uid)
            people.append(person)
    return people


class _OneHash(Hashing):
    """Hashes at today's cost, and once: 200 would take half a minute."""

    def __init__(self) -> None:
        super().__init__()
        self._known = super().hash(PASSWORD)

    def hash(self, password: str) -> str:  # noqa: ARG002 - everybody has the same
        return self._known


def _spread(places: Sequence[PlaceRow], count: int) -> Iterator[PlaceRow]:
    """That many places, evenly over all; the same again where there are fewer."""
    return (places[number * len(places) // count % len(places)] for number in range(count) if places)


def _settle(store: Store, uid: str) -> None:
    """As if the first password had been changed."""
    with store.write() as session:
        row = rows.by_uid(session, uid)
        if row is None:
            raise SystemExit(f"The account {uid} was made and is not there.")
        rows.change(session, row.id, {"must_change_password": False})
