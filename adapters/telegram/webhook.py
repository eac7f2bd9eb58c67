"""Telegram's calls to ``/webhooks/telegram``."""

import hmac
import json
from collections.abc import Sequence

from adapters.telegram import translate
from adapters.telegram.settings import TelegramSettings
from bot.errors import NotAllowed, NotFound
from bot.networks import Reply, WebhookRequest
from bot.networks.port import Event

SECRET_HEADER = "x-telegram-bot-api-secret-token"


def accept(settings: TelegramSettings, request: WebhookRequest) -> Sequence[Event] | Reply:
    """The event of one call; a button's press is answered in the same breath, once it is stored.
    https://core.telegram.org/bots/api#making-requests-when-getting-updates"""
    secret = settings.secret.get_secret_value()
    if not settings.webhook or not secret:
        raise NotFound
    given = request.headers.get(SECRET_HEADER, "").encode("utf-8", "replace")
    if not hmac.compare_digest(given, secret.encode()):
        raise NotAllowed("The secret does not match: was the webhook set by another Hubbub?")
    events = translate.heard(request.body, account=settings.account)
    query = translate.query_of(request.body)
    if query is None:
        return events
    answer = json.dumps({"method": "answerCallbackQuery", "callback_query_id": query})
    return Reply(body=answer, media_type="application/json", events=events)
