"""Applications that start quicker in tests: what does not depend on their database is made once a run for all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache

from web import i18n


@contextmanager
def quick(folder: Path) -> Iterator[None]:
    """Meanwhile applications share their compiled texts and templates, which lie in `folder`."""
    compile_catalogues = i18n.compile_catalogues
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(i18n, "compile_catalogues", lambda sources, _: compile_catalogues(sources, folder / "texts"))
        patch.setattr(Flask, "jinja_options", {"bytecode_cache": FileSystemBytecodeCache(str(folder))})
        yield
