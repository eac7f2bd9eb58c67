"""What a reply address carries: which case, whose, as of when, and a proof that we wrote it. Pure.

48 letters and digits of one case, so that it fits beside a name into the 64 characters that mail
leaves for it (RFC 5321 §4.5.3.1.1), and outlives programs that write addresses in small letters.
"""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

LIVES = timedelta(days=90)

_FIRST_DAY = date(2020, 1, 1)
_PROOF = 10  # bytes: 80 bits, for a question that can't be asked offline
_LENGTH = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """What a reply address says; believed only once `is_genuine`."""

    case: UUID
    version: int
    until: date
    proof: bytes


def make(key: str, *, case: UUID, partner: UUID, version: int, today: date) -> str:
    """For a letter that leaves today to this partner; ``key`` is theirs alone."""
    until = today + LIVES
    said = _said(case, version, until)
    return base64.b32encode(said + _proof(key, partner, said)).decode().lower()


def read(text: str) -> Tag | None:
    """None for what can't be one of ours."""
    if len(text) != _LENGTH or not text.isascii():
        return None
    try:
        raw = base64.b32decode(text.upper())
    except binascii.Error:
        return None
    day = int.from_bytes(raw[18:20], "big")
    return Tag(
        case=UUID(bytes=raw[:16]),
        version=int.from_bytes(raw[16:18], "big"),
        until=_FIRST_DAY + timedelta(days=day),
        proof=raw[20:],
    )


def is_genuine(key: str, tag: Tag, partner: UUID) -> bool:
    """Whether we wrote it, and to this partner."""
    proof = _proof(key, partner, _said(tag.case, tag.version, tag.until))
    return hmac.compare_digest(proof, tag.proof)


def _said(case: UUID, version: int, until: date) -> bytes:
    days = (until - _FIRST_DAY).days
    return case.bytes + (version % 65_536).to_bytes(2, "big") + days.to_bytes(2, "big")


def _proof(key: str, partner: UUID, said: bytes) -> bytes:
    message = b"reply\0" + partner.bytes + said
    return hmac.new(key.encode(), message, hashlib.sha256).digest()[:_PROOF]
