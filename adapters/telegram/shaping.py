"""From what is to be said to what Telegram takes. Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    InputMediaVideo,
    LinkPreviewOptions,
    ReplyParameters,
)

from adapters.telegram.translate import TOPIC
from bot.errors import Rejected
from bot.networks import Action, Button, Content, MediaFile, Outgoing

_SURROGATE = re.compile("[\ud800-\udfff]")
_MENTION = re.compile(r"(?<!\w)@(?=\w)")
_LONGEST_VALUE = 64  # bytes: https://core.telegram.org/bots/api#inlinekeyboardbutton
LONGEST_QUESTION, LONGEST_OPTION, LONGEST_DESCRIPTION = 300, 100, 1024
_POLL_SECONDS = 2_628_000  # https://core.telegram.org/bots/api#sendpoll
_IN_A_ROW = 2  # buttons side by side that a telephone still shows in full
GIF = "image/gif"


def plain(text: str) -> str:
    """As Telegram shows it to nobody in particular: a name after "@" would call its owner, so the
    sign becomes its wide twin. No parse mode is ever set, so nothing else has a meaning."""
    text = _SURROGATE.sub("\ufffd", text.replace("\0", ""))
    return _MENTION.sub("\uff20", text)


def number(id: str) -> int | str:
    """A chat's id; channels may go by "@name" instead. Raises `Rejected`."""
    if re.fullmatch(r"-?\d{1,20}", id, re.ASCII):
        return int(id)
    if re.fullmatch(r"@\w{4,}", id, re.ASCII):
        return id
    raise Rejected(f'"{id[:60]}" is no chat of Telegram: it is a number, or @name of a channel.')


def message_id(id: str) -> int:
    if not re.fullmatch(r"\d{1,20}", id, re.ASCII):
        raise Rejected(f'"{id[:60]}" is no message of Telegram.')
    return int(id)


def chat(outgoing: Outgoing) -> str:
    """In private, the chat has the person's own number."""
    return outgoing.recipient or outgoing.channel


def placed(outgoing: Outgoing) -> dict[str, Any]:
    """In which topic, and in answer to what. The answered message may be gone meanwhile."""
    found: dict[str, Any] = {}
    thread = outgoing.thread or ""
    if chat(outgoing) != outgoing.channel:
        return found  # an answer in private to something said elsewhere
    if thread.startswith(TOPIC) or (outgoing.action is Action.PUBLISH and thread):
        found["message_thread_id"] = message_id(thread.removeprefix(TOPIC))
    if outgoing.reply_to:
        found["reply_parameters"] = ReplyParameters(
            message_id(outgoing.reply_to), allow_sending_without_reply=True
        )
    return found


def keyboard(buttons: Sequence[Button]) -> InlineKeyboardMarkup | None:
    if not buttons:
        return None
    for one in buttons:
        if not 1 <= len(one.value.encode("utf-8", "replace")) <= _LONGEST_VALUE:
            raise Rejected(f'What the quick reply "{one.label}" says is longer than 64 bytes.')
    keys = [
        InlineKeyboardButton(plain(one.label), callback_data=plain(one.value)) for one in buttons
    ]
    rows = [keys[at : at + _IN_A_ROW] for at in range(0, len(keys), _IN_A_ROW)]
    return InlineKeyboardMarkup(rows)


def preview(content: Content) -> LinkPreviewOptions:
    if content.link:
        return LinkPreviewOptions(url=content.link)
    return LinkPreviewOptions(is_disabled=True)


def poll(content: Content) -> Mapping[str, Any]:
    """What `sendPoll` takes; a text stands above the question. Raises `Rejected`."""
    asked = content.poll
    assert asked is not None
    if content.media:
        raise Rejected("Telegram shows no pictures with a poll: publish them before it.")
    text, question = plain(content.text), plain(asked.question)
    options = [plain(option) for option in asked.options]
    if not question.strip() or len(question) > LONGEST_QUESTION:
        raise Rejected(f"A question may have 1 to {LONGEST_QUESTION} characters on Telegram.")
    if any(not one.strip() or len(one) > LONGEST_OPTION for one in options):
        raise Rejected(f"An answer may have 1 to {LONGEST_OPTION} characters on Telegram.")
    if len(text) > LONGEST_DESCRIPTION:
        raise Rejected(f"The text of a poll may have {LONGEST_DESCRIPTION} characters.")
    described = {"description": text} if text.strip() and text.strip() != question.strip() else {}
    return {
        "question": question,
        "options": options,
        "allows_multiple_answers": asked.multiple,
        "open_period": min(max(asked.hours, 1) * 3600, _POLL_SECONDS),
        **described,
    }


def album(files: Sequence[MediaFile], text: str) -> list[InputMediaPhoto | InputMediaVideo]:
    """The text stands below the first: then all programs show it below the album."""
    if any(file.type == GIF for file in files):
        raise Rejected("Telegram shows a moving picture only alone: publish the GIF by itself.")
    made: list[InputMediaPhoto | InputMediaVideo] = []
    for at, file in enumerate(files):
        kind = InputMediaVideo if file.type.startswith("video/") else InputMediaPhoto
        caption = text if at == 0 and text else None
        made.append(kind(file.data, caption=caption, filename=file.name))
    return made
