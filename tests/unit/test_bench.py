import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "scripts" / "bench.py"


def run(*arguments):
    return subprocess.run([sys.executable, str(SCRIPT), *arguments], capture_output=True, text=True, timeout=300)


def test_an_unknown_measurement_is_refused_with_the_known_names():
    done = run("plaicing")
    assert done.returncode == 2
    assert "'plaicing'" in done.stderr
    assert "heat" in done.stderr and "placing" in done.stderr
    assert "locating" in done.stderr and "datums" in done.stderr
    assert "tables" not in done.stderr and "peers" not in done.stderr  # helpers of the measurements, not some of them


def test_tables_are_markdown():
    code = "from bench.tables import table; print(*table('T', ['a', 'long head'], [['1', '2']]), sep=chr(10))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=SCRIPT.parent, timeout=300
    )
    assert done.stdout.splitlines()[-3:] == ["| a | long head |", "|---|-----------|", "| 1 | 2         |"]
