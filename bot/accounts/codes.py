"""The codes of a second factor: those of an app on a phone, and ten for when it is lost. Pure."""

import hmac
import secrets
from dataclasses import dataclass

from argon2.low_level import Type, hash_secret_raw
from pyotp import HOTP, TOTP, random_base32

STEP_SECONDS = 30
HOW_MANY = 10
# Letters and digits that nobody takes for another; ten of them are 49 bits.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_LENGTH = 10


def new_secret() -> str:
    """160 bits in base32, as RFC 4226 recommends."""
    return random_base32()


def address(secret: str, *, email: str, shop: str) -> str:
    """What the QR code says: an ``otpauth://`` address that every such app understands."""
    return TOTP(secret).provisioning_uri(name=email, issuer_name=shop)


def step_of(secret: str, code: str, *, at: float, after: int) -> int | None:
    """Which 30-second step the code belongs to, or None when it is wrong.

    ``at``: seconds since 1970. One step early or late is forgiven (RFC 6238, 5.2), but none up to
    ``after``: those were used.
    """
    now = int(at) // STEP_SECONDS
    for step in (now - 1, now, now + 1):
        if step > after and hmac.compare_digest(HOTP(secret).at(step), code):
            return step
    return None


@dataclass(frozen=True, slots=True)
class RecoveryCodes:
    """Ten codes as they are shown, once, and what is stored of them."""

    shown: tuple[str, ...]
    salt: bytes
    hashes: tuple[bytes, ...]


def new_recovery_codes() -> RecoveryCodes:
    """Takes a part of a second, as it should: call it in a thread of its own."""
    salt = secrets.token_bytes(16)
    plain = ["".join(map(secrets.choice, [_LETTERS] * _LENGTH)) for _ in range(HOW_MANY)]
    shown = tuple(f"{code[:5]}-{code[5:]}" for code in plain)
    return RecoveryCodes(shown, salt, tuple(_hash(code, salt) for code in plain))


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody typed: a code of the app, or a recovery code's hash, or neither."""

    code: str = ""
    recovery: bytes = b""


def read(typed: str, salt: bytes) -> Given:
    """Spaces, hyphens and capitals do not matter. Slow too, as ten are."""
    plain = "".join(letter for letter in typed if letter.isalnum()).lower()[:100]
    if len(plain) == 6 and plain.isascii() and plain.isdecimal():
        return Given(code=plain)
    if salt and len(plain) == _LENGTH and set(plain) <= set(_LETTERS):
        return Given(recovery=_hash(plain, salt))
    return Given()


def _hash(code: str, salt: bytes) -> bytes:
    """Argon2id with the costs that OWASP names: 49 bits alone could be searched through."""
    return hash_secret_raw(
        code.encode(),
        salt,
        time_cost=2,
        memory_cost=19_456,  # KiB
        parallelism=1,
        hash_len=32,
        type=Type.ID,
    )
