"""From the sandbox's webhook to our own words. Pure.

The body is JSON: ``{"events": [{"id": "7", "at": "2026-03-02T09:00Z", "text": "Hello", …}]}``.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from pydantic import AwareDatetime, BaseModel, ValidationError

from adapters.sandbox.settings import SQUARE
from bot.networks import Author, EventKind, InboundEvent, NotUnderstood

SIGNATURE = "x-sandbox-signature"


class Said(BaseModel):
    """One event of a webhook call."""

    id: str
    kind: EventKind = EventKind.MESSAGE
    at: AwareDatetime
    author: str = "Ada"
    channel: str = SQUARE
    text: str = ""
    reply_to: str | None = None
    thread: str | None = None
    private: bool = False
    data: dict[str, Any] = {}

    def to_event(self, account: str, raw: bytes) -> InboundEvent:
        thread = self.thread or self.reply_to
        return InboundEvent(
            network="sandbox",
            account=account,
            dedupe_key=self.id,
            kind=self.kind,
            occurred_at=self.at,
            channel=self.channel,
            raw=raw,
            conversation=thread or self.channel,
            message=self.id,
            reply_to=self.reply_to,
            thread=thread,
            author=Author(id=self.author.casefold(), name=self.author),
            text=self.text,
            private=self.private,
            data=self.data,
        )


def sign(secret: str, body: bytes) -> str:
    """What the header `SIGNATURE` must hold."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def is_signed(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    given = headers.get(SIGNATURE, "").encode("utf-8", "replace")
    return hmac.compare_digest(given, sign(secret, body).encode())


def challenge(secret: str, query: Mapping[str, str]) -> str | None:
    """What to answer to ``?hub.mode=subscribe&hub.verify_token=…&hub.challenge=…``, if it is right.

    https://developers.facebook.com/docs/graph-api/webhooks/getting-started
    """
    given = query.get("hub.verify_token", "").encode("utf-8", "replace")
    if query.get("hub.mode") != "subscribe" or not hmac.compare_digest(given, secret.encode()):
        return None
    return query.get("hub.challenge", "")[:200]


def translate(account: str, body: bytes) -> list[InboundEvent | NotUnderstood]:
    """Every event of the body; what can't be read becomes `NotUnderstood`, never an error."""
    try:
        events = json.loads(body)["events"]
        raws = [json.dumps(event).encode() for event in events]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        return [_not_understood(account, body, f"The body is not as agreed: {error!r}")]
    return [_one(account, raw) for raw in raws]


def _one(account: str, raw: bytes) -> InboundEvent | NotUnderstood:
    try:
        return Said.model_validate(_cleaned(json.loads(raw))).to_event(account, raw)
    except ValidationError as error:
        return _not_understood(account, raw, str(error.errors(include_url=False)[0]["msg"]))


def _cleaned(event: Any) -> Any:
    """With U+FFFD for halves of characters, which JSON can spell and pydantic refuses."""
    text = json.dumps(event, ensure_ascii=False)
    return json.loads(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def _not_understood(account: str, raw: bytes, reason: str) -> NotUnderstood:
    key = hashlib.sha256(raw).hexdigest()
    return NotUnderstood(network="sandbox", account=account, dedupe_key=key, raw=raw, reason=reason)
