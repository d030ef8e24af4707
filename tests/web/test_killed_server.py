"""The serving process is killed (SIGKILL, all of it) while people write, and started again.

What was acknowledged is there, once; nothing is there in part; the audit's chain is whole; the next start serves.
"""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from contextlib import closing

import pytest

from gridmap.config import Settings
from gridmap.store import migrations
from gridmap.store.engine import Store, open_store
from tests.restarting import Loaded, Restarting, restarting
from tests.serving import PATIENCE_S
from tests.web.writing import Writer, answered, forgery_token, incident_count, require_whole

WRITERS = 4
LONGEST_S = 0.4  # how long a server is written to before it is killed


def shoot_at(loaded: Loaded, settings: Settings, world: Store, kills: int, seed: int) -> tuple[int, int]:
    """Kills a server that often while it is written to -> how many writes it acknowledged, how many it left open."""
    rng, before, left = random.Random(seed), incident_count(world), 0
    world.close()
    with restarting(loaded, settings) as server:
        server.start()
        answered(server)
        cookies, token = forgery_token(server.port)
        writers = [Writer(server.port, cookies, token, random.Random(rng.random())) for _ in range(WRITERS)]
        for _ in range(kills):
            write_until_killed(server, writers, rng.uniform(0, LONGEST_S))
            left += sum(writer.begun is not None for writer in writers)
            server.start()
            answered(server)
            require_whole(settings.db, writers, before)
            for writer in writers:
                writer.again()
        require_whole(settings.db, writers, before)
        with closing(open_store(settings.db)) as store:
            assert migrations.check(store) == []
        os.killpg(server.pid, signal.SIGTERM)
        server.wait_until_gone()
        assert "Traceback" not in server.told.read_text()
        assert " ERROR " not in settings.log_file.read_text()
    return sum(len(writer.said) for writer in writers), left


def write_until_killed(server: Restarting, writers: list[Writer], after_s: float) -> None:
    """All write at once; the server is killed that long after its first acknowledgement."""
    acknowledged = threading.Event()
    threads = [threading.Thread(target=writer.write, args=(acknowledged,)) for writer in writers]
    for thread in threads:
        thread.start()
    assert acknowledged.wait(PATIENCE_S)
    time.sleep(after_s)
    server.kill()
    for thread in threads:
        thread.join()
    assert [writer.refused for writer in writers] == [[]] * len(writers)


def test_a_killed_server_loses_nothing_and_leaves_nothing_in_part(
    loaded: Loaded, world: Store, settings: Settings
) -> None:
    acknowledged, left = shoot_at(loaded, settings, world, kills=20, seed=11)
    assert acknowledged > 60
    assert left > 0, "no write was under way when the server was killed"


@pytest.mark.full
def test_a_server_that_is_killed_200_times(loaded: Loaded, world: Store, settings: Settings) -> None:
    acknowledged, left = shoot_at(loaded, settings, world, kills=200, seed=12)
    print(f"{acknowledged} incidents acknowledged, {left} writes under way when the server was killed")
    assert left > 0
