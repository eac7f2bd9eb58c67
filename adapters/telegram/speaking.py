"""Saying one thing on Telegram."""

from collections.abc import Awaitable, Callable
from typing import Any

from telegram import Bot, Message, Poll
from telegram.error import BadRequest, ChatMigrated

from adapters.telegram import shaping
from adapters.telegram.client import our_errors
from bot.errors import Rejected
from bot.networks import Action, Media, MediaFile, Outgoing

Fetch = Callable[[Media], Awaitable[MediaFile]]

# What Telegram says where there is nothing left to do.
_ALREADY_SO = ("message is not modified", "message to delete not found")


async def say(bot: Bot, outgoing: Outgoing, fetch: Fetch) -> Message | None:
    """Do it; gives the message where one came into being. Raises `NetworkError`.

    A group that has become a supergroup has another id now, and has got nothing under the old one:
    it is said there.
    """
    chat = shaping.number(shaping.chat(outgoing))
    act = _change if outgoing.action in _CHANGES else _message
    try:
        return await act(bot, chat, outgoing, fetch)
    except ChatMigrated as moved:
        with our_errors():
            return await act(bot, moved.new_chat_id, outgoing, fetch)


_CHANGES = frozenset({Action.EDIT, Action.DELETE, Action.HIDE})


async def _change(bot: Bot, chat: int | str, outgoing: Outgoing, _fetch: Fetch) -> None:
    """Done twice it is the same, so its outcome is never unknown."""
    target = shaping.message_id(outgoing.target or "")
    content = outgoing.content
    with our_errors(harmless=True):
        try:
            if outgoing.action is not Action.EDIT:
                await bot.delete_message(chat, target)
                return
            text, keys = shaping.plain(content.text), shaping.keyboard(content.buttons)
            if content.media:
                await bot.edit_message_caption(
                    chat_id=chat, message_id=target, caption=text, reply_markup=keys
                )
            else:
                await bot.edit_message_text(
                    text,
                    chat_id=chat,
                    message_id=target,
                    reply_markup=keys,
                    link_preview_options=shaping.preview(content),
                )
        except BadRequest as error:
            if not any(words in error.message.lower() for words in _ALREADY_SO):
                raise


async def _message(bot: Bot, chat: int | str, outgoing: Outgoing, fetch: Fetch) -> Message:
    content, where = outgoing.content, shaping.placed(outgoing)
    files = [await fetch(media) for media in content.media]
    with our_errors():
        if content.poll:
            keys = shaping.keyboard(content.buttons)
            return await _poll(bot, chat, shaping.poll(content), reply_markup=keys, **where)
        text = shaping.plain(content.text)
        if files:
            if content.link and content.link not in text:
                text = f"{text}\n\n{content.link}".strip()  # a caption has no preview
            return await _pictures(bot, chat, outgoing, files, text, where)
        return await bot.send_message(
            chat,
            text,
            reply_markup=shaping.keyboard(content.buttons),
            link_preview_options=shaping.preview(content),
            **where,
        )


async def _poll(bot: Bot, chat: int | str, asked: Any, **where: Any) -> Message:
    """For everybody to see who chose what; in a channel that can't be, and Telegram says so."""
    try:
        return await bot.send_poll(chat, is_anonymous=False, **asked, **where)
    except BadRequest as error:
        if "non-anonymous" not in error.message.lower():
            raise
    return await bot.send_poll(chat, is_anonymous=True, **asked, **where)


async def _pictures(
    bot: Bot,
    chat: int | str,
    outgoing: Outgoing,
    files: list[MediaFile],
    text: str,
    where: dict[str, Any],
) -> Message:
    keys = shaping.keyboard(outgoing.content.buttons)
    if len(files) > 1:
        if keys:
            raise Rejected(
                "Telegram shows no quick replies under several pictures: keep one, or leave the "
                "quick replies away."
            )
        album = shaping.album(files, text)
        return (await bot.send_media_group(chat, album, **where))[0]
    file = files[0]
    more = {**where, "caption": text or None, "reply_markup": keys, "filename": file.name}
    if file.type == shaping.GIF:
        return await bot.send_animation(chat, file.data, **more)
    if file.type.startswith("video/"):
        return await bot.send_video(chat, file.data, supports_streaming=True, **more)
    return await bot.send_photo(chat, file.data, **more)


def poll_of(message: Message) -> str | None:
    """The poll's own id, by which votes name it."""
    return message.poll.id if isinstance(message.poll, Poll) else None
