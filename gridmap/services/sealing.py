"""Small secrets encrypted with the project's keys: AES-128-CBC with HMAC-SHA-256 (Fernet), as one text.

The newest key encrypts; any of them decrypts, so that a key can be replaced while the project is used.
"""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
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
            "Put the key this database was used with back into GRIDMAP_KEY (or var/key), behind the newest.",
        )
    return plain


def cipher_of(key: bytes) -> Fernet:
    """The cipher of one key. The key may be any long text: the bytes that Fernet wants are derived from it."""
    return Fernet(base64.urlsafe_b64encode(derived(key, PURPOSE)))


def derived(key: bytes, purpose: bytes) -> bytes:
    """32 bytes for one purpose alone (HKDF with SHA-256, RFC 5869): what is made for one says nothing of another."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(key)


def _cipher(settings: Settings) -> MultiFernet:
    return MultiFernet(list(map(cipher_of, settings.keys())))
