"""The files in deploy/ are what docs/install.md says of them: real units for systemd, settings that load."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from gridmap.config import KNOWN, ROOT, load

DEPLOY = ROOT / "deploy"
UNITS = sorted(path.name for path in (DEPLOY / "systemd").iterdir())


def lines_of(unit: str) -> list[str]:
    return (DEPLOY / "systemd" / unit).read_text(encoding="utf-8").splitlines()


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not here: it is of the Debian package systemd")
    for unit in UNITS:
        text = "\n".join(lines_of(unit))
        (tmp_path / unit).write_text(text.replace("/opt/gridmap/current", str(ROOT)) + "\n")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *(str(tmp_path / unit) for unit in UNITS)],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    own = [line for line in (done.stdout + done.stderr).splitlines() if "gridmap" in line]
    assert own == []
    assert done.returncode == 0


def test_every_service_is_kept_in_the_same_bounds() -> None:
    """What the first takes away, all do; none may take away what compiling kernels needs."""
    services = [unit for unit in UNITS if unit.endswith(".service")]
    assert services == ["gridmap-backup.service", "gridmap-purge.service", "gridmap.service"]
    bounds = []
    for service in services:
        lines = lines_of(service)
        start = next(i for i, line in enumerate(lines) if line.startswith("# What gridmap does not need"))
        end = lines.index("", start) if "" in lines[start:] else len(lines)
        bounds.append(lines[start:end])
        assert "User=gridmap" in lines and "UMask=0077" in lines
    assert bounds[0] == bounds[1] == bounds[2]
    assert "ProtectSystem=strict" in bounds[0]
    assert not any(line.startswith("MemoryDenyWriteExecute=") for line in bounds[0])
    for timer in ("backup", "purge"):
        assert "Persistent=true" in lines_of(f"gridmap-{timer}.timer")


def test_the_settings_load_and_every_line_of_them_is_known() -> None:
    file = DEPLOY / "gridmap.toml"
    settings = load({}, toml=file)
    assert str(settings.public_url) == "https://grid.example.cn"
    assert settings.var == Path("/var/lib/gridmap")
    switched_on = re.sub(r"^# (?=\w+ = )", "", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    seen: dict[str, object] = {}
    for line in switched_on.splitlines():
        seen |= tomllib.loads(line)
    assert set(seen) <= KNOWN
    assert {"db", "var", "public_url", "host", "port", "tls_cert", "tls_key", "workers"} <= set(seen)
