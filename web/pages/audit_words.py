"""The audit in words: what was done, to what, by whom. What has no words is shown as it is stored."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext

from gridmap.errors import GridmapError
from gridmap.services import audit_reading
from gridmap.store.audit import Problem
from web import i18n
from web.importing.words import words


def _(text: str) -> str:
    """Marks a text of the catalogue: it is translated where it is shown."""
    return text


SORTS = {"changed": _("Changes"), "seen": _("Seen and taken away"), "signed_in": _("Sign-ins")}
LAST_WORDS = {"opened": _("opened"), "revealed": _("masked field shown"), "exported": _("taken away")}
ACTIONS = {
    "incident.received": _("received"),
    "incident.moved": _("moved"),
    "incident.confirmed": _("grid confirmed"),
    "incident.changed": _("changed"),
    "import.undone": _("import taken back"),
    "import_source.saved": _("source of imports saved"),
    "plan.drafted": _("drafted"),
    "plan.published": _("published"),
    "account.create": _("account made"),
    "account.create_demo": _("accounts of the demo made"),
    "account.enable": _("may sign in again"),
    "account.disable": _("disabled"),
    "account.reset_password": _("password given anew"),
    "account.change_password": _("password changed"),
    "account.enrol_totp": _("second factor set up"),
    "account.drop_totp": _("second factor taken away"),
    "account.new_recovery_codes": _("new recovery codes"),
    "account.end_sessions": _("all sessions ended"),
    "account.sign_in": _("signed in"),
    "account.sign_in_failed": _("sign-in failed"),
    "account.sign_in_too_soon": _("sign-in too soon after a failure"),
    "account.lock_out": _("locked after failed sign-ins"),
    "token.create": _("token made"),
    "token.revoke": _("token revoked"),
    "screen.create": _("wall screen set up"),
    "screen.revoke": _("wall screen ended"),
    "post.assign": _("post given"),
    "post.end": _("post ended"),
    "post.set_people": _("post given to others"),
    "worker.add": _("person added"),
    "incident.phone.revealed": _("looked for by a phone"),
    "key.rotated": _("encrypted by a new key"),
    "key.dropped": _("old keys dropped"),
    "project.restored": _("restored from a backup"),
    "retention.purged": _("removed past its date"),
    "settings.changed": _("settings changed"),
}
WORRYING = ("account.sign_in_failed", "account.lock_out", "account.sign_in_too_soon", "retention.purged")
ENTITIES = {
    "incident": _("Incident"),
    "export": _("Export"),
    "import_batch": _("Import"),
    "import_source": _("Source of imports"),
    "grid_plan": _("Grid plan"),
    "account": _("Account"),
    "api_token": _("Token"),
    "post": _("Post"),
    "worker": _("Person"),
    "party": _("Party"),
    "project": _("Project"),
    "backup": _("Backup"),
    "key": _("Key"),
    "retention": _("Retention"),
    "configuration": _("Settings"),
    "audit": _("Audit"),
}
LAYERS = {
    "incidents": _("Incidents"), "grids": _("Grids"), "map": _("Map"), "linkage": _("Linkage"), "audit": _("Audit"),
    "backup": _("Backup"), "areas": _("Areas"), "ground": _("Ground"), "blocks": _("Blocks"),
    "buildings": _("Buildings"), "households": _("Households"), "units": _("Units"), "sites": _("Sites"),
    "streets": _("Streets"), "cameras": _("Cameras"), "routes": _("Routes"), "tracks": _("Tracks"),
    "posts": _("Posts"),
}  # fmt: skip
ACTORS = {"local": _("this computer"), "import": _("an import"), "anonymous": _("nobody known"), "gridmap": "gridmap"}


def action(code: str) -> str:
    """'signed in'; of what has a layer: 'Households: taken away'."""
    if code in ACTIONS:
        return gettext(ACTIONS[code])
    what, _dot, last = code.rpartition(".")
    if last in LAST_WORDS:
        done = gettext(LAST_WORDS[last])
        return _of(what, done) if what in LAYERS else done
    if what == "import" and last in LAYERS:
        return _of(last, gettext(_("imported")))
    return code


def _of(layer: str, done: str) -> str:
    return gettext(_("{what}: {done}")).format(what=gettext(LAYERS[layer]), done=done)


def mark(code: str) -> str:
    """How an action is marked in a list: good, warning, or plain."""
    if code in WORRYING:
        return "warning"
    return "seen" if audit_reading.sort_of(code) == "seen" else ""


def entity(code: str) -> str:
    return gettext(ENTITIES[code]) if code in ENTITIES else code


def actor(code: str, shown: Mapping[str, str]) -> str:
    return gettext(ACTORS[code]) if code in ACTORS else shown.get(code, code)


def problem(found: Problem) -> str:
    """What is wrong with an entry, in the page's language."""
    return words(i18n.language(), {}, "audit.po").say(found.message)


def refusal(error: GridmapError) -> str:
    """Why a head cannot be compared with."""
    said = words(i18n.language(), {}, "audit.po")
    return f"{said.say(error.message)} {said.say(error.hint)}".strip()
