"""Files of a certificate that change while it is served: taken over when they are whole, never before."""

from __future__ import annotations

import datetime as dt
import queue
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gridmap.commands import renewing
from gridmap.commands.renewing import Renewals
from gridmap.reach import TlsFiles
from tests import certificates

PATIENCE_S = 30
Told = queue.Queue[str]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    """What is told, in order."""
    texts: Told = queue.Queue()
    monkeypatch.setattr(renewing, "tell", lambda _level, text: texts.put(text))
    return texts


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Callable[[Callable[[], None]], TlsFiles]]:
    """Begins to look at the files of a certificate for old.example -> the files."""
    begun: list[Renewals] = []

    def begin(take: Callable[[], None]) -> TlsFiles:
        files = certificates.make(tmp_path / "served", "old.example")
        begun.append(Renewals(files, take, every_s=0.01))
        begun[-1].start()
        return files

    yield begin
    for each in begun:
        each.stop()


def put(new: TlsFiles, files: TlsFiles, *, key: bool) -> None:
    """One of the two files in the other's place, whole, as `install` and `mv` do it."""
    (new.key if key else new.cert).rename(files.key if key else files.cert)


def test_a_pair_is_taken_when_both_files_are_there(
    watched: Callable[..., TlsFiles], told: Told, tmp_path: Path
) -> None:
    taken: queue.Queue[bytes] = queue.Queue()
    files = watched(lambda: taken.put(files.cert.read_bytes()))
    new = certificates.make(tmp_path / "new", "new.example")
    expected = new.cert.read_bytes()
    put(new, files, key=False)
    assert "does not belong to the certificate" in (half := told.get(timeout=PATIENCE_S))
    assert half.endswith("the one before is served.")
    assert taken.empty()
    put(new, files, key=True)
    assert taken.get(timeout=PATIENCE_S) == expected
    assert told.get(timeout=PATIENCE_S).startswith("A new certificate for new.example, until ")
    files.key.unlink()
    put(certificates.make(tmp_path / "third", "third.example"), files, key=False)
    assert taken.empty() and told.empty()  # while a file is missing, nothing is said and nothing done


def test_what_ended_or_cannot_be_served_is_told_and_not_taken(
    watched: Callable[..., TlsFiles], told: Told, tmp_path: Path
) -> None:
    def refuse() -> None:
        raise ssl.SSLError("key too small")

    files = watched(refuse)
    old = certificates.make(tmp_path / "ended", "a.example", valid_from=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    put(old, files, key=True)
    put(old, files, key=False)
    while "ended on" not in (text := told.get(timeout=PATIENCE_S)):
        assert "does not belong" in text
    weak = certificates.make(tmp_path / "weak", "b.example")
    put(weak, files, key=True)
    put(weak, files, key=False)
    while "cannot be served" not in (text := told.get(timeout=PATIENCE_S)):
        assert "does not belong" in text
    assert "key too small" in text


def test_a_link_that_points_at_another_folder_is_a_new_pair(
    watched: Callable[..., TlsFiles], told: Told, tmp_path: Path
) -> None:
    """As programs that fetch certificates do it."""
    taken: queue.Queue[bool] = queue.Queue()
    files = watched(lambda: taken.put(True))
    new = certificates.make(tmp_path / "new", "new.example")
    for name, there in (("cert", new.cert), ("key", new.key)):
        link = tmp_path / name
        link.symlink_to(there)
        link.rename(files.cert if name == "cert" else files.key)
    assert taken.get(timeout=PATIENCE_S)
