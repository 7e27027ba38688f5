"""Accounts: people, sign-in, sessions, tokens, roles, consents, and the pseudonym events know a person by."""

from bandstand.accounts.model import MARKETS, PLANS, PURPOSES, Principal, Role
from bandstand.accounts.service import (
    add_person,
    authenticate,
    claim_link,
    erase_person,
    export_person,
    make_link,
    make_token,
    name_of,
    needs_setup,
    people,
    person_named,
    person_of,
    pseudonym_of,
    remove_person,
)

__all__ = [
    "MARKETS",
    "PLANS",
    "PURPOSES",
    "Principal",
    "Role",
    "add_person",
    "authenticate",
    "claim_link",
    "erase_person",
    "export_person",
    "make_link",
    "make_token",
    "name_of",
    "needs_setup",
    "people",
    "person_named",
    "person_of",
    "pseudonym_of",
    "remove_person",
]
