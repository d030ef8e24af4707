"""The address of tiles on the organisation's own network: taken apart, and never asked by this server.

The browser of whoever looks at the map fetches the tiles. So an address is let into the policy of the map page (one
scheme, one host, one port), and an address that does not look like one of the own network only when the administrator
has vouched for it.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from gridmap.errors import BadInput

LONGEST = 500
HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")
NUMBER = re.compile(r"(\d+|0x[0-9a-f]*)")  # a host whose last part is one is an IPv4 address to every browser
INNER_NAMES = ("local", "lan", "internal", "intranet", "home.arpa", "corp", "localhost")
PLACES = {"z": ("z", "TileMatrix"), "x": ("x", "TileCol"), "y": ("y", "-y", "TileRow")}
UNSAFE = re.compile(r"""[\s"'<>;,\\^`|#]""")
EXAMPLE = "Write it as http://10.0.0.5:8080/tiles/{z}/{x}/{y}.png, or with {TileMatrix}, {TileCol} and {TileRow}."


@dataclass(frozen=True, slots=True)
class TileAddress:
    """`template` is what Leaflet fills in, `origin` what a page's policy names, `is_inner` whether the host looks like
    one of a network of one's own.
    """

    template: str
    origin: str
    is_inner: bool


def tile_address(text: str) -> TileAddress:
    """An XYZ or WMTS (REST or KVP) template. Raises BadInput for anything that a browser could read otherwise."""
    text = text.strip()
    try:
        parts = urlsplit(text)
        port, host = parts.port, (parts.hostname or "").lower()
    except ValueError:
        raise BadInput("The address of the tiles cannot be read.", EXAMPLE) from None
    if parts.scheme not in ("http", "https") or not host or UNSAFE.search(text) or len(text) > LONGEST:
        raise BadInput("The address of the tiles is no address of http or https.", EXAMPLE)
    if parts.username is not None or parts.password is not None:
        raise BadInput("The address of the tiles holds a name or a password.", "Leave them out: browsers drop them.")
    origin = f"{parts.scheme}://{host}" + (f":{port}" if port else "")
    if not text.lower().startswith(origin + "/"):
        raise BadInput("The address of the tiles is no address of http or https.", EXAMPLE)
    template = origin + _filled(text[len(origin) :])
    return TileAddress(template, origin, _is_inner(host))


def _filled(path: str) -> str:
    """The template with Leaflet's names. Raises BadInput where one is missing, is there twice, or is unknown."""
    names = re.findall(r"\{([^{}]*)\}", path)
    known = {name: place for place, some in PLACES.items() for name in some}
    if sorted(known.get(name, "?") for name in names) != sorted(PLACES) or re.sub(r"\{[^{}]*\}", "", path).count("{"):
        raise BadInput("The address of the tiles does not say where zoom, column and row stand.", EXAMPLE)
    for name, place in known.items():
        if name != "-y":
            path = path.replace(f"{{{name}}}", f"{{{place}}}")
    return path


def _is_inner(host: str) -> bool:
    """Raises BadInput for a host that a browser might read as another."""
    if ":" in host:
        raise BadInput("The address of the tiles has an IPv6 address.", "Give its host a name.")
    if not HOST.fullmatch(host) or ".." in host:
        raise BadInput("The host in the address of the tiles has signs that no host has.", EXAMPLE)
    if NUMBER.fullmatch(host.rpartition(".")[2]):
        try:
            return ipaddress.IPv4Address(host).is_private
        except ValueError:
            raise BadInput("The address of the tiles has a number for a host.", "Write it as 10.0.0.5.") from None
    return "." not in host or host.endswith(tuple(f".{name}" for name in INNER_NAMES))
