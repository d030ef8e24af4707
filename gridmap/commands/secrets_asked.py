"""Passwords for commands: typed unseen at a terminal, or read from a file; never from the command line, where every
user of the machine would see them.
"""

from __future__ import annotations

import os
import secrets
import string
import sys
from pathlib import Path
from typing import TextIO

import click

from gridmap.errors import BadInput

STDIN = "-"
GENERATED = 16  # characters without look-alikes: 91 bits
ALPHABET = "".join(sorted(set(string.ascii_letters + string.digits) - set("0O1lI5S")))


def is_terminal() -> bool:
    """Whether a person sits there who can be asked."""
    return sys.stdin.isatty()


def asked(prompt: str) -> str:
    """A password typed twice, unseen."""
    return str(click.prompt(prompt, hide_input=True, confirmation_prompt="Once more", err=True))


def lines_of(file: str) -> list[str]:
    """The lines of a file, or of standard input for "-", their ends taken off and empty ones left out.

    Raises BadInput for a file that cannot be read, or that everybody on the machine can read.
    """
    if file == STDIN:
        return [line for line in sys.stdin.read().splitlines() if line]
    path = Path(file)
    try:
        if path.stat().st_mode & 0o004:
            raise BadInput(f"Everybody on this machine can read {path}.", f"Run: chmod 600 {path}")
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        raise BadInput(f"{path} cannot be read: {reason}.", "Give a text file with the password in it.") from None
    return [line for line in text.splitlines() if line]


def new_private_file(path: Path) -> TextIO:
    """A new file that only its owner reads, opened for UTF-8 text that spreadsheets know. Raises BadInput."""
    try:
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise BadInput(f"{path} cannot be made: {error.strerror}.", "Give a new file in a folder of yours.") from None
    return os.fdopen(number, "w", encoding="utf-8-sig", newline="")


def one_password(file: str | None, *, generate: bool, prompt: str) -> str:
    """The password from a file, made up and printed, or asked for. Raises BadInput where none of these is possible."""
    if file is not None and generate:
        raise BadInput("A password is read or made up, not both.", "Leave --password-file or --generate away.")
    if file is not None:
        lines = lines_of(file)
        if len(lines) != 1:
            raise BadInput("The file must have one line, the password.", "Put nothing else into it.")
        return lines[0]
    if generate:
        made = "".join(secrets.choice(ALPHABET) for _ in range(GENERATED))
        click.echo(f"The first password, shown this once: {made}")
        return made
    if not is_terminal():
        raise BadInput("No password is given.", "Use --password-file FILE (- for standard input), or --generate.")
    return asked(prompt)
