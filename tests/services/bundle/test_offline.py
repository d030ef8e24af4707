"""The whole way on a bare Debian in a network namespace without any interface: install, serve, upgrade, go back.

The bundle is made here, from this machine's package sources; everything after that happens in a folder with nothing but
Debian's smallest system, which `debootstrap` makes. Needs root.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gridmap.services.bundle import debian, making, sealing, wheels
from gridmap.services.bundle.about import this_machine
from gridmap.services.bundle.making import Contents, seal
from gridmap.services.bundle.program import system_packages
from gridmap.store import migrations
from tests.services.bundle.small_bundle import NOW, ROOT

pytestmark = [pytest.mark.full, pytest.mark.timeout(3_600)]
PREFIX = "/opt/gridmap"
RELEASE = re.compile(r"release (\S+) for debian")
# No network but the kernel's own; proc of its own, so that all ends with the shell. $1: the system's folder.
ALONE = (
    'mount -t proc proc "$1/proc" && mount -t tmpfs -o mode=1777 tmpfs "$1/dev/shm" && exec chroot "$1" sh -euc "$2"'
)
LOOPBACK = "ip link set lo up && "
LOOK = """
import sys, time, urllib.request
began = time.monotonic()
while True:
    try:
        urllib.request.urlopen("http://127.0.0.1:8000/healthz", timeout=60).read()
        break
    except OSError:
        if time.monotonic() - began > 240:
            raise
        time.sleep(0.2)
print("ready after", round(time.monotonic() - began, 1), "s")
page = urllib.request.urlopen("http://127.0.0.1:8000/", timeout=60)
print(page.status, len(page.read()), page.headers["Content-Security-Policy"] is not None)
tile = urllib.request.urlopen("http://127.0.0.1:8000/tiles/heat/13/6711/3376.png", timeout=60)
print(tile.status, tile.headers["Content-Type"])
"""


class Bare:
    """A bare system without network."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def run(self, script: str, *, loopback: bool = False) -> subprocess.CompletedProcess[str]:
        """A shell script in it; what it prints is printed here, too, with the time it took."""
        began = time.monotonic()
        done = subprocess.run(
            ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c",
             (LOOPBACK if loopback else "") + ALONE, "sh", str(self.root), script],
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        print(f"\n$ {script}\n{done.stdout}-> {done.returncode} in {time.monotonic() - began:.1f} s")
        return done

    def good(self, script: str, *, loopback: bool = False) -> str:
        done = self.run(script, loopback=loopback)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def gridmap(self, words: str) -> str:
        return self.good(f"runuser -u gridmap -- {PREFIX}/scripts/gridmap {words}")

    def cameras(self) -> int:
        self.gridmap("export cameras /tmp/cameras.csv 2>&1")
        path = self.root / "tmp" / "cameras.csv"
        lines = path.read_text().splitlines()
        path.unlink()
        return len(lines) - 1


@pytest.fixture(scope="module")
def bare() -> Iterator[Bare]:
    """Debian's smallest system, from where this machine's own packages come. It needs devices: the memory that the
    other tests may write to has none on most machines.
    """
    lacking = [name for name in ("debootstrap", "unshare", "chroot", "ip") if shutil.which(name) is None]
    if os.getuid() or lacking or this_machine().os_id != "debian":
        pytest.skip(f"needs Debian, root and {', '.join(lacking) or 'debootstrap'}")
    targets = ["apt-get", "indextargets", "--format", "$(REPO_URI) $(CODENAME)", "Created-By: Packages"]
    listed = subprocess.run(targets, check=True, capture_output=True, text=True).stdout.splitlines()
    mirror, codename = next(line.split() for line in listed if "-" not in line.split()[1])
    root = Path(tempfile.mkdtemp(prefix="gridmap-bare-", dir="/var/tmp"))
    try:
        made = subprocess.run(
            ["debootstrap", "--variant=minbase", codename, str(root), mirror],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        assert made.returncode == 0, made.stdout
        root.chmod(0o755)
        yield Bare(root)
    finally:
        assert not (root / "proc" / "self").exists()
        shutil.rmtree(root)


@pytest.fixture(scope="module")
def bundles(bare: Bare, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """Two releases, unpacked in the bare system: this one, and one with a later version and schema."""
    out = tmp_path_factory.mktemp("out") / "gridmap.tar.gz"
    began = time.monotonic()
    made = subprocess.run(
        [sys.executable, "-m", "gridmap.cli", "bundle", str(out)], capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stderr
    print(f"\n{made.stdout}made in {time.monotonic() - began:.1f} s")
    match = RELEASE.search(made.stdout)
    assert match is not None and sealing.sha256(out) in made.stdout
    shutil.move(out, bare.root / "srv" / "gridmap.tar.gz")
    bare.good("cd /srv && tar xzf gridmap.tar.gz && rm gridmap.tar.gz")
    first = bare.root / "srv" / f"gridmap-{match[1]}"
    second = bare.root / "srv" / "later"
    subprocess.run(["cp", "-al", str(first), str(second)], check=True)
    return match[1], make_later(second)


def make_later(folder: Path) -> str:
    """Turn a copy of a bundle, linked to the first one's files, into a later release -> its name."""
    program = folder / "program" / "gridmap"
    trial = (ROOT / "tests" / "store" / "revisions" / "r9001_trial.py").read_text()
    revision = re.sub(r'down_revision = "\d+"', f'down_revision = "{migrations.head()}"', trial)
    (program / "store" / "migrations" / "versions" / "r9001_trial.py").write_text(revision)
    version = (program / "__init__.py").read_text().replace("__version__ = ", '__version__ = "9.0.0"  # ')
    (program / "__init__.py").unlink()
    (program / "__init__.py").write_text(version)
    for name in (*making.SCRIPTS, "about.sh", "bom.cdx.json", "SHA256SUMS"):
        (folder / name).unlink()
    packages = debian.with_licences([debian.read(path) for path in sorted((folder / "debs").glob("*.deb"))])
    found = [wheels.read(path) for path in sorted((folder / "wheels").glob("*.whl"))]
    machine = this_machine()
    system = (*system_packages(ROOT), f"python{machine.python}")
    return seal(folder, Contents(found, packages, machine, system, ()), NOW, "9.0.0", "9001").release


def serve_and_look(bare: Bare) -> None:
    told = bare.good(
        f"runuser -u gridmap -- {PREFIX}/scripts/gridmap serve & python3.11 - <<'END'\n{LOOK}END\n",
        loopback=True,
    )
    assert re.search(r"^200 \d{4,} True$", told, re.MULTILINE) and "200 image/png" in told


def test_the_whole_way_without_a_network(bare: Bare, bundles: tuple[str, str]) -> None:
    first, later = bundles
    interfaces = bare.good("tail -n +3 /proc/net/dev")
    assert [line.split(":")[0].strip() for line in interfaces.splitlines()] == ["lo"]
    bare.good("! command -v python3 && useradd --system --home-dir /nowhere gridmap")

    install = f"cd /srv/gridmap-{first} && ./install --user gridmap"
    assert "is installed in /opt/gridmap" in bare.good(install)
    bare.good(f"du -sh {PREFIX}/releases/* /srv/*")
    assert "stay as they are" in bare.good(install)
    bare.gridmap(f"init --name 离线区 --areas {PREFIX}/current/data/geo/areas.fgb")
    bare.gridmap(f"import cameras {PREFIX}/current/data/geo/cameras.csv --crs EPSG:4326")
    cameras = bare.cameras()
    assert cameras > 100
    serve_and_look(bare)

    killed = bare.run(
        f"cd /srv/later; ./upgrade & until [ -e {PREFIX}/upgrading ]; do sleep 0.1; done; kill -9 $!; wait $! || exit 9"
    )
    assert killed.returncode == 9
    assert bare.gridmap("--version").strip().endswith(first.rpartition("-")[0])
    told = bare.good("cd /srv/later && ./upgrade")
    assert f"From {first} to {later}" in told and "gridmap 9.0.0 is installed" in told
    assert bare.gridmap("db revision") == "database 9001\nprogram 9001\n"
    assert "nothing to do" in bare.good("cd /srv/later && ./upgrade")
    assert bare.cameras() == cameras
    (bare.root / "tmp" / "one.csv").write_text("code,name,lon,lat\nN0001,东门,115.0,30.2\n")
    bare.gridmap("import cameras /tmp/one.csv --crs EPSG:4326")
    assert bare.cameras() == cameras + 1
    serve_and_look(bare)

    rollback = f"{PREFIX}/scripts/offline/rollback"
    told = bare.run(rollback).stdout
    assert "1 changes of data" in told and "Nothing was changed" in told
    bare.good(f"{rollback} --yes")
    assert bare.gridmap("db revision") == f"database {migrations.head()}\nprogram {migrations.head()}\n"
    assert bare.cameras() == cameras
    serve_and_look(bare)
    bare.gridmap("audit verify")
    assert (bare.root / PREFIX[1:] / "current").readlink() == Path("releases", first)

    wheel = next((bare.root / "srv" / f"gridmap-{first}" / "wheels").glob("numpy-*.whl"))
    with wheel.open("r+b") as file:
        file.seek(1_000)
        file.write(b"harm")
    assert f"harmed on its way: wheels/{wheel.name}" in bare.run(install).stdout
