"""The one address that Facebook calls: challenge, events, and people who want to be forgotten."""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

from adapters.facebook.settings import FacebookSettings
from adapters.facebook.shapes import NETWORK
from adapters.facebook.translate import Event, translate
from bot.errors import NotAllowed, NotFound
from bot.networks import Author, EventKind, InboundEvent, Reply, WebhookRequest

SIGNATURE = "x-hub-signature-256"
_LONGEST_CHALLENGE = 200


def accept(settings: FacebookSettings, request: WebhookRequest) -> Sequence[Event] | Reply:
    """As `Plugin.accept`.

    https://developers.facebook.com/docs/graph-api/webhooks/getting-started
    """
    secret = settings.app_secret.get_secret_value()
    if not secret:
        raise NotFound
    if request.method == "GET":
        return _asked(settings, request.query)
    if request.method != "POST":
        raise NotAllowed
    if request.body.startswith(b"signed_request="):
        return _forget(settings, secret, request)
    if not _same(request.headers.get(SIGNATURE, ""), sign(secret, request.body)):
        raise NotAllowed
    return translate(request.body, page=settings.page)


def sign(secret: str, body: bytes) -> str:
    """What the header `SIGNATURE` must hold."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _same(given: str, right: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), right.encode())


def _asked(settings: FacebookSettings, query: Mapping[str, str]) -> Reply:
    token = settings.verify_token.get_secret_value()
    if not token:
        raise NotFound
    if query.get("hub.mode") != "subscribe" or not _same(query.get("hub.verify_token", ""), token):
        raise NotAllowed
    return Reply(body=query.get("hub.challenge", "")[:_LONGEST_CHALLENGE])


def _forget(settings: FacebookSettings, secret: str, request: WebhookRequest) -> Reply:
    """https://developers.facebook.com/docs/development/create-an-app/app-dashboard/data-deletion-callback"""
    form = parse_qs(request.body.decode("utf-8", "replace"))
    told = signed_request(secret, form.get("signed_request", [""])[0])
    user, issued = str(told.get("user_id") or ""), told.get("issued_at")
    if not user or isinstance(issued, bool) or not isinstance(issued, int):
        raise NotAllowed
    try:
        at = datetime.fromtimestamp(issued, UTC)
    except (ValueError, OverflowError, OSError):
        raise NotAllowed from None
    code = deletion_code(secret, user, issued)
    event = InboundEvent(
        network=NETWORK,
        account=settings.page,
        channel=settings.page,
        dedupe_key=f"deletion:{code}",
        kind=EventKind.FORGET,
        occurred_at=at,
        raw=request.body,
        conversation=f"{settings.page}:{user}",
        author=Author(id=user),
        private=True,
        data={"code": code},
    )
    url = f"{request.public_url}/erasures/{code}"
    answer = json.dumps({"url": url, "confirmation_code": code})
    return Reply(body=answer, media_type="application/json", events=[event])


def signed_request(secret: str, given: str) -> dict[str, Any]:
    """What Facebook says there. Raises `NotAllowed` unless it surely says it.

    https://developers.facebook.com/docs/facebook-login/guides/advanced/signed-request
    """
    signature, _, payload = given.partition(".")
    right = hmac.new(secret.encode(), payload.encode("utf-8", "replace"), hashlib.sha256).digest()
    try:
        if not hmac.compare_digest(_decoded(signature), right):
            raise NotAllowed
        told = json.loads(_decoded(payload))
    except (binascii.Error, ValueError, RecursionError):
        raise NotAllowed from None
    if not isinstance(told, dict) or str(told.get("algorithm")).upper() != "HMAC-SHA256":
        raise NotAllowed
    return told


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))


def deletion_code(secret: str, user: str, issued: int) -> str:
    """The same for the same request; tells nobody who it was."""
    key = hashlib.sha256(b"deletion " + secret.encode()).digest()
    asked = f"{issued} {user}".encode("utf-8", "replace")
    return hmac.new(key, asked, hashlib.sha256).hexdigest()[:32]
