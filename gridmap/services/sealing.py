"""Small secrets encrypted with the project's key: AES-128-CBC with HMAC-SHA-256 (Fernet), as one text."""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gridmap.config import Settings
from gridmap.errors import BadSettings

PURPOSE = b"gridmap sealed fields"  # a key of its own, so that GRIDMAP_KEY can serve for other things, too


def seal(settings: Settings, plain: bytes) -> bytes:
    """Encrypt a value; twice the same value gives two texts."""
    return _cipher(settings).encrypt(plain)


def unseal(settings: Settings, sealed: bytes, *, not_older_s: int | None = None) -> bytes | None:
    """Decrypt a value that a person carried meanwhile; None when it was changed, or is older than `not_older_s`."""
    try:
        return _cipher(settings).decrypt(sealed, ttl=not_older_s)
    except InvalidToken:
        return None


def unseal_stored(settings: Settings, sealed: bytes) -> bytes:
    """Decrypt a value of the database. Raises BadSettings when the key is not the one it was encrypted with."""
    plain = unseal(settings, sealed)
    if plain is None:
        raise BadSettings(
            "What is stored encrypted cannot be read: the key is another one.",
            "Set GRIDMAP_KEY (or var/key) to the key this database was used with.",
        )
    return plain


def _cipher(settings: Settings) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(settings.key())
    return Fernet(base64.urlsafe_b64encode(derived))
