"""How it is served: certificate, address, processes."""

from __future__ import annotations

import datetime as dt

from gridmap.config import Settings, worker_count
from gridmap.errors import BadSettings
from gridmap.services.certificate import examined
from gridmap.services.doctor.finding import Finding, refused
from gridmap.services.exposure import require_accounts
from gridmap.store.engine import THREADS

RENEW_WITHIN = dt.timedelta(days=30)
JOBS = 1  # the process for jobs beside the server's


def certificate(settings: Settings, now: dt.datetime) -> Finding:
    """Can a browser be answered by HTTPS: are the files right, the names the public ones, the days not nearly over?"""
    if settings.tls is None:
        how = "by the proxy in front" if settings.public_url else "none: this machine alone is served"
        return Finding("https", True, how)
    try:
        found = examined(settings.tls, now)
    except BadSettings as error:
        return refused("https", error)
    days = (found.valid_to - now).days
    shown = f"{', '.join(found.names) or 'no name'}, until {found.valid_to:%Y-%m-%d} ({days} days)"
    if not found.names:
        return Finding("https", False, shown, "Have a certificate made with subjectAltName: browsers look there alone.")
    public = settings.public_url
    if public is not None and not found.covers(public.name):
        cure = f"Have a certificate made for {public.name}, or correct GRIDMAP_PUBLIC_URL."
        return Finding("https", False, f"{shown}; {public.name} is not among the names", cure)
    soon = found.valid_to - now < RENEW_WITHIN
    cure = "Have a new certificate made and replace the files; the server takes it over by itself."
    return Finding("https", not soon, shown, cure)


def address(settings: Settings, *, has_accounts: bool) -> Finding:
    """May others reach it, and where?"""
    try:
        require_accounts(settings, has_accounts=has_accounts)
    except BadSettings as error:
        return refused("address", error)
    if settings.public_url is not None:
        return Finding("address", True, f"{settings.public_url}, served on {settings.host}, port {settings.port}")
    return Finding("address", True, f"{settings.host}, port {settings.port}")


def workers(settings: Settings, connections: int | None) -> Finding:
    """Does the database take as many processes as are wanted? `connections`: those a server gives, None for a file."""
    try:
        count = worker_count(settings.db, settings.workers)
    except BadSettings as error:
        return refused("workers", error)
    wanted = (count + JOBS) * THREADS
    if connections is None or wanted <= connections:
        return Finding("workers", True, f"{count}" + ("" if connections is None else f", up to {wanted} connections"))
    found = f"{count} with up to {wanted} connections, and the server gives {connections}"
    return Finding("workers", False, found, "Raise max_connections in postgresql.conf, or lower GRIDMAP_WORKERS.")
