"""Whether others may be let in: the rule that a server keeps to, in one place for the server and for the doctor."""

from __future__ import annotations

from gridmap.config import Settings
from gridmap.errors import BadSettings
from gridmap.reach import is_loopback


def require_accounts(settings: Settings, *, has_accounts: bool) -> None:
    """Raises BadSettings where other machines would reach what is open to everybody, or reach it without HTTPS."""
    if settings.public_url is not None:
        setting = f"GRIDMAP_PUBLIC_URL is '{settings.public_url}'"
    elif not is_loopback(settings.host):
        setting = f"GRIDMAP_HOST is '{settings.host}'"
    else:
        return
    if settings.is_demo:
        raise BadSettings(
            f"{setting}, which other machines can reach, and the demo is open to everybody.",
            "Leave it out, or give a database of your own by GRIDMAP_DB.",
        )
    if not has_accounts:
        raise BadSettings(
            f"{setting}, which other machines can reach, and there are no accounts yet.",
            "Leave it out until the administrators are there: `gridmap init`, or the page at http://127.0.0.1.",
        )
    if settings.tls is None and settings.public_url is None:
        raise BadSettings(
            f"{setting}, which other machines can reach, and there is no HTTPS.",
            "Set GRIDMAP_TLS_CERT and GRIDMAP_TLS_KEY, or GRIDMAP_PUBLIC_URL with a proxy in front.",
        )
