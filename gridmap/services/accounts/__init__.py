"""Accounts: who may sign in, by what, and what they and their programs may do."""

from gridmap.services.accounts.acting import Present, actor, actor_of_token, present
from gridmap.services.accounts.answers import AccountInfo, Enrolment, NewAccount, SignedIn, TokenInfo
from gridmap.services.accounts.hashing import HASHING, Hashing
from gridmap.services.accounts.managing import (
    account_named,
    create,
    create_admins,
    disable,
    enable,
    have_accounts,
    list_accounts,
    reset_password,
)
from gridmap.services.accounts.second_factor import (
    confirm_totp,
    drop_totp,
    enrol_totp,
    new_recovery_codes,
    recovery_codes_left,
)
from gridmap.services.accounts.signing_in import change_password, end_sessions, sign_in, sign_in_to_demo
from gridmap.services.accounts.tokens import MadeToken, actions_for_token, make_token, revoke_token, tokens_of

__all__ = [
    "HASHING",
    "AccountInfo",
    "Enrolment",
    "Hashing",
    "MadeToken",
    "NewAccount",
    "Present",
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
    "have_accounts",
    "list_accounts",
    "make_token",
    "new_recovery_codes",
    "present",
    "recovery_codes_left",
    "reset_password",
    "revoke_token",
    "sign_in",
    "sign_in_to_demo",
    "tokens_of",
]
