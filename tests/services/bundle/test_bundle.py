"""What a bundle holds and says of itself: packages as they are read, checksums, the bill of materials, the archive."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import subprocess
import tarfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from gridmap.cli import gridmap
from gridmap.errors import BadSettings
from gridmap.services.bundle import debian, making, program, sealing, wheels
from gridmap.services.bundle.about import Machine, this_machine
from gridmap.services.bundle.bom import purl
from gridmap.services.bundle.making import Contents, seal
from tests.services.bundle.small_bundle import NOW, ROOT, make_bundle, make_wheel

COPYRIGHT = """Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Files: *
Copyright: somebody
License: LGPL-2.1+
 a text
Files: debian/*
License: GPL-2+ or Artistic
License: LGPL-2.1+
 more text
"""


def make_deb(folder: Path, name: str, *control: str, copyright_text: str = "", link: str = "") -> Path:
    """A .deb file with a copyright file, or with a link to the folder of another package's."""
    tree = folder / f"tree-{name}"
    docs = tree / "usr/share/doc"
    docs.mkdir(parents=True)
    if link:
        (docs / name).symlink_to(link)
    else:
        (docs / name).mkdir()
        (docs / name / "copyright").write_text(copyright_text)
    lines = [f"Package: {name}", "Version: 1:2.3+x~1", "Architecture: all", "Maintainer: x <x@x.invalid>", *control]
    (tree / "DEBIAN").mkdir()
    (tree / "DEBIAN" / "control").write_text("\n".join([*lines, "Description: a package", " told at length", ""]))
    path = folder / f"{name}_2.3_all.deb"
    subprocess.run(["dpkg-deb", "--build", "-Znone", str(tree), str(path)], check=True, capture_output=True)
    return path


@pytest.fixture
def packages(tmp_path: Path) -> list[debian.Package]:
    one = make_deb(tmp_path, "libone", "Depends: libtwo", copyright_text=COPYRIGHT)
    two = make_deb(tmp_path, "libtwo", link="libone")
    prose = make_deb(tmp_path, "prose", copyright_text="Do what you like.")
    return debian.with_licences([debian.read(path) for path in (one, two, prose)])


@pytest.fixture
def sealed(tmp_path: Path, packages: list[debian.Package]) -> tuple[Path, Contents]:
    """A bundle's folder with two wheels and three Debian packages."""
    folder = make_bundle(tmp_path / "bundle", "1.0", "0001")
    (folder / "debs").mkdir()
    moved = [replace(p, path=p.path.rename(folder / "debs" / p.path.name)) for p in packages]
    field = make_wheel(folder / "wheels", "Some.Thing", "2.0+cpu", "Classifier: License :: OSI Approved :: BSD License")
    pip = wheels.read(next((folder / "wheels").glob("pip-*.whl")))
    for name in (*making.SCRIPTS, "about.sh", "bom.cdx.json", "SHA256SUMS"):
        (folder / name).unlink()
    contents = Contents([field, pip], moved, Machine("debian", "12", "amd64", "3.11"), ("libone",), ())
    seal(folder, contents, NOW)
    return folder, contents


def bill(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "bom.cdx.json").read_bytes())
    return found


def test_the_bill_names_everything_with_version_licence_and_digest(sealed: tuple[Path, Contents]) -> None:
    folder, _ = sealed
    content = bill(folder)
    assert (content["bomFormat"], content["specVersion"], content["version"]) == ("CycloneDX", "1.6", 1)
    assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", content["serialNumber"])
    assert content["metadata"]["timestamp"] == "2026-11-24T03:00:00Z"
    found = {part["purl"]: part for part in content["components"]}
    assert list(found) == [
        "pkg:pypi/some-thing@2.0%2Bcpu",
        "pkg:pypi/pip@1.0",
        "pkg:deb/debian/libone@1%3A2.3%2Bx~1?arch=all&distro=debian-12",
        "pkg:deb/debian/libtwo@1%3A2.3%2Bx~1?arch=all&distro=debian-12",
        "pkg:deb/debian/prose@1%3A2.3%2Bx~1?arch=all&distro=debian-12",
        *(purl("npm", entry["name"], entry["version"]) for entry in vendored(folder)),
    ]
    licences = [found[address]["licenses"] for address in list(found)[:5]]
    both = [{"license": {"name": "GPL-2+ or Artistic"}}, {"license": {"name": "LGPL-2.1+"}}]
    assert licences == [
        [{"license": {"name": "BSD License"}}],
        [{"expression": "MIT"}],
        both,
        both,
        [{"license": {"name": "see usr/share/doc/prose/copyright in the package"}}],
    ]
    refs = [content["metadata"]["component"]["bom-ref"], *(part["bom-ref"] for part in content["components"])]
    assert len(set(refs)) == len(refs)
    assert content["dependencies"] == [{"ref": refs[0], "dependsOn": refs[1:]}]


def vendored(folder: Path) -> list[dict[str, Any]]:
    path = folder / "program" / "web/static/vendor/VENDORED.json"
    entries: list[dict[str, Any]] = json.loads(path.read_bytes())["packages"]
    return entries


def test_digests_are_those_of_the_files(sealed: tuple[Path, Contents]) -> None:
    folder, _ = sealed
    for part in bill(folder)["components"]:
        if "properties" in part:
            path = folder / part["properties"][0]["value"]
            assert part["hashes"] == [{"alg": "SHA-256", "content": hashlib.sha256(path.read_bytes()).hexdigest()}]
        else:
            assert part["hashes"][0]["alg"] == "SHA-512" and len(part["hashes"][0]["content"]) == 128
            assert all(ROOT.joinpath(file["name"].removeprefix("program/")).is_file() for file in part["components"])
    done = subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=folder, capture_output=True)
    there = sum(path.is_file() for path in folder.rglob("*"))
    assert done.returncode == 0 and len(done.stdout.splitlines()) == there - 1


def test_apt_finds_the_packages_by_their_index(tmp_path: Path, packages: list[debian.Package]) -> None:
    assert debian.upstream_version(packages, "libone") == "2.3"
    entry = debian._entry(packages[0])
    content = packages[0].path.read_bytes()
    assert entry.startswith("Package: libone\nVersion: 1:2.3+x~1\n")
    assert "\nDepends: libtwo\n" in entry and "\n told at length\n" in entry
    assert entry.endswith(
        f"Filename: ./libone_2.3_all.deb\nSize: {len(content)}\nSHA256: {hashlib.sha256(content).hexdigest()}\n"
    )


def test_one_content_one_name(tmp_path: Path) -> None:
    digests = {"a": "1" * 64, "b": "2" * 64}
    name = sealing.contents_name("1.0", digests)
    assert re.fullmatch(r"1\.0-[0-9a-f]{8}", name)
    assert sealing.contents_name("1.0", dict(reversed(digests.items()))) == name
    assert sealing.contents_name("1.0", digests | {"b": "3" * 64}) != name


def test_the_archive_belongs_to_root_and_keeps_what_may_be_run(sealed: tuple[Path, Contents], tmp_path: Path) -> None:
    folder, _ = sealed
    out = tmp_path / "out.tar.gz"
    sealing.pack(folder, out, "gridmap-1.0", NOW)
    with gzip.open(out) as packed, tarfile.open(fileobj=packed) as tar:
        members = {member.name: member for member in tar}
    assert {(m.uid, m.uname, m.mtime) for m in members.values()} == {(0, "root", int(NOW.timestamp()))}
    modes = {
        name: members[f"gridmap-1.0/{name}"].mode for name in ("install", "lib.sh", "program/scripts/offline/rollback")
    }
    assert modes == {"install": 0o755, "lib.sh": 0o644, "program/scripts/offline/rollback": 0o755}
    assert len([m for m in members.values() if m.isfile()]) == sum(p.is_file() for p in folder.rglob("*"))


def test_a_package_that_is_not_pinned_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_wheel(tmp_path, "Some_Thing", "2.0")
    monkeypatch.setattr(wheels, "run", lambda *_: "")
    (tmp_path / "pyproject.toml").write_text('[project]\ndependencies = ["some-thing"]\n')
    lock = tmp_path / "requirements.lock"
    lock.write_text("some.thing==2.0\n")
    assert [wheel.name for wheel in wheels.collect(tmp_path, tmp_path, "3.11.2")] == ["Some_Thing"]
    lock.write_text("some-thing==2.1\n")
    with pytest.raises(BadSettings, match=r"Some_Thing 2\.0: not as requirements\.lock pins it"):
        wheels.collect(tmp_path, tmp_path, "3.11.2")


def test_everything_that_is_required_is_pinned() -> None:
    pinned = wheels.pins(ROOT / "requirements.lock")
    required = wheels.requirements(ROOT / "pyproject.toml")
    names = {wheels.normal(re.split(r"[^\w.-]", line, maxsplit=1)[0]) for line in required}
    assert len(names) > 20 and {*names, *wheels.TOOLS} <= set(pinned)
    assert program.system_packages(ROOT)[0] == "libsqlite3-mod-spatialite"


def test_the_program_is_copied_without_what_grew_beside_it(tmp_path: Path) -> None:
    root = tmp_path / "root"
    for name in program.PARTS:
        if "." in name or name == "LICENSE":
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).touch()
        else:
            (root / name / "__pycache__").mkdir(parents=True)
            (root / name / "kept.py").touch()
            (root / name / ".hidden").touch()
    program.collect(root, tmp_path / "copy")
    found = {
        path.relative_to(tmp_path / "copy").as_posix() for path in (tmp_path / "copy").rglob("*") if path.is_file()
    }
    folders = [name for name in program.PARTS if (root / name).is_dir()]
    assert found == {*(set(program.PARTS) - set(folders)), *(f"{name}/kept.py" for name in folders)}
    (root / "LICENSE").unlink()
    with pytest.raises(BadSettings, match="has no LICENSE"):
        program.collect(root, tmp_path / "another")


def test_what_cannot_be_made_is_refused_before_anything_is_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = tmp_path / "os-release"
    release.write_text('ID=fedora\nVERSION_ID="41"\n')
    with pytest.raises(BadSettings, match="cannot be made on fedora 41"):
        this_machine(release)
    run = CliRunner().invoke
    assert "Let it end with .tar.gz" in str(run(gridmap, ["bundle", str(tmp_path / "out.zip")]).exception)
    (tmp_path / "there.tar.gz").touch()
    assert "exists already" in str(run(gridmap, ["bundle", str(tmp_path / "there.tar.gz")]).exception)
    monkeypatch.setenv("PATH", str(tmp_path))
    lacking = str(run(gridmap, ["bundle", str(tmp_path / "out.tar.gz")]).exception)
    assert "apt-get, dpkg-deb, which this machine lacks" in lacking
    assert sorted(path.name for path in tmp_path.iterdir()) == ["os-release", "there.tar.gz"]


def test_a_program_that_fails_is_told_with_its_last_words(tmp_path: Path) -> None:
    (tmp_path / "broken.deb").write_bytes(b"no package" * 100)
    with pytest.raises(BadSettings, match=r"Reading broken\.deb failed: .*not a Debian format archive"):
        debian.read(tmp_path / "broken.deb")
