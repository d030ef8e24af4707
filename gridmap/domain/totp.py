"""The second factor: six digits that change every half minute (RFC 6238 on RFC 4226, HMAC-SHA-1).

SHA-1, six digits and 30 s are what every authenticator app understands, whatever the address says.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import unicodedata
from urllib.parse import quote, urlencode

STEP_S = 30
DIGITS = 6
SECRET_BYTES = 20  # RFC 4226, section 4, R6: 160 bits are recommended
TOLERATED_STEPS = 1  # a clock half a minute off, or a code typed at the turn (RFC 6238, section 5.2)


def code_at(secret: bytes, step: int, *, digits: int = DIGITS) -> str:
    """The code of one time step. Source: RFC 4226, section 5.3, with the step as its counter."""
    digest = hmac.new(secret, step.to_bytes(8, "big"), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**digits).zfill(digits)


def step_of(now: dt.datetime) -> int:
    """The time step an instant lies in: half minutes since 1970 (RFC 6238, section 4.2, T0 = 0)."""
    return int(now.timestamp()) // STEP_S


def accepted_step(secret: bytes, code: str, now: dt.datetime, *, last_step: int | None = None) -> int | None:
    """The step whose code this is, one step early or late included; None when it is none.

    Steps up to `last_step`, the newest one accepted before, are never accepted again. All candidates are compared,
    each in constant time.
    """
    given = "".join(unicodedata.normalize("NFKC", code).split())  # full-width digits are digits
    if not (given.isascii() and given.isdecimal()):
        return None
    present = step_of(now)
    found = None
    for step in range(present - TOLERATED_STEPS, present + TOLERATED_STEPS + 1):
        is_same = hmac.compare_digest(code_at(secret, step), given)
        if is_same and (last_step is None or step > last_step):
            found = step
    return found


def as_text(secret: bytes) -> str:
    """The secret as it is typed into an app: base32 without padding."""
    return base64.b32encode(secret).decode("ascii").rstrip("=")


def address(secret: bytes, *, account: str, issuer: str) -> str:
    """The `otpauth:` address that a QR code carries. Source: Google Authenticator, "Key Uri Format"."""
    label = quote(f"{issuer}:{account}" if issuer else account)
    values = {"secret": as_text(secret)} | ({"issuer": issuer} if issuer else {})
    return f"otpauth://totp/{label}?{urlencode(values, quote_via=quote)}"
