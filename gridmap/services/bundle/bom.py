"""The bill of materials: every wheel, Debian package and browser file with version, licence and digest.

CycloneDX 1.6 as JSON (ECMA-424); names of packages also as package URLs (the purl specification).
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from gridmap.services.bundle.about import About
from gridmap.services.bundle.debian import Package
from gridmap.services.bundle.wheels import Wheel, normal

PROGRAM = "gridmap"
VENDORED = Path("web/static/vendor")
UNKNOWN_LICENCE = "see usr/share/doc/{}/copyright in the package"

Component = dict[str, Any]


def bill(
    about: About,
    wheels: Sequence[Wheel],
    packages: Sequence[Package],
    vendored: Sequence[Mapping[str, Any]],
    digests: Mapping[str, str],
    now: dt.datetime,
) -> bytes:
    """The bill's JSON text. `digests`: path in the bundle -> SHA-256; `vendored`: the packages of VENDORED.json.

    Its serial number follows from what is in the bundle.
    """
    components = [
        *(_wheel(wheel, digests) for wheel in wheels),
        *(_package(package, about, digests) for package in packages),
        *(_vendored(entry) for entry in vendored),
    ]
    refs = [component["bom-ref"] for component in components]
    main = {
        "type": "application",
        "bom-ref": PROGRAM,
        "name": PROGRAM,
        "version": about.version,
        "licenses": [{"license": {"id": "Apache-2.0"}}],
    }
    everything = "\n".join(f"{name} {digest}" for name, digest in sorted(digests.items()))
    content = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, everything)}",
        "version": 1,
        "metadata": {
            "timestamp": now.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "tools": {"components": [{"type": "application", "name": "gridmap bundle", "version": about.version}]},
            "component": main,
        },
        "components": components,
        "dependencies": [{"ref": PROGRAM, "dependsOn": refs}],
    }
    return json.dumps(content, ensure_ascii=False, indent=1).encode()


def purl(kind: str, name: str, version: str, **qualifiers: str) -> str:
    """pkg:kind/name@version?qualifiers; `name` may have a namespace before a slash."""
    text = f"pkg:{kind}/{quote(name, safe='/')}@{quote(version, safe='')}"
    more = "&".join(f"{key}={quote(value, safe='')}" for key, value in sorted(qualifiers.items()))
    return f"{text}?{more}" if more else text


def _wheel(wheel: Wheel, digests: Mapping[str, str]) -> Component:
    address = purl("pypi", normal(wheel.name), wheel.version)
    licence = {"expression": wheel.licence} if wheel.is_expression else {"license": {"name": wheel.licence}}
    return _component(address, wheel.name, wheel.version, [licence]) | _content(f"wheels/{wheel.path.name}", digests)


def _package(package: Package, about: About, digests: Mapping[str, str]) -> Component:
    system = about.machine
    address = purl(
        "deb",
        f"{system.os_id}/{package.name}",
        package.version,
        arch=package.architecture,
        distro=f"{system.os_id}-{system.os_version}",
    )
    names: Iterable[str] = package.licences or (UNKNOWN_LICENCE.format(package.name),)
    licences = [{"license": {"name": name}} for name in names]
    return _component(address, package.name, package.version, licences) | _content(f"debs/{package.path.name}", digests)


def _vendored(entry: Mapping[str, Any]) -> Component:
    """A browser library: the digest is its package's, as its publisher has it; its files have their own."""
    address = purl("npm", entry["name"], entry["version"])
    algorithm, _, digest = entry["integrity"].partition("-")
    folder = f"program/{VENDORED.as_posix()}/{entry['name']}"
    files = [
        {
            "type": "file",
            "bom-ref": f"{folder}/{name}",
            "name": f"{folder}/{name}",
            "hashes": [{"alg": "SHA-256", "content": sha256}],
        }
        for name, sha256 in entry["files"].items()
    ]
    return _component(address, entry["name"], entry["version"], [{"license": {"id": entry["licence"]}}]) | {
        "hashes": [{"alg": algorithm.upper().replace("SHA", "SHA-"), "content": base64.b64decode(digest).hex()}],
        "components": files,
    }


def _component(address: str, name: str, version: str, licences: list[dict[str, Any]]) -> Component:
    return {
        "type": "library",
        "bom-ref": address,
        "name": name,
        "version": version,
        "licenses": licences,
        "purl": address,
    }


def _content(path: str, digests: Mapping[str, str]) -> Component:
    return {
        "hashes": [{"alg": "SHA-256", "content": digests[path]}],
        "properties": [{"name": "gridmap:file", "value": path}],
    }
