"""What the gateway tells about where we are: servers, channels, threads. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Json = Mapping[str, Any]

# https://docs.discord.com/developers/resources/channel#channel-object-channel-types
TEXT, DM, NEWS, FORUM, MEDIA = 0, 1, 5, 15, 16
_THREADS = {10, 11, 12}
_FORUMS = {FORUM, MEDIA}
KINDS = {TEXT: "text", NEWS: "announcements", FORUM: "forum", MEDIA: "media"}

# Threads are many, and those long not heard of are told again when somebody speaks there.
_MOST_THREADS = 10_000


@dataclass(slots=True)
class World:
    """``parents``: the channel of each thread, by id."""

    channels: dict[str, Json] = field(default_factory=dict)
    parents: dict[str, str] = field(default_factory=dict)
    guild_of: dict[str, str] = field(default_factory=dict)  # also of threads

    def hear(self, name: str, data: Any) -> None:
        """An event of the gateway; those that tell nothing of the kind are passed over."""
        match name:
            case "GUILD_CREATE":
                self._learn_all(data, data["id"])
            case "THREAD_LIST_SYNC":
                self._learn_all(data, data["guild_id"])
            case "GUILD_DELETE" if not data.get("unavailable"):
                self._forget_guild(str(data["id"]))
            case "CHANNEL_CREATE" | "CHANNEL_UPDATE" | "THREAD_CREATE" | "THREAD_UPDATE":
                self.learn(data)
            case "CHANNEL_DELETE" | "THREAD_DELETE":
                for known in (self.channels, self.parents, self.guild_of):
                    known.pop(str(data["id"]), None)
            case "MESSAGE_CREATE" if "guild_id" not in data:
                self.channels.setdefault(str(data["channel_id"]), {"type": DM})
            case "INTERACTION_CREATE" if (data.get("channel") or {}).get("type") in _THREADS:
                self.learn(data["channel"], data.get("guild_id"))

    def _learn_all(self, data: Json, guild: str) -> None:
        for one in (*(data.get("channels") or ()), *(data.get("threads") or ())):
            self.learn(one, str(guild))

    def learn(self, channel: Json, guild: str | None = None) -> None:
        id, guild = str(channel["id"]), channel.get("guild_id") or guild
        if guild:
            self.guild_of[id] = str(guild)
        if channel.get("type") not in _THREADS:
            self.channels[id] = channel
        elif channel.get("parent_id"):
            self.parents[id] = str(channel["parent_id"])
            if len(self.parents) > _MOST_THREADS:
                oldest = next(iter(self.parents))
                del self.parents[oldest]
                self.guild_of.pop(oldest, None)

    def is_forum(self, channel: str) -> bool:
        return self.channels.get(channel, {}).get("type") in _FORUMS

    def permalink(self, channel: str, message: str) -> str:
        """https://docs.discord.com/developers/reference#message-formatting"""
        guild = self.guild_of.get(channel) or self.guild_of.get(self.parents.get(channel, ""))
        private = self.channels.get(channel, {}).get("type") == DM
        where = "@me" if private else guild
        return f"https://discord.com/channels/{where}/{channel}/{message}" if where else ""

    def _forget_guild(self, guild: str) -> None:
        for id in [id for id, of in self.guild_of.items() if of == guild]:
            for known in (self.channels, self.parents, self.guild_of):
                known.pop(id, None)
