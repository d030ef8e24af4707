"""Accounts: who may sign in, by what, and what they and their programs may do."""

from gridmap.services.accounts.acting import Present, Shown, actor_of_token, screen
from gridmap.services.accounts.answers import AccountInfo, Enrolment, NewAccount, SignedIn, TokenInfo
from gridmap.services.accounts.first_passwords import first_password
from gridmap.services.accounts.hashing import HASHING, Hashing
from gridmap.services.accounts.importing import AccountsRefused, FirstPassword, ImportedAccounts, import_accounts
from gridmap.services.accounts.managing import (
    account_named,
    create,
    create_admins,
    disable,
    enable,
    have_accounts,
    list_accounts,
    newest_change_without,
    reset_password,
)
from gridmap.services.accounts.own_places import OwnPlace, own_places
from gridmap.services.accounts.presence import Presence, actor
from gridmap.services.accounts.second_factor import (
    confirm_totp,
    drop_totp,
    enrol_totp,
    new_recovery_codes,
    recovery_codes_left,
)
from gridmap.services.accounts.signing_in import change_password, end_sessions, sign_in, sign_in_to_demo
from gridmap.services.accounts.template import write_template
from gridmap.services.accounts.tokens import (
    ON_A_SCREEN,
    MadeToken,
    actions_for_token,
    make_screen,
    make_token,
    revoke_screen,
    revoke_token,
    screens,
    tokens_of,
)

__all__ = [
    "HASHING",
    "ON_A_SCREEN",
    "AccountInfo",
    "AccountsRefused",
    "Enrolment",
    "FirstPassword",
    "Hashing",
    "ImportedAccounts",
    "MadeToken",
    "NewAccount",
    "OwnPlace",
    "Presence",
    "Present",
    "Shown",
    "SignedIn",
    "TokenInfo",
    "account_named",
    "actions_for_token",
    "actor",
    "actor_of_token",
    "change_password",
    "confirm_totp",
    "create",
    "create_admins",
    "disable",
    "drop_totp",
    "enable",
    "end_sessions",
    "enrol_totp",
    "first_password",
    "have_accounts",
    "import_accounts",
    "list_accounts",
    "make_screen",
    "make_token",
    "new_recovery_codes",
    "newest_change_without",
    "own_places",
    "recovery_codes_left",
    "reset_password",
    "revoke_screen",
    "revoke_token",
    "screen",
    "screens",
    "sign_in",
    "sign_in_to_demo",
    "tokens_of",
    "write_template",
]
