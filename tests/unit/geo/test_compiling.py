import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
NEEDED = ("__init__.py", "config.py", "errors.py", "geo/__init__.py", "geo/compiling.py")
# An administrator may write everywhere, so the system's answer to "may I write there?" is given by the test.
PROGRAM = """
import os, sys
refused = sys.argv[1:]
os.access = lambda path, mode: not any(str(path).startswith(folder) for folder in refused)
import numba
from gridmap.geo import compiling

@compiling.compiled
def twice(x):
    return 2 * x

print(twice(21), compiling.choose_cache(), numba.config.CACHE_DIR)
"""


@pytest.fixture
def installed(tmp_path):
    """A copy of the package with a program beside it that compiles a kernel."""
    folder = tmp_path / "installed"
    for name in NEEDED:
        (folder / "gridmap" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "gridmap" / name).write_bytes((ROOT / "gridmap" / name).read_bytes())
    (folder / "program.py").write_text(PROGRAM)
    return folder


def run(folder, *refused, **env):
    kept = {"PATH": os.environ["PATH"], "HOME": str(folder.parent / "home"), "PYTHONPATH": str(folder)}
    command = [sys.executable, str(folder / "program.py"), *map(str, refused)]
    done = subprocess.run(command, env=kept | env, cwd=folder, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def compiled_files(folder):
    return sorted(path.suffix for path in folder.rglob("*.nb?"))


def test_compiled_code_lies_beside_the_source_where_that_can_be_written(installed, tmp_path):
    assert run(installed)[:2] == ["42", "True"]
    assert compiled_files(installed / "__pycache__") == [".nbc", ".nbi"]
    assert compiled_files(tmp_path / "home") == []


def test_a_read_only_package_keeps_it_under_gridmap_var(installed, tmp_path):
    var = tmp_path / "var"
    assert run(installed, installed, GRIDMAP_VAR=str(var)) == ["42", "True", str(var / "compiled")]
    assert compiled_files(var / "compiled") == [".nbc", ".nbi"]
    assert compiled_files(installed) == []


def test_where_nothing_can_be_written_it_compiles_for_itself_and_goes_on(installed, tmp_path):
    assert run(installed, tmp_path, GRIDMAP_VAR=str(tmp_path / "var"))[:2] == ["42", "False"]
    assert compiled_files(tmp_path) == []
