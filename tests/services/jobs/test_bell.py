"""The bell that wakes the process for jobs: rung on one side, heard on the other."""

from __future__ import annotations

import logging

import pytest

from gridmap.config import Settings
from gridmap.services.jobs.bell import bell, ring


def test_what_one_process_rings_another_hears(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    heard: list[str] = []
    queue, _ = bell(settings, lambda: heard.append("rung"))
    with caplog.at_level(logging.ERROR):
        ring(settings)
        rung = queue.dequeue()
        assert rung is not None
        queue.execute(rung)
    assert heard == ["rung"]
    assert caplog.records == []
    queue.storage.close()
