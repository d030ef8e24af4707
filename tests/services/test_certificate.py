"""A certificate is looked at before the server starts with it: real files, each wrong in one way."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import pytest

from gridmap.errors import BadSettings
from gridmap.reach import TlsFiles
from gridmap.services.certificate import examined
from tests import certificates

NOW = dt.datetime(2026, 11, 20, 4, 0, tzinfo=dt.UTC)
BEGIN = NOW - dt.timedelta(days=10)
NOBODY = 65534


def test_a_good_one_tells_its_names_and_days(tmp_path: Path) -> None:
    files = certificates.make(tmp_path, "Grid.Example.cn", "*.office.example", "10.1.2.3", "fd00::5", valid_from=BEGIN)
    found = examined(files, NOW)
    assert found.names == ("grid.example.cn", "*.office.example", "10.1.2.3", "fd00::5")
    assert (found.valid_from, found.valid_to) == (BEGIN, BEGIN + dt.timedelta(days=90))
    covered = ["grid.example.cn", "GRID.example.cn.", "a.office.example", "10.1.2.3", "[fd00::5]"]
    assert all(map(found.covers, covered))
    others = ["example.cn", "office.example", "a.b.office.example", "x.grid.example.cn", "10.1.2.4", "2.3"]
    assert not any(map(found.covers, others))


def test_without_names_it_covers_nothing(tmp_path: Path) -> None:
    found = examined(certificates.make(tmp_path, valid_from=BEGIN), NOW)
    assert found.names == ()
    assert not found.covers("a test")


def told(files: TlsFiles, now: dt.datetime = NOW) -> str:
    with pytest.raises(BadSettings) as refused:
        examined(files, now)
    assert refused.value.hint
    return str(refused.value)


def test_the_key_of_another_certificate_is_refused(tmp_path: Path) -> None:
    mine, other = (certificates.make(tmp_path / name, "a.example", valid_from=BEGIN) for name in ("mine", "other"))
    assert "does not belong" in told(TlsFiles(mine.cert, other.key))


def test_days_before_and_after_are_refused(tmp_path: Path) -> None:
    files = certificates.make(tmp_path, "a.example", valid_from=BEGIN, days=20)
    assert "not valid before 2026-11-10 04:00" in told(files, BEGIN - dt.timedelta(seconds=1))
    assert "ended on 2026-11-30 04:00" in told(files, BEGIN + dt.timedelta(days=20, seconds=1))
    assert examined(files, BEGIN + dt.timedelta(days=20)).names == ("a.example",)


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o602, 0o601])
def test_a_key_that_everybody_may_use_is_refused(mode: int, tmp_path: Path) -> None:
    files = certificates.make(tmp_path, "a.example", valid_from=BEGIN)
    files.key.chmod(mode)
    assert f"chmod 640 {files.key}" in told(files)
    files.key.chmod(0o640)  # a group of its own may read it, as Debian's ssl-cert does
    assert examined(files, NOW).names == ("a.example",)


def test_what_is_missing_or_something_else_is_named(tmp_path: Path) -> None:
    good = certificates.make(tmp_path, "a.example", valid_from=BEGIN)
    missing = tmp_path / "none.pem"
    assert "GRIDMAP_TLS_CERT" in told(TlsFiles(missing, good.key))
    assert "GRIDMAP_TLS_KEY" in told(TlsFiles(good.cert, missing))
    assert "GRIDMAP_TLS_CERT" in told(TlsFiles(tmp_path, good.key))
    assert "no certificate" in told(TlsFiles(good.key, good.key))
    swapped = tmp_path / "swapped.pem"
    swapped.write_bytes(good.cert.read_bytes())
    swapped.chmod(0o600)
    assert "no private key" in told(TlsFiles(good.cert, swapped))


def test_a_key_with_a_password_is_refused_and_never_asked_for(tmp_path: Path) -> None:
    files = certificates.make(tmp_path, "a.example", valid_from=BEGIN, password=b"opensesame")
    assert "openssl pkey" in told(files)


def test_a_file_nobody_may_read_is_told(tmp_path: Path) -> None:
    files = certificates.make(tmp_path, "a.example", valid_from=BEGIN)
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(0o755)
    files.key.chmod(0o600)
    if os.geteuid() != 0:
        files.key.chmod(0o000)
        assert "cannot be read" in told(files)
        return
    os.seteuid(NOBODY)
    try:
        assert "cannot be read" in told(files)
    finally:
        os.seteuid(0)
