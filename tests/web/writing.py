"""Reports and changes over HTTP to a server that may end at any moment; and the look whether all of it is there."""

from __future__ import annotations

import http.client
import json
import random
import re
import threading
import time
from contextlib import closing
from dataclasses import dataclass, field

import sqlalchemy as sa

from gridmap.store import audit
from gridmap.store.engine import Store, open_store
from gridmap.store.ids import new_uid
from tests.restarting import Restarting, members
from tests.services import small_world
from tests.serving import PATIENCE_S

PHONE = "13800138000"
PLACES = [small_world.in_block(col, row) for col in (0, 1) for row in (0, 1)]
# Of each incident: how many lines of its story, entries of the audit and reporters it has.
WHOLE = """
SELECT incident.uid, incident.summary, incident.case_number,
    (SELECT count(*) FROM incident_event AS line WHERE line.incident_id = incident.id AND line.action = 'received'),
    (SELECT count(*) FROM incident_event AS line WHERE line.incident_id = incident.id AND line.action = 'changed'),
    (SELECT count(*) FROM audit WHERE audit.entity_uid = incident.uid AND audit.action = 'incident.received'),
    (SELECT count(*) FROM audit WHERE audit.entity_uid = incident.uid AND audit.action = 'incident.changed'),
    (SELECT count(*) FROM party WHERE party.incident_id = incident.id)
FROM incident
"""


@dataclass
class Writer:
    """Somebody who reports incidents and changes them, one after another, until the server is gone.

    `said`: uid -> what the server acknowledged last. `begun` was sent and not answered: uid and summary; it may be
    there or not. `refused`: the answers that were no acknowledgement, status and code.
    """

    port: int
    cookies: str
    token: str
    rng: random.Random
    said: dict[str, str] = field(default_factory=dict)
    begun: tuple[str, str] | None = None
    refused: list[tuple[int, str]] = field(default_factory=list)

    def write(self, acknowledged: threading.Event) -> None:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)) as connection:
            try:
                while not self.refused:
                    self.once(connection)
                    acknowledged.set()
            except (OSError, http.client.HTTPException):
                return  # it was killed

    def again(self) -> None:
        """What was not answered is sent again, as a phone does."""
        if self.begun is not None:
            with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)) as connection:
                self._send(connection, *self.begun)

    def once(self, connection: http.client.HTTPConnection) -> None:
        uid = new_uid()
        if self.said and self.rng.random() < 0.3:
            uid = self.rng.choice(list(self.said))
        self._send(connection, uid, f"{uid[-6:]} {self.rng.randrange(1_000_000)}")

    def _send(self, connection: http.client.HTTPConnection, uid: str, summary: str) -> None:
        self.begun = uid, summary
        if uid in self.said:
            method, address, body = "PATCH", f"/api/v1/incidents/{uid}", {"summary": summary}
        else:
            lon, lat = PLACES[int(uid[-1], 16) % len(PLACES)]  # the same when it is sent again
            body = {"uid": uid, "kind": "order.noise", "occurred_on": "2024-05-30", "summary": summary}
            body |= {"lon": lon, "lat": lat, "reporter": {"phone": PHONE}}
            method, address = "POST", "/api/v1/incidents"
        headers = {"Cookie": self.cookies, "X-CSRFToken": self.token, "Content-Type": "application/json"}
        connection.request(method, address, json.dumps(body), headers)
        answer = connection.getresponse()
        content = answer.read()
        if answer.status in {200, 201}:
            self.said[uid], self.begun = summary, None
        else:
            self.refused.append((answer.status, json.loads(content)["error"]["code"]))


def answered(server: Restarting) -> None:
    """Waits until a server that was just started answers."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_S)) as connection:
                connection.request("GET", "/healthz")
                assert json.loads(connection.getresponse().read())["status"] == "ok"
                return
        except OSError:
            assert members(server.pid), server.told.read_text()
            assert time.monotonic() < deadline
            time.sleep(0.01)


def forgery_token(port: int) -> tuple[str, str]:
    """Cookies and token of a page; both outlive the server."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)) as connection:
        connection.request("GET", "/import")
        answer = connection.getresponse()
        found = re.search(r'name="csrf-token" content="([^"]+)"', answer.read().decode())
    assert found
    return "; ".join(text.split(";")[0] for text in answer.headers.get_all("Set-Cookie", [])), found[1]


def require_whole(address: str, writers: list[Writer], before: int) -> None:
    """Everything that was acknowledged is there, nothing in part, and the chain is whole; `before`: incidents that were
    there already.
    """
    with closing(open_store(address)) as store:
        with store.write() as session:  # a server may still be ending what the dead process began: wait for it
            session.execute(sa.text("UPDATE audit_head SET seq = seq"))
        with store.read() as session:
            rows = session.execute(sa.text(WHOLE)).all()
            broken = audit.verify(session)
            if store.dialect == "sqlite":
                assert session.scalar(sa.text("PRAGMA quick_check")) == "ok"
    assert not broken
    ours = {row[0]: row for row in rows if row[3]}  # the others were never received: they are the world's
    assert len(rows) - len(ours) == before
    assert len({row[2] for row in rows}) == len(rows), "two incidents with one case number"
    begun = dict(writer.begun for writer in writers if writer.begun)
    said = {uid: text for writer in writers for uid, text in writer.said.items()}
    assert said.keys() <= ours.keys(), "an acknowledged incident is lost"
    assert ours.keys() <= said.keys() | begun.keys()
    for uid, summary, _, received, changed, told, told_changed, reporters in ours.values():
        assert (received, told, reporters) == (1, 1, 1), f"half an incident: {uid}"
        assert changed == told_changed, f"half a change: {uid}"
        assert summary in {said.get(uid), begun.get(uid)}, f"an acknowledged change of {uid} is lost"


def incident_count(world: Store) -> int:
    with world.read() as session:
        return int(session.scalar(sa.text("SELECT count(*) FROM incident")) or 0)
