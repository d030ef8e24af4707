"""Small secrets encrypted with the project's keys: AES-128-CBC with HMAC-SHA-256 (Fernet), as one text.

The newest key encrypts; any of them decrypts, so that a key can be replaced while the project is used.
"""

from __future__ import annotations

import base64
import datetime as dt

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gridmap.config import Settings
from gridmap.errors import BadSettings

PURPOSE = b"gridmap sealed fields"  # a key of its own, so that GRIDMAP_KEY can serve for other things, too


def seal(settings: Settings, plain: bytes) -> bytes:
    """Encrypt a value; twice the same value gives two texts."""
    return _cipher(settings).encrypt(plain)


def seal_carried(settings: Settings, plain: bytes, now: dt.datetime) -> str:
    """Encrypt a value that a person carries meanwhile, with the time at which it was given."""
    return _cipher(settings).encrypt_at_time(plain, int(now.timestamp())).decode("ascii")


def unseal_carried(settings: Settings, sealed: str, now: dt.datetime, *, not_older_s: int) -> bytes | None:
    """Decrypt what `seal_carried` gave; None when it was changed, or is older."""
    try:
        return _cipher(settings).decrypt_at_time(sealed.encode(), not_older_s, int(now.timestamp()))
    except InvalidToken:
        return None


def unseal(settings: Settings, sealed: bytes) -> bytes | None:
    """Decrypt a value; None when no key fits."""
    try:
        return _cipher(settings).decrypt(sealed)
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
