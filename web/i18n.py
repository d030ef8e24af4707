"""Languages: which one a request is in, the compiled catalogue, and the catalogue for the page's scripts.

Message ids are the English texts, so English needs no catalogue; Chinese is the default.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask, g, request
from flask_babel import Babel

from gridmap.config import Settings
from gridmap.errors import NotFound
from web.context import running

LANGUAGES = ("zh", "en")
THEMES = ("light", "dark", "auto")
SOURCES = Path(__file__).resolve().parent / "translations"


def init_i18n(app: Flask, settings: Settings) -> str:
    """Compiles the catalogues unless they lie in `var` already, and chooses a language per request.

    Returns the version of the texts.
    """
    compiled = compile_catalogues(SOURCES, settings.var / "translations")
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(compiled)
    Babel(app, default_locale="zh", locale_selector=language)
    return compiled.name


def language() -> str:
    """`?lang`, else the cookie, else that of the settings; Chinese before these are read."""
    read = running().situation.last()
    return _choice("lang", LANGUAGES, "zh" if read is None else read.project.language)


def theme() -> str:
    """`?theme`, else the cookie, else as the system has it."""
    return _choice("theme", THEMES, "auto")


def asked() -> dict[str, str]:
    """The language and theme that the address names, for one that leads elsewhere."""
    return {name: request.args[name] for name in ("lang", "theme") if name in request.args}


def _choice(name: str, known: tuple[str, ...], default: str) -> str:
    key = f"chosen_{name}"
    if key not in g:
        asked = (request.args.get(name), request.cookies.get(name))
        setattr(g, key, next((value for value in asked if value in known), default))
    return str(getattr(g, key))


def compile_catalogues(sources: Path, compiled: Path) -> Path:
    """*.po below `sources` -> *.mo in a folder of `compiled` named after their content; returns that folder.

    Workers may do this at the same time: each file is written beside its place and then renamed.
    """
    files = sorted(sources.glob("*/LC_MESSAGES/messages.po"))
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]
    folder = compiled / digest
    for file in files:
        target = folder / file.relative_to(sources).with_suffix(".mo")
        if target.exists():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        with file.open("rb") as source:
            catalogue = read_po(source, locale=file.parent.parent.name)
        descriptor, name = tempfile.mkstemp(dir=target.parent)
        with os.fdopen(descriptor, "wb") as out:
            write_mo(out, catalogue)
        Path(name).replace(target)
    return folder


def messages(lang: str) -> dict[str, str]:
    """The whole catalogue of a language as {id: text}; English is {} because its texts are the ids.

    Raises NotFound for a language gridmap does not speak.
    """
    if lang not in LANGUAGES:
        raise NotFound(f"There are no texts in '{lang}'.", f"Languages are {', '.join(LANGUAGES)}.")
    file = SOURCES / lang / "LC_MESSAGES" / "messages.po"
    if not file.exists():
        return {}
    with file.open("rb") as source:
        catalogue = read_po(source, locale=lang)
    plain = [m for m in catalogue if isinstance(m.id, str) and isinstance(m.string, str)]
    return {message.id: message.string for message in plain if message.id and message.string}
