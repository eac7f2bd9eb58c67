"""Saying things on Discord: one call, one message, the same again under the same nonce."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import discord

from adapters.discord import translate
from bot.errors import Rejected
from bot.networks import (
    Action,
    Capabilities,
    Content,
    MediaLimits,
    Outgoing,
    Poll,
    Receipt,
    Services,
    Settle,
)

# https://docs.discord.com/developers/reference#uploading-files
_MEGABYTES_10 = 10 * 1024 * 1024
_TYPES = ("image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4", "video/webm")
# https://docs.discord.com/developers/resources/poll
_QUESTION, _ANSWER, _LONGEST_POLL = 300, 55, timedelta(days=32)
_LABEL, _NAME, _ALT = 80, 100, 1024

# https://docs.discord.com/developers/topics/opcodes-and-status-codes
_UNKNOWN_CHANNEL, _UNKNOWN_MESSAGE = 10003, 10008
_NO_DIRECT_MESSAGES, _HAS_A_THREAD = 50007, 160004

_FORUM_LOOK_BACK = timedelta(hours=1)

CAPABILITIES = Capabilities(
    text_limit=2000,
    media_limit=10,
    button_limit=25,
    settle=Settle.RESEND,
    media=MediaLimits(bytes=dict.fromkeys(_TYPES, _MEGABYTES_10)),
    poll_options=10,
    title_limit=_NAME,
    threads_open=True,
    actions=frozenset(Action),
)


async def say(
    client: discord.Client, outgoing: Outgoing, services: Services, parents: translate.Parents
) -> Receipt:
    """Raises what discord.py raises, and `Rejected`."""
    match outgoing.action:
        case Action.DIRECT:
            return await _direct(client, outgoing, services)
        case Action.PUBLISH:
            return await _publish(client, outgoing, services)
        case Action.REPLY:
            return await _reply(client, outgoing, services, parents)
        case Action.EDIT:
            return await _edit(client, outgoing)
        case Action.DELETE | Action.HIDE:
            return await _delete(client, outgoing)


async def _publish(client: discord.Client, outgoing: Outgoing, services: Services) -> Receipt:
    channel = await _channel(client, outgoing.channel)
    if isinstance(channel, discord.ForumChannel):
        return await _forum_post(channel, outgoing, services)
    message = await _send(channel, outgoing, services)
    note = ""
    if outgoing.content.open_thread:
        try:
            await message.create_thread(name=name_of(outgoing.content))
        except discord.HTTPException as error:
            if error.status >= 500 or error.status == 429:
                raise
            if error.code != _HAS_A_THREAD:  # an earlier attempt has opened it
                note = f"The thread could not be opened. Discord says: {error.text}"
    return _receipt(message, channel, note)


async def _forum_post(
    forum: discord.ForumChannel, outgoing: Outgoing, services: Services
) -> Receipt:
    """A post in a forum takes no nonce: what an earlier attempt left is looked for first."""
    name = name_of(outgoing.content)
    parts = await _parts(outgoing.content, services)
    if thread := await _posted(forum, name, parts):
        return Receipt(message=str(thread.id), permalink=thread.jump_url)
    wanted = {tag.casefold() for tag in outgoing.content.tags}
    tags = [tag for tag in forum.available_tags if tag.name.casefold() in wanted]
    made = await forum.create_thread(name=name, applied_tags=tags[:5], **parts)
    return Receipt(message=str(made.thread.id), permalink=made.thread.jump_url)


async def _posted(
    forum: discord.ForumChannel, name: str, parts: dict[str, Any]
) -> discord.Thread | None:
    me = forum._state.self_id
    since = discord.utils.utcnow() - _FORUM_LOOK_BACK
    for thread in await forum.guild.active_threads():
        ours = thread.parent_id == forum.id and thread.owner_id == me and thread.name == name
        if ours and discord.utils.snowflake_time(thread.id) > since:
            first = await thread.fetch_message(thread.id)
            if first.content == (parts.get("content") or ""):
                return thread
    return None


async def _reply(
    client: discord.Client, outgoing: Outgoing, services: Services, parents: translate.Parents
) -> Receipt:
    """Into the thread where there is one; else below the message, by a reference to it."""
    thread, answered = outgoing.thread, outgoing.reply_to or outgoing.thread
    if thread and (thread in parents or thread != outgoing.reply_to):
        try:
            channel = await _channel(client, thread)
        except discord.NotFound as error:
            if error.code != _UNKNOWN_CHANNEL:
                raise
        else:
            below = None if answered == thread else answered
            return _receipt(await _send(channel, outgoing, services, below), channel)
    channel = await _channel(client, outgoing.channel)
    return _receipt(await _send(channel, outgoing, services, answered), channel)


async def _direct(client: discord.Client, outgoing: Outgoing, services: Services) -> Receipt:
    try:
        channel = await client.create_dm(discord.Object(_id(outgoing.recipient)))
        return _receipt(await _send(channel, outgoing, services), channel)
    except discord.Forbidden as error:
        if error.code != _NO_DIRECT_MESSAGES:
            raise
        raise Rejected(
            "This person takes no private messages from members of the server. Answer them in "
            f"the channel instead. Discord says: {error.text}"
        ) from error


async def _edit(client: discord.Client, outgoing: Outgoing) -> Receipt:
    channel = await _channel(client, outgoing.thread or outgoing.channel)
    message = channel.get_partial_message(_id(outgoing.target))
    shown = _text(outgoing.content)
    return _receipt(await message.edit(**{"content": None, "embeds": [], **shown}), channel)


async def _delete(client: discord.Client, outgoing: Outgoing) -> Receipt:
    channel = client.get_partial_messageable(_id(outgoing.thread or outgoing.channel))
    try:
        await channel.get_partial_message(_id(outgoing.target)).delete()
    except discord.NotFound as error:
        if error.code != _UNKNOWN_MESSAGE:  # it is gone: that was what we wanted
            raise
    return Receipt(message=str(outgoing.target))


async def answer(interaction: discord.Interaction[Any], content: Content) -> Receipt:
    """The one answer to an interaction, seen by its person alone. Said again, it is the same
    message: it takes the place of what we said first."""
    shown: dict[str, Any] = {"content": None, **_text(content), "view": _buttons(content)}
    message = await interaction.edit_original_response(
        allowed_mentions=discord.AllowedMentions.none(), **shown
    )
    return Receipt(message=str(message.id), note="Seen by this person alone.")


async def _send(
    channel: Any, outgoing: Outgoing, services: Services, below: str | None = None
) -> discord.Message:
    parts = await _parts(outgoing.content, services)
    if below:
        parts["reference"] = discord.MessageReference(
            message_id=_id(below), channel_id=channel.id, fail_if_not_exists=False
        )
        parts["mention_author"] = False
    message: discord.Message = await channel.send(nonce=translate.nonce(outgoing.key), **parts)
    return message


async def _parts(content: Content, services: Services) -> dict[str, Any]:
    parts = _text(content)
    if content.media:
        files = [await services.media(media, CAPABILITIES.media) for media in content.media]
        parts["files"] = [
            discord.File(BytesIO(file.data), file.name, description=file.alt[:_ALT] or None)
            for file in files
        ]
    if view := _buttons(content):
        parts["view"] = view
    if content.poll:
        parts["poll"] = _poll(content.poll)
    parts["allowed_mentions"] = discord.AllowedMentions.none()
    return parts


def _text(content: Content) -> dict[str, Any]:
    """What is escaped may be longer than a message; an embed takes twice as much (4096)."""
    text = content.text
    if content.link and content.link not in text:
        text = f"{text}\n{content.link}"
    shown = translate.plain(text)
    if len(shown) <= CAPABILITIES.text_limit:
        return {"content": shown} if shown.strip() else {}
    return {"embeds": [discord.Embed(description=shown)]}


def _buttons(content: Content) -> discord.ui.View | None:
    """Buttons live by their ids alone: they work after a restart as well."""
    if not content.buttons:
        return None
    view = discord.ui.View(timeout=None)
    view.stop()  # so that the library does not keep it
    for number, button in enumerate(content.buttons):
        id = f"{translate.BUTTON}{button.value}#{number}"
        view.add_item(discord.ui.Button(label=button.label[:_LABEL], custom_id=id))
    return view


def _poll(poll: Poll) -> discord.Poll:
    if len(poll.question) > _QUESTION:
        raise Rejected(f"A poll's question can have {_QUESTION} characters here. Shorten it.")
    if any(len(option) > _ANSWER for option in poll.options):
        raise Rejected(f"A poll's answer can have {_ANSWER} characters here. Shorten it.")
    hours = min(timedelta(hours=max(poll.hours, 1)), _LONGEST_POLL)
    made = discord.Poll(question=poll.question, duration=hours, multiple=poll.multiple)
    for option in poll.options:
        made.add_answer(text=option)
    return made


async def _channel(client: discord.Client, id: str) -> Any:
    return client.get_channel(_id(id)) or await client.fetch_channel(_id(id))


def _id(text: str | None) -> int:
    if not text or not text.isascii() or not text.isdigit() or len(text) > 20:
        raise Rejected(f'"{text}" is no id of Discord\'s: choose the channel again.')
    return int(text)


def name_of(content: Content) -> str:
    """A thread's name: the title, else how the text begins."""
    first = content.title.strip() or content.text.strip().partition("\n")[0]
    first = first.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "")
    return first if len(first) <= _NAME else first[: _NAME - 1] + "…"


def _receipt(message: discord.Message, channel: Any, note: str = "") -> Receipt:
    guild = getattr(channel, "guild", None)
    place = guild.id if guild else "@me"
    link = f"https://discord.com/channels/{place}/{channel.id}/{message.id}"
    return Receipt(message=str(message.id), permalink=link, note=note)
