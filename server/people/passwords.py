"""Passwords: hashed with Argon2id, compared in the same time whether or not there is such an account.

The parameters are those that argon2-cffi recommends (RFC 9106, low memory: 64 MiB, 3 passes); hashes of older ones are
renewed when their owner signs in. What a password must be follows NIST SP 800-63B: long, not guessable, no rules of
composition, spaces and every script allowed, compared in Unicode NFKC.
"""

from __future__ import annotations

import threading
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from geo.errors import InvalidAccount
from layers.store.people import name_key

__all__ = ["check", "hashed", "needs_renewal", "prepare", "verified"]

SHORTEST, LONGEST = 12, 256
"""Characters of a password."""

_FEWEST_DIFFERENT = 6
_GUESSED = ("corridormap", "password", "qwerty", "123456", "пароль", "йцукен", "құпиясөз", "رمزعبور", "گذرواژه")
"""What a list of passwords begins with: one of these with little besides is none."""

_ONE_AT_A_TIME = threading.Lock()
"""A hash takes 64 MiB: the threads of a worker make one after another."""


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _nobody() -> str:
    """The hash that is compared for a name without an account."""
    return _hasher().hash("nobody has this password")


def prepare() -> None:
    """Make what the first comparison needs, so that it takes no longer than the others."""
    _nobody()


def _plain(password: str) -> bytes:
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


def check(password: str, name: str) -> None:
    """Refuse a password that would be guessed.

    Raises
    ------
    InvalidAccount
        The password is too short, too long, made of few letters, the name, or one of those that everybody takes.
    """
    fault = ""
    if len(password) < SHORTEST:
        fault = f"is shorter than {SHORTEST} characters"
    elif len(password) > LONGEST:
        fault = f"is longer than {LONGEST} characters"
    elif len(set(password)) < _FEWEST_DIFFERENT:
        fault = "repeats a few characters"
    else:
        folded = name_key(password).replace(" ", "")
        known = (*_GUESSED, name_key(name).replace(" ", ""))
        if any(word and word in folded and len(folded.replace(word, "")) < SHORTEST // 2 for word in known):
            fault = "is the name or a common password with little besides"
    if fault:
        raise InvalidAccount(
            f"The password {fault}.", hint="Take four or more words that do not belong together, in any language."
        )


def hashed(password: str) -> str:
    """Return the Argon2id hash of a password, with its salt and parameters."""
    with _ONE_AT_A_TIME:
        return _hasher().hash(_plain(password))


def verified(password: str, known: str | None) -> bool:
    """Tell whether a password is the one of a hash; ``None`` or ``""`` is nobody's, and takes as long."""
    with _ONE_AT_A_TIME:
        try:
            return _hasher().verify(known or _nobody(), _plain(password[:LONGEST])) and bool(known)
        except (VerificationError, InvalidHashError):
            return False


def needs_renewal(known: str) -> bool:
    """Tell whether a hash was made with other parameters than today's."""
    return _hasher().check_needs_rehash(known)
