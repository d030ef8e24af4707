"""Certificates of a test's own, signed by themselves."""

from __future__ import annotations

import datetime as dt
import ipaddress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from gridmap.reach import TlsFiles

PEM = serialization.Encoding.PEM


def make(
    folder: Path,
    *names: str,
    valid_from: dt.datetime | None = None,
    days: float = 90,
    password: bytes | None = None,
) -> TlsFiles:
    """Files of a new key and its certificate for names and IP addresses."""
    key = ec.generate_private_key(ec.SECP256R1())
    begin = valid_from or dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a test")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + dt.timedelta(days=days))
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), critical=False)
    files = TlsFiles(folder / "cert.pem", folder / "key.pem")
    folder.mkdir(parents=True, exist_ok=True)
    files.cert.write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(PEM))
    locked = serialization.NoEncryption() if password is None else serialization.BestAvailableEncryption(password)
    files.key.write_bytes(key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, locked))
    files.key.chmod(0o600)
    return files


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
