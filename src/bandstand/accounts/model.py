"""Records and rules of accounts: no clock, no database."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bandstand.platform.errors import Invalid
from bandstand.platform.ids import Id

# ISO 3166-1 alpha-2, officially assigned codes.
MARKETS = frozenset(
    [
        "AD",
        "AE",
        "AF",
        "AG",
        "AI",
        "AL",
        "AM",
        "AO",
        "AQ",
        "AR",
        "AS",
        "AT",
        "AU",
        "AW",
        "AX",
        "AZ",
        "BA",
        "BB",
        "BD",
        "BE",
        "BF",
        "BG",
        "BH",
        "BI",
        "BJ",
        "BL",
        "BM",
        "BN",
        "BO",
        "BQ",
        "BR",
        "BS",
        "BT",
        "BV",
        "BW",
        "BY",
        "BZ",
        "CA",
        "CC",
        "CD",
        "CF",
        "CG",
        "CH",
        "CI",
        "CK",
        "CL",
        "CM",
        "CN",
        "CO",
        "CR",
        "CU",
        "CV",
        "CW",
        "CX",
        "CY",
        "CZ",
        "DE",
        "DJ",
        "DK",
        "DM",
        "DO",
        "DZ",
        "EC",
        "EE",
        "EG",
        "EH",
        "ER",
        "ES",
        "ET",
        "FI",
        "FJ",
        "FK",
        "FM",
        "FO",
        "FR",
        "GA",
        "GB",
        "GD",
        "GE",
        "GF",
        "GG",
        "GH",
        "GI",
        "GL",
        "GM",
        "GN",
        "GP",
        "GQ",
        "GR",
        "GS",
        "GT",
        "GU",
        "GW",
        "GY",
        "HK",
        "HM",
        "HN",
        "HR",
        "HT",
        "HU",
        "ID",
        "IE",
        "IL",
        "IM",
        "IN",
        "IO",
        "IQ",
        "IR",
        "IS",
        "IT",
        "JE",
        "JM",
        "JO",
        "JP",
        "KE",
        "KG",
        "KH",
        "KI",
        "KM",
        "KN",
        "KP",
        "KR",
        "KW",
        "KY",
        "KZ",
        "LA",
        "LB",
        "LC",
        "LI",
        "LK",
        "LR",
        "LS",
        "LT",
        "LU",
        "LV",
        "LY",
        "MA",
        "MC",
        "MD",
        "ME",
        "MF",
        "MG",
        "MH",
        "MK",
        "ML",
        "MM",
        "MN",
        "MO",
        "MP",
        "MQ",
        "MR",
        "MS",
        "MT",
        "MU",
        "MV",
        "MW",
        "MX",
        "MY",
        "MZ",
        "NA",
        "NC",
        "NE",
        "NF",
        "NG",
        "NI",
        "NL",
        "NO",
        "NP",
        "NR",
        "NU",
        "NZ",
        "OM",
        "PA",
        "PE",
        "PF",
        "PG",
        "PH",
        "PK",
        "PL",
        "PM",
        "PN",
        "PR",
        "PS",
        "PT",
        "PW",
        "PY",
        "QA",
        "RE",
        "RO",
        "RS",
        "RU",
        "RW",
        "SA",
        "SB",
        "SC",
        "SD",
        "SE",
        "SG",
        "SH",
        "SI",
        "SJ",
        "SK",
        "SL",
        "SM",
        "SN",
        "SO",
        "SR",
        "SS",
        "ST",
        "SV",
        "SX",
        "SY",
        "SZ",
        "TC",
        "TD",
        "TF",
        "TG",
        "TH",
        "TJ",
        "TK",
        "TL",
        "TM",
        "TN",
        "TO",
        "TR",
        "TT",
        "TV",
        "TW",
        "TZ",
        "UA",
        "UG",
        "UM",
        "US",
        "UY",
        "UZ",
        "VA",
        "VC",
        "VE",
        "VG",
        "VI",
        "VN",
        "VU",
        "WF",
        "WS",
        "YE",
        "YT",
        "ZA",
        "ZM",
        "ZW",
    ]
)
PLANS = ("free", "premium", "family", "student")
GENDERS = ("female", "male", "non-binary", "other")
PURPOSES = ("personalisation", "insight", "advertising")
SESSION_LASTS = timedelta(days=30)
LINK_LASTS = timedelta(hours=24)
ATTEMPT_WINDOW = timedelta(minutes=15)
ATTEMPTS_PER_ACCOUNT = 10
ATTEMPTS_PER_ADDRESS = 30
PASSWORD_MIN = 8  # NIST SP 800-63B section 5.1.1.2: at least 8, no composition rules
PASSWORD_MAX = 1024
NAME_MAX = 64
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


class Role(StrEnum):
    """What somebody may do; an admin may do everything."""

    LISTENER = "listener"
    ARTIST = "artist"
    STAFF = "staff"
    ADMIN = "admin"


@dataclass(frozen=True)
class Person:
    """Somebody with an account."""

    id: Id
    name: str
    roles: frozenset[str]
    plan: str
    market: str
    time_zone: str
    language: str
    birth_year: int | None
    gender: str | None
    created_at: datetime


@dataclass(frozen=True)
class Principal:
    """Who is calling. `scopes` is None for a session of our own player, which may do all the person may."""

    id: Id
    name: str
    roles: frozenset[str]
    pseudonym: str
    market: str
    plan: str
    time_zone: str
    language: str
    scopes: frozenset[str] | None = None
    session: Id | None = None

    def may(self, role: str) -> bool:
        """Whether this person holds `role` or is an admin."""
        return role in self.roles or Role.ADMIN in self.roles


@dataclass(frozen=True)
class SignedIn:
    """A new session: the secret for the cookie, shown once."""

    person: Id
    secret: str
    expires_at: datetime


def name_key(name: str) -> str:
    """Give the form under which two names are the same."""
    return unicodedata.normalize("NFKC", name).casefold().strip()


def check_name(name: str) -> str:
    """Give the tidy name, or Invalid with what is wrong."""
    tidy = " ".join(unicodedata.normalize("NFC", name).split())
    if not 1 <= len(tidy) <= NAME_MAX:
        raise Invalid(f"A name has 1 to {NAME_MAX} characters.", code="bad_name", field="name")
    if any(unicodedata.category(c).startswith("C") for c in tidy):
        raise Invalid("A name has no control characters.", code="bad_name", field="name")
    return tidy


def check_password(password: str) -> None:
    """Refuse a password too short to be safe or too long to hash."""
    if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX:
        raise Invalid(
            f"A password has at least {PASSWORD_MIN} characters.", code="bad_password", field="password"
        )


def check_market(market: str) -> str:
    """Give the ISO 3166-1 alpha-2 code in capitals."""
    if market.upper() not in MARKETS:
        raise Invalid(f"{market[:8]!r} is no ISO 3166-1 country code.", code="bad_market", field="market")
    return market.upper()


def check_language(language: str) -> str:
    """Give a BCP 47 language tag."""
    if not _LANGUAGE.fullmatch(language):
        raise Invalid(
            f"{language[:20]!r} is no language tag such as en or pt-BR.",
            code="bad_language",
            field="language",
        )
    return language


def check_birth_year(year: int | None, this_year: int) -> int | None:
    """Give the year if somebody alive can be born in it."""
    if year is not None and not this_year - 125 <= year <= this_year:
        raise Invalid("That birth year cannot be.", code="bad_birth_year", field="birth_year")
    return year


def check_gender(gender: str | None) -> str | None:
    """Give one of the words offered, or None: it is optional."""
    if gender is not None and gender not in GENDERS:
        raise Invalid(
            f"Gender is one of {', '.join(GENDERS)}, or left out.", code="bad_gender", field="gender"
        )
    return gender
