"""Saying one thing on Discord."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from adapters.discord import shaping
from adapters.discord.asked import Asked
from adapters.discord.client import THREAD_IS_THERE, TOO_LATE, UNKNOWN_MESSAGE, Calls, Refused
from adapters.discord.translate import INTERACTION, moment
from adapters.discord.world import World
from bot.clock import Clock
from bot.errors import OutcomeUnknown, Rejected
from bot.networks import Action, Media, MediaFile, Outgoing, Receipt

Fetch = Callable[[Media], Awaitable[MediaFile]]

# A forum's post has no nonce, so one of the same title and words, begun so lately, is the same.
_LATELY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Mouth:
    """``me``: our own user id, empty where we have not heard it yet."""

    calls: Calls
    world: World
    asked: Asked
    clock: Clock
    fetch: Fetch
    me: str = ""

    async def say(self, outgoing: Outgoing) -> Receipt:
        """Raises `NetworkError`."""
        if outgoing.action in _CHANGES:
            return await self._change(outgoing)
        files = [await self.fetch(media) for media in outgoing.content.media]
        try:
            return await self._say(outgoing, files)
        except (KeyError, TypeError, ValueError) as error:
            raise OutcomeUnknown(
                f"Discord's answer is not as its documentation says: {error!r}."
            ) from error

    async def _say(self, outgoing: Outgoing, files: Sequence[MediaFile]) -> Receipt:
        body = shaping.message(outgoing.content, files)
        if outgoing.reply_to and self.asked.is_open(outgoing.reply_to):
            try:
                id = await self.asked.answer(
                    outgoing.reply_to, outgoing.key, body, files, self.calls
                )
                return Receipt(message=id, note="Only who asked can see it.")
            except Refused as error:
                if error.code not in TOO_LATE:
                    raise
                self.asked.give_up(outgoing.reply_to)
        if outgoing.action is Action.DIRECT:
            channel = await self._private(outgoing.recipient)
        else:
            channel = await self._where(outgoing)
        known = await self._look(channel)
        if self.world.is_forum(channel):
            return await self._post(channel, known, outgoing, body, files)
        return await self._message(channel, outgoing, body, files)

    async def _message(
        self, channel: str, outgoing: Outgoing, body: Any, files: Sequence[MediaFile]
    ) -> Receipt:
        body = {**body, "nonce": shaping.nonce(outgoing.key), "enforce_nonce": True}
        if answered := _answered(outgoing, channel):
            body["message_reference"] = {"message_id": answered, "fail_if_not_exists": False}
        path = "/channels/{channel_id}/messages"
        said = await self.calls("POST", path, body, files=files, channel_id=channel)
        message = str(said["id"])
        if outgoing.content.open_thread and outgoing.action is Action.PUBLISH:
            await self._open_thread(channel, message, shaping.title(outgoing.content))
        return Receipt(message=message, permalink=self.world.permalink(channel, message))

    async def _open_thread(self, channel: str, message: str, name: str) -> None:
        """Where this fails, everything is done again: the message stays the same by its nonce."""
        path = "/channels/{channel_id}/messages/{message}/threads"
        try:
            thread = await self.calls(
                "POST", path, {"name": name}, harmless=True, channel_id=channel, message=message
            )
        except Refused as error:
            if error.code != THREAD_IS_THERE:
                raise
        else:
            self.world.learn({"parent_id": channel, **thread})

    async def _post(
        self, forum: str, known: Any, outgoing: Outgoing, body: Any, files: Sequence[MediaFile]
    ) -> Receipt:
        content = outgoing.content
        if content.poll:
            raise Rejected("A forum takes no poll: publish it in a text channel.")
        name = shaping.title(content)
        thread = await self._already(forum, known, name, body)
        if thread is None:
            what = {"name": name, "message": body}
            if content.tags:
                what["applied_tags"] = shaping.tags(content.tags, known)
            path = "/channels/{channel_id}/threads"
            made = await self.calls("POST", path, what, files=files, channel_id=forum)
            self.world.learn({"parent_id": forum, **made})
            thread = str(made["id"])
        return Receipt(message=thread, permalink=self.world.permalink(thread, thread))

    async def _already(self, forum: str, known: Any, name: str, body: Any) -> str | None:
        """The post that an earlier attempt may have left."""
        path = "/guilds/{guild_id}/threads/active"
        active = await self.calls("GET", path, guild_id=str(known["guild_id"]))
        since = self.clock.now() - _LATELY
        for thread in active["threads"]:
            id = str(thread["id"])
            if str(thread.get("parent_id")) != forum or thread.get("name") != name:
                continue
            if moment(id) < since or (self.me and str(thread.get("owner_id")) != self.me):
                continue
            with suppress(Refused):
                path = "/channels/{channel_id}/messages/{message}"
                first = await self.calls("GET", path, channel_id=id, message=id)
                if _words(first) == _words(body):
                    self.world.learn(thread, known["guild_id"])
                    return id
        return None

    async def _change(self, outgoing: Outgoing) -> Receipt:
        """Done twice it is the same, so its outcome is never unknown."""
        message = shaping.id_of(outgoing.target, "message")
        channel = await self._where(outgoing)
        await self._look(channel)
        if self.world.is_forum(channel):
            channel = message  # a post is a thread, whose first message has the same id
        path = "/channels/{channel_id}/messages/{message}"
        if outgoing.action is Action.EDIT:
            body = {"content": "", "embeds": [], **shaping.message(outgoing.content)}
            if not outgoing.content.buttons:
                body["components"] = []
            body.pop("poll", None)
            await self.calls("PATCH", path, body, channel_id=channel, message=message)
        else:
            try:
                await self.calls("DELETE", path, channel_id=channel, message=message)
            except Refused as error:
                if error.code != UNKNOWN_MESSAGE:
                    raise
        return Receipt(message=message, permalink=self.world.permalink(channel, message))

    async def _where(self, outgoing: Outgoing) -> str:
        """The channel in which to speak: a thread is one. A message has no thread until one is
        opened under it, with the same id."""
        thread = outgoing.thread or ""
        channel = shaping.id_of(outgoing.channel, "channel")
        if not thread or thread.startswith(INTERACTION):
            return channel
        thread = shaping.id_of(thread, "thread")
        if thread in self.world.parents or thread == channel:
            return thread
        if thread != outgoing.reply_to or self.world.is_forum(channel):
            with suppress(Refused):
                await self._look(thread)
                return thread
        return channel

    async def _look(self, channel: str) -> Any:
        """What is known of it; asked for once. Raises `Refused` where we see no such channel."""
        if channel in self.world.parents:
            return {}
        if channel not in self.world.channels:
            found = await self.calls("GET", "/channels/{channel_id}", channel_id=channel)
            self.world.learn(found)
        return self.world.channels.get(channel, {})

    async def _private(self, recipient: str | None) -> str:
        who = shaping.id_of(recipient, "person")
        path = "/users/@me/channels"
        channel = await self.calls("POST", path, {"recipient_id": who}, harmless=True)
        self.world.learn(channel)
        return str(channel["id"])


def _words(said: Any) -> list[str]:
    framed = [str(one.get("description", "")) for one in said.get("embeds") or ()]
    return [part.strip() for part in (said.get("content") or "", *framed)]


_CHANGES = frozenset({Action.EDIT, Action.DELETE, Action.HIDE})


def _answered(outgoing: Outgoing, channel: str) -> str | None:
    """The message that ours refers to, where it stands in the same channel."""
    answered = outgoing.reply_to or ""
    if outgoing.action is not Action.REPLY or answered.startswith(INTERACTION):
        answered = ""
    if not answered and outgoing.action is Action.REPLY and outgoing.thread != channel:
        answered = outgoing.thread or ""
    if not answered.isdigit() or answered == channel:
        return None
    return answered
