"""The people of an incident as they are shown: masked; and one field at a time in clear, with an entry of the audit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from gridmap.config import Settings
from gridmap.domain.access import Actor
from gridmap.domain.masking import STARS, masked_name, masked_number, masked_phone, normal_phone
from gridmap.domain.parties import FIELDS, PartyRole
from gridmap.errors import BadInput, NotFound, TooOften
from gridmap.services import auditing
from gridmap.services.privacy.sealer import Sealer
from gridmap.services.sealing import unseal, unseal_stored
from gridmap.store import parties
from gridmap.store.engine import Session, Store
from gridmap.store.parties import PartyRow

REVEALS_AT_MOST, WITHIN = 60, dt.timedelta(hours=1)  # values a person is shown; who needs more asks for an export
MASKS: dict[str, Callable[[str], str]] = {"name": masked_name, "phone": masked_phone, "number": masked_number}


@dataclass(frozen=True, slots=True)
class MaskedParty:
    """One person as everybody sees it who sees the incident; None where nothing is stored."""

    uid: str
    role: str
    name: str | None
    phone: str | None
    number: str | None


def masked(store: Store, settings: Settings, incident_uid: str) -> tuple[MaskedParty, ...]:
    """The people of an incident, masked."""
    with store.read() as session:
        rows = parties.of_incident(session, incident_uid)
    return tuple(_masked(settings, row) for row in rows)


def reveal(
    store: Store,
    settings: Settings,
    incident_uid: str,
    field: str,
    *,
    party_uid: str | None = None,
    actor: Actor,
    now: dt.datetime,
) -> str:
    """One field of one person in clear; without `party_uid`, of the one who reported it. The entry of the audit is in
    the same transaction, and names the field.

    Raises NotFound where nothing is stored, TooOften after REVEALS_AT_MOST within an hour, BadInput for no such field,
    StoreBusy: then nothing is shown.
    """
    if field not in FIELDS:
        raise BadInput(f"There is no field '{field}'.", f"Fields are: {', '.join(FIELDS)}.")

    def work(session: Session) -> str:
        chosen = _chosen(parties.of_incident(session, incident_uid), party_uid)
        sealed = None if chosen is None else _sealed(chosen, field)
        if chosen is None or sealed is None:
            raise NotFound(f"No {field} is stored there.", "Load the page again.")
        _require_seldom(session, actor, now)
        plain = unseal_stored(settings, sealed).decode()
        told = f"{chosen.role}.{field}"
        auditing.record_revealed(session, settings, actor, "incident", incident_uid, told, now=now)
        return plain

    return store.transact(work)


def with_phone(store: Store, settings: Settings, phone: str, *, actor: Actor, now: dt.datetime) -> tuple[str, ...]:
    """The uids of all incidents where somebody has this phone, however it is written, newest first. Who asks learns
    whose number it is, so that it is an entry of the audit, too, and counts as a reveal. Raises BadInput for no phone
    number, TooOften.
    """
    if normal_phone(phone) is None:
        raise BadInput("This is no phone number.", "Give all its digits.")
    digests = [digest for sealer in Sealer.every(settings) if (digest := sealer.digest("phone", phone))]

    def work(session: Session) -> tuple[str, ...]:
        _require_seldom(session, actor, now)
        uids = parties.incidents_with_phone(session, digests)
        action = f"incident.phone.{auditing.REVEALED}"
        auditing.append(session, settings, actor, action, "incident", None, {"found": len(uids)}, now=now)
        return tuple(uids)

    return store.transact(work)


def _chosen(rows: list[PartyRow], party_uid: str | None) -> PartyRow | None:
    if party_uid is not None:
        return next((row for row in rows if row.uid == party_uid), None)
    return next((row for row in rows if row.role == PartyRole.REPORTER), None)


def _sealed(row: PartyRow, field: str) -> bytes | None:
    return {"name": row.name_enc, "phone": row.phone_enc, "number": row.number_enc}[field]


def _masked(settings: Settings, row: PartyRow) -> MaskedParty:
    return MaskedParty(row.uid, row.role, **{field: _shown(settings, field, _sealed(row, field)) for field in FIELDS})


def _shown(settings: Settings, field: str, sealed: bytes | None) -> str | None:
    """The mask of a value; only stars where its key is lost, so that the incident itself can still be read."""
    if sealed is None:
        return None
    plain = unseal(settings, sealed)
    return STARS if plain is None else MASKS[field](plain.decode())


def _require_seldom(session: Session, actor: Actor, now: dt.datetime) -> None:
    count, first_at = parties.revealed_since(session, actor.name, now - WITHIN)
    if count < REVEALS_AT_MOST or first_at is None:
        return
    wait_s = max(1, int((first_at + WITHIN - now).total_seconds()))
    raise TooOften(
        f"{REVEALS_AT_MOST} masked values were shown to you within an hour.",
        f"Try again in {wait_s // 60 + 1} minutes.",
        details={"wait_s": wait_s},
    )
