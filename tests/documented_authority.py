"""The certificate authority of docs/https.md, made by the very commands that stand there."""

from __future__ import annotations

import os
import pty
import re
from pathlib import Path

from gridmap.config import ROOT
from gridmap.reach import TlsFiles

PASSPHRASE = "a passphrase of a test"
TESTED = re.compile(r"^```sh tested\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks() -> list[str]:
    """The commands for the authority, for the server's key and for the certificate."""
    return TESTED.findall((ROOT / "docs/https.md").read_text(encoding="utf-8"))


def make(folder: Path) -> tuple[Path, TlsFiles]:
    """Its own certificate, and the files of a server's that it vouches for (grid.example.cn and 10.20.0.5)."""
    told = typed("\n".join(blocks()), folder)
    assert "grid.example.cn.pem: OK" in told, told
    made = folder / "gridmap-ca"
    return made / "ca.pem", TlsFiles(made / "grid.example.cn.pem", made / "grid.example.cn.key")


def typed(script: str, folder: Path) -> str:
    """What bash prints when a person runs `script` at a terminal and types the passphrase whenever asked for it."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(folder)
        os.execvp("bash", ["bash", "-euc", script])
    told, answered = "", 0
    while True:
        try:
            piece = os.read(terminal, 4096)
        except OSError:  # the terminal is gone with its last process
            break
        if not piece:
            break
        told += piece.decode(errors="replace")
        asked = len(re.findall(r"pass phrase[^\n]*:", told))
        if asked > answered:
            os.write(terminal, PASSPHRASE.encode() + b"\n")
            answered += 1
    os.close(terminal)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0, told
    return told
