"""What is kept of a person, encrypted, with the digests that find it again.

A digest is HMAC-SHA-256 with a key of its own for each field, derived from the newest key: nobody can try all phone
numbers against the table without it. It is made of the number as it is compared, so that 138 1234 1234 finds
+86-138-1234-1234.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken

from gridmap.config import Settings
from gridmap.domain.masking import normal_number, normal_phone
from gridmap.domain.parties import Contact
from gridmap.services.sealing import cipher_of, derived

DIGEST_BYTES = 16
PURPOSES = {"phone": b"gridmap digest of phones", "number": b"gridmap digest of identity numbers"}
ROW_PURPOSE = b"gridmap digest of sealed cells"


class Sealer:
    """One key at work. Making one derives what it needs; it seals some ten thousand values a second."""

    def __init__(self, key: bytes) -> None:
        self._cipher: Fernet = cipher_of(key)
        self._digest_keys = {field: derived(key, purpose) for field, purpose in PURPOSES.items()}

    @classmethod
    def newest(cls, settings: Settings) -> Sealer:
        return cls(settings.keys()[0])

    @classmethod
    def every(cls, settings: Settings) -> list[Sealer]:
        """One for each key, the newest first."""
        return list(map(cls, settings.keys()))

    def seal(self, text: str | None) -> bytes | None:
        return self._cipher.encrypt(text.encode()) if text else None

    def open(self, sealed: bytes) -> bytes | None:
        """The value; None when another key sealed it."""
        try:
            return self._cipher.decrypt(sealed)
        except InvalidToken:
            return None

    def reseal(self, plain: bytes) -> bytes:
        return self._cipher.encrypt(plain)

    def columns(self, contact: Contact) -> dict[str, bytes | None]:
        """The encrypted columns of a person, with their digests."""
        return {
            "name_enc": self.seal(contact.name),
            "phone_enc": self.seal(contact.phone),
            "number_enc": self.seal(contact.number),
            "phone_digest": self.digest("phone", contact.phone),
            "number_digest": self.digest("number", contact.number),
        }

    def digest(self, field: str, text: str | None) -> bytes | None:
        """16 bytes by which an equal value is found; None for what is no number that could be searched for."""
        normal = normal_phone(text or "") if field == "phone" else normal_number(text or "")
        if not normal:
            return None
        return hmac.new(self._digest_keys[field], normal.encode(), hashlib.sha256).digest()[:DIGEST_BYTES]


def cells_key(settings: Settings) -> bytes:
    """The key of `cells_digest`. It comes from GRIDMAP_SECRET, which outlives the keys: an imported row is known again
    after these were replaced.
    """
    return derived(settings.secret(), ROW_PURPOSE)


def cells_digest(key: bytes, cells: Sequence[str | None]) -> str:
    """What the digest of an imported row holds in place of its sealed cells."""
    return hmac.new(key, repr(list(cells)).encode(), hashlib.sha256).hexdigest()
