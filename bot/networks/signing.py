"""Signed calls between programs, as Standard Webhooks has them. Pure.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from bot.errors import NotAllowed

PREFIX = "whsec_"
TOLERANCE = timedelta(minutes=5)
_BYTES = range(24, 65)  # the specification's: how long a key may be
_LONGEST_ID = 200
_MOST_SIGNATURES = 10  # several while a secret is changed


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def key_of(secret: str) -> bytes:
    """The key's bytes. Raises `ValueError` for what is no secret of this kind."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"a secret is {PREFIX} and 24 to 64 bytes in Base64") from None
    if len(key) not in _BYTES:
        raise ValueError(f"a secret is {PREFIX} and 24 to 64 bytes in Base64")
    return key


def sign(secret: str, id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers of one call. ``id`` is the same whenever the same is said again."""
    moment = str(int(at.timestamp()))
    return {
        "webhook-id": id,
        "webhook-timestamp": moment,
        "webhook-signature": f"v1,{_signature(secret, id, moment, body)}",
    }


def check(secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> str:
    """The call's id. ``headers`` in lower case. Raises `NotAllowed` where it is not signed with
    this secret, or not within five minutes of ``now``."""
    id, moment = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not id or len(id) > _LONGEST_ID or not id.isascii() or not id.isprintable():
        raise NotAllowed("The header webhook-id is missing, or longer than 200 characters.")
    if not (moment.isascii() and moment.isdecimal() and len(moment) < 12):
        raise NotAllowed("The header webhook-timestamp is missing, or no number of seconds.")
    expected = _signature(secret, id, moment, body).encode()
    given = headers.get("webhook-signature", "").split()[:_MOST_SIGNATURES]
    signed = [one[3:].encode("utf-8", "replace") for one in given if one.startswith("v1,")]
    if not any(hmac.compare_digest(one, expected) for one in signed):
        raise NotAllowed("The header webhook-signature does not fit the body and its secret.")
    if abs(datetime.fromtimestamp(int(moment), UTC) - now) > TOLERANCE:
        raise NotAllowed("This was signed more than five minutes ago, or the clocks differ.")
    return id


def _signature(secret: str, id: str, moment: str, body: bytes) -> str:
    signed = f"{id}.{moment}.".encode() + body
    return base64.b64encode(hmac.new(key_of(secret), signed, hashlib.sha256).digest()).decode()
