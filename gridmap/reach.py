"""How people reach the server: by which public address, through which proxies, with which certificate."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from gridmap.errors import BadSettings

HTTPS_PORT = 443
LONGEST_NAME = 253  # RFC 1035, 2.3.4
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """The certificate (with what vouches for it) and its private key, both PEM."""

    cert: Path
    key: Path


@dataclass(frozen=True, slots=True)
class PublicUrl:
    """What people type: a name or an address, in small letters, IPv6 in brackets; and its port."""

    name: str
    port: int = HTTPS_PORT

    def __str__(self) -> str:
        return f"https://{self.name}" + (f":{self.port}" if self.port != HTTPS_PORT else "")


def is_loopback(host: str) -> bool:
    """True for localhost and the loopback addresses, with or without the brackets of IPv6."""
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def public_url(text: str) -> PublicUrl:
    """https://name[:port][/]. Raises BadSettings."""
    cure = "Give it as https://name or https://name:port: without a path, a user or a query."
    try:
        parts = urlsplit(text)
        port = parts.port or HTTPS_PORT
    except ValueError:
        raise BadSettings(f"GRIDMAP_PUBLIC_URL is '{text}'.", cure) from None
    if parts.scheme != "https":
        raise BadSettings(f"GRIDMAP_PUBLIC_URL is '{text}', which is not https.", cure)
    name = _name(parts.hostname or "")
    plain = {f"https://{parts.netloc}", f"https://{parts.netloc}/"}
    if name is None or "@" in parts.netloc or text.lower() not in {form.lower() for form in plain}:
        raise BadSettings(f"GRIDMAP_PUBLIC_URL is '{text}'.", cure)
    return PublicUrl(name, port)


def networks(text: str) -> tuple[Network, ...]:
    """Addresses and networks with commas between them -> networks. Raises BadSettings."""
    try:
        return tuple(ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise BadSettings(
            f"GRIDMAP_PROXIES is '{text}': {error}.", "Give addresses or networks: 192.168.0.5, 10.1.0.0/24."
        ) from None


def tls_files(cert: str | None, key: str | None) -> TlsFiles | None:
    """Both or none. Raises BadSettings for one alone."""
    if cert and key:
        return TlsFiles(Path(cert).expanduser(), Path(key).expanduser())
    if not cert and not key:
        return None
    given, missing = ("GRIDMAP_TLS_CERT", "GRIDMAP_TLS_KEY") if cert else ("GRIDMAP_TLS_KEY", "GRIDMAP_TLS_CERT")
    raise BadSettings(f"{given} is set, and {missing} is not.", "HTTPS needs both: set the other, or none.")


def _name(host: str) -> str | None:
    """A host's name as browsers send it; None for what is none."""
    if ":" in host:
        try:
            return f"[{ipaddress.IPv6Address(host)}]"
        except ValueError:
            return None
    try:
        name = host.lower().rstrip(".").encode("idna").decode("ascii")
    except UnicodeError:
        return None
    is_name = 0 < len(name) <= LONGEST_NAME and all(_LABEL.fullmatch(label) for label in name.split("."))
    return name if is_name else None
