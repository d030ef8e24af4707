"""The server's certificate: whom it names, how long it holds, and whether the key beside it is its own."""

from __future__ import annotations

import datetime as dt
import stat
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.x509.oid import ExtensionOID

from gridmap.errors import BadSettings
from gridmap.reach import TlsFiles

FOR_OTHERS = stat.S_IROTH | stat.S_IWOTH | stat.S_IXOTH


@dataclass(frozen=True, slots=True)
class Certificate:
    """What browsers look at: `names` are small letters, IP addresses in their shortest form."""

    names: tuple[str, ...]
    valid_from: dt.datetime
    valid_to: dt.datetime

    def covers(self, name: str) -> bool:
        """Whether a browser takes it for a server of this name (RFC 6125: a star stands for one label)."""
        wanted = name.lower().strip("[]").rstrip(".")
        return wanted in self.names or f"*.{wanted.partition('.')[2]}" in self.names


def examined(files: TlsFiles, now: dt.datetime) -> Certificate:
    """The certificate of these files. Raises BadSettings: unreadable, a key others may read or that needs a password,
    a key of another certificate, not valid yet or not any more.
    """
    found = _certificate(files.cert)
    key = _key(files.key)
    encoding, form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    if key.public_key().public_bytes(encoding, form) != found.public_key().public_bytes(encoding, form):
        raise BadSettings(
            f"The key {files.key} does not belong to the certificate {files.cert}.",
            "Name the key that its request was made with; in a chain the server's own certificate comes first.",
        )
    valid_from, valid_to = found.not_valid_before_utc, found.not_valid_after_utc
    if now < valid_from:
        raise BadSettings(
            f"The certificate {files.cert} is not valid before {valid_from:%Y-%m-%d %H:%M} UTC.",
            "Check this machine's clock, or have a certificate made that is valid today.",
        )
    if now > valid_to:
        raise BadSettings(
            f"The certificate {files.cert} ended on {valid_to:%Y-%m-%d %H:%M} UTC.",
            "Have a new one made, and put it and its key in the place of these files.",
        )
    return Certificate(_names(found), valid_from, valid_to)


def _certificate(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificates(_read(path, "GRIDMAP_TLS_CERT"))[0]
    except ValueError:
        raise BadSettings(
            f"{path} holds no certificate that can be read.", "GRIDMAP_TLS_CERT is a PEM file: BEGIN CERTIFICATE."
        ) from None


def _key(path: Path) -> PrivateKeyTypes:
    text = _read(path, "GRIDMAP_TLS_KEY")
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & FOR_OTHERS:
        raise BadSettings(f"Everybody on this machine may use the key {path} (mode {mode:04o}).", f"chmod 640 {path}")
    try:
        return serialization.load_pem_private_key(text, password=None)
    except TypeError:
        raise BadSettings(
            f"The key {path} needs a password.", f"Take it off: openssl pkey -in {path} -out NEW, then chmod 640 NEW."
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        raise BadSettings(
            f"{path} holds no private key that can be read.", "GRIDMAP_TLS_KEY is a PEM file: BEGIN PRIVATE KEY."
        ) from None


def _read(path: Path, variable: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadSettings(
            f"{path} cannot be read: {error.strerror}.",
            f"Correct {variable}, or let the user who runs gridmap read the file.",
        ) from None


def _names(found: x509.Certificate) -> tuple[str, ...]:
    """Those in subjectAltName: browsers look nowhere else."""
    try:
        extension = found.extensions.get_extension_for_oid(ExtensionOID.SUBJECT_ALTERNATIVE_NAME)
    except x509.ExtensionNotFound:
        return ()
    assert isinstance(extension.value, x509.SubjectAlternativeName)  # noqa: S101 - for the type
    named = [name.lower().rstrip(".") for name in extension.value.get_values_for_type(x509.DNSName)]
    addresses = extension.value.get_values_for_type(x509.IPAddress)
    return (*named, *map(str, addresses))
