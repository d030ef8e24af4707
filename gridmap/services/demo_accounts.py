"""Accounts to try roles with: in the demo alone, without any password, made when somebody first asks for one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from gridmap.config import Settings
from gridmap.domain.access import Admin
from gridmap.errors import NotAllowed, NotFound
from gridmap.services.accounts import SignedIn, record, sign_in_to_demo
from gridmap.store import accounts, posts
from gridmap.store.engine import Session, Store

ACTOR = "demo"


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One that is offered: an administrator, or the holder of a post (`title`) at a level of the district."""

    name: str
    shown_name: str  # as it is stored; a page says it in its own language
    admin: Admin | None = None
    title: str | None = None
    level: str | None = None


OFFERED = (
    DemoAccount("demo-commander", "指挥员", title="commander", level="district"),
    DemoAccount("demo-planner", "网格规划员", title="planner", level="district"),
    DemoAccount("demo-clerk", "受理员", title="clerk", level="district"),
    DemoAccount("demo-handler", "街道处置员", title="street_handler", level="street"),
    DemoAccount("demo-mediator", "调解员", title="mediator", level="community"),
    DemoAccount("demo-worker", "网格员", title="full_time_worker", level="grid"),
    DemoAccount("demo-patrol-leader", "巡防队长", title="patrol_leader", level="street"),
    DemoAccount("demo-patrol-member", "巡防队员", title="patrol_member", level="community"),
    DemoAccount("demo-auditor", "督查员", title="auditor", level="district"),
    DemoAccount("demo-system", "系统管理员", admin=Admin.SYSTEM),
    DemoAccount("demo-security", "安全管理员", admin=Admin.SECURITY),
    DemoAccount("demo-audit", "审计管理员", admin=Admin.AUDIT),
)


def enter(store: Store, settings: Settings, name: str, *, now: dt.datetime) -> SignedIn:
    """Let a visitor of the demo in as one of OFFERED; all are made when the first is asked for.

    Raises NotFound for a name that is not offered, NotAllowed outside the demo.
    """
    if not settings.is_demo:
        raise NotAllowed("There are no demo accounts here.", "They are in the demo alone.")
    if all(name != one.name for one in OFFERED):
        raise NotFound(f"There is no demo account '{name[:60]}'.", "Choose one of those that the page offers.")
    with store.read() as session:
        row = accounts.by_name(session, name)
    uid = store.transact(lambda session: _made(session, settings, name, now)) if row is None else row.uid
    return sign_in_to_demo(store, settings, uid, now=now)


def _made(session: Session, settings: Settings, name: str, now: dt.datetime) -> str:
    accounts.lock(session)
    uids: dict[str, str] = {}
    for one in OFFERED:
        row = accounts.by_name(session, one.name)
        if row is None:
            row = accounts.add(
                session, name=one.name, shown_name=one.shown_name, admin=None if one.admin is None else str(one.admin),
                worker_id=None if one.admin is not None else _worker(session, one, now), password_hash=None,
                must_change_password=False, created_at=now,
            )  # fmt: skip
        uids[one.name] = row.uid
    record.write(session, settings, "account.create_demo", None, actor=ACTOR, now=now, names=sorted(uids))
    return uids[name]


def _worker(session: Session, one: DemoAccount, now: dt.datetime) -> int | None:
    """Who holds the post: of a grid the worker it has, else somebody new with a post at the first place of the level.

    None where the demo has no such place.
    """
    if one.level == "grid":
        return _holder_of_a_grid(session, one)
    place = next((place for place in posts.places(session, now.date()) if place.level == one.level), None)
    if place is None:
        return None
    (worker,) = posts.add_workers(session, [one.shown_name])
    posts.add_rows(session, {"role": [one.title], "worker_id": [worker], "area_id": [place.id]})
    return worker


def _holder_of_a_grid(session: Session, one: DemoAccount) -> int | None:
    held = (post for post in posts.all_rows(session) if post.title == one.title and post.grid_code and post.holder_uid)
    for post in held:
        worker = posts.worker(session, post.holder_uid or "")
        if worker is not None and worker.account is None:
            return worker.id
    return None
