"""The log file: what is in it, what never is, and that several processes can share it."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from gridmap.config import Settings
from gridmap.errors import BadSettings
from web import log
from web.app import create_app
from web.log import SharedLogFile


def test_the_log_has_a_line_a_request_without_its_query(own_client: FlaskClient, settings: Settings) -> None:
    own_client.get("/api/v1/incidents?grid=secret-in-a-query")
    own_client.get("/forged%0a2026-01-01 line")
    text = settings.log_file.read_text(encoding="utf-8")
    assert "gridmap.requests 127.0.0.1 GET /api/v1/incidents 404" in text
    assert "secret-in-a-query" not in text
    assert not any(line.startswith("2026-01-01 line") for line in text.splitlines())


def test_a_bug_is_written_with_its_trace(
    own_client: FlaskClient, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.api.changes.running", lambda: 1 // 0)
    assert own_client.get("/healthz").status_code == 500
    text = settings.log_file.read_text(encoding="utf-8")
    assert "GET /healthz failed" in text
    assert "ZeroDivisionError" in text


def test_a_long_log_is_moved_aside_once_and_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "MAX_LOG_BYTES", 1_000)
    path = tmp_path / "gridmap.log"
    handlers = [SharedLogFile(path), SharedLogFile(path)]  # as two workers have them
    for number in range(60):
        handlers[number % 2].emit(logging.makeLogRecord({"msg": f"line {number:03d} {'x' * 40}"}))
    kept = path.with_name("gridmap.log.1").read_text() + path.read_text()
    for handler in handlers:
        handler.close()
    lines = kept.split()[1::3]
    assert lines == [f"{number:03d}" for number in range(60 - len(lines), 60)]  # in order, none lost, none twice
    assert len(lines) >= 20
    assert path.stat().st_size < 1_200


def test_a_level_that_is_none_is_refused(settings: Settings) -> None:
    with pytest.raises(BadSettings, match="GRIDMAP_LOG_LEVEL is 'LOUD'"):
        create_app(replace(settings, log_level="LOUD"), warm_up=False)


def test_a_folder_that_cannot_be_written_is_refused(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(BadSettings, match="cannot be written"):
        create_app(replace(settings, var=tmp_path / "file"), warm_up=False)
