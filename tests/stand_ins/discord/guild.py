"""A Discord server as it is kept there: channels, threads, people, messages."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any
from zlib import crc32

Json = dict[str, Any]

_EPOCH = 1_420_070_400_000
_count = count(1)


def snowflake() -> str:
    """Ordered by time, as https://docs.discord.com/developers/reference#snowflakes says."""
    return str((int(time.time() * 1000) - _EPOCH << 22) + next(_count) % 4096)


APPLICATION, BOT_ID, GUILD = "700000000000000001", "700000000000000001", "700000000000000010"
TEXT, OTHER, FORUM = "700000000000000020", "700000000000000021", "700000000000000022"
BOT: Json = {
    "id": BOT_ID,
    "username": "fern",
    "discriminator": "0",
    "avatar": None,
    "global_name": "Fern",
    "bot": True,
    "public_flags": 0,
    "flags": 0,
}
EVERYTHING = (1 << 53) - 1


class Refused(Exception):
    """The answer is an error, in Discord's own words."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.body = status, {"code": code, "message": message}


def person(name: str) -> Json:
    return {
        "id": str(600_000_000_000_000_000 + crc32(name.encode())),
        "username": name.casefold(),
        "discriminator": "0",
        "avatar": None,
        "global_name": name.title(),
    }


def member(user: Json) -> Json:
    return {
        "user": user,
        "nick": None,
        "roles": [],
        "joined_at": "2025-01-01T00:00:00.000000+00:00",
        "deaf": False,
        "mute": False,
        "flags": 0,
    }


def _channel(id: str, name: str, kind: int, position: int, **more: Any) -> Json:
    return {
        "id": id,
        "guild_id": GUILD,
        "name": name,
        "type": kind,
        "position": position,
        "permission_overwrites": [],
        "nsfw": False,
        "parent_id": None,
        "last_message_id": None,
        "flags": 0,
        **more,
    }


def _forum_tag(id: int, name: str) -> Json:
    return {"id": str(id), "name": name, "moderated": False, "emoji_id": None, "emoji_name": None}


@dataclass
class Guild:
    """``permissions`` of everybody, so of the bot; ``closed``: people who take no private words."""

    channels: dict[str, Json] = field(
        default_factory=lambda: {
            TEXT: _channel(TEXT, "ideas", 0, 0),
            OTHER: _channel(OTHER, "news", 5, 1),
            FORUM: _channel(
                FORUM,
                "forum",
                15,
                2,
                available_tags=[_forum_tag(801, "Idea"), _forum_tag(802, "Cup")],
            ),
        }
    )
    threads: dict[str, Json] = field(default_factory=dict)
    private: dict[str, Json] = field(default_factory=dict)
    messages: dict[str, Json] = field(default_factory=dict)
    nonces: dict[tuple[str, str], str] = field(default_factory=dict)
    people: dict[str, Json] = field(default_factory=lambda: {BOT_ID: BOT})
    closed: set[str] = field(default_factory=set)
    permissions: int = EVERYTHING & ~(1 << 3)
    commands: list[Json] = field(default_factory=list)

    def channel(self, id: str) -> Json:
        for known in (self.channels, self.threads, self.private):
            if id in known:
                return known[id]
        raise Refused(404, 10003, "Unknown Channel")

    def message(self, channel: str, id: str) -> Json:
        found = self.messages.get(id)
        if found is None or found["channel_id"] != channel:
            raise Refused(404, 10008, "Unknown Message")
        return found

    def direct(self, user: str) -> Json:
        """The private channel with somebody."""
        for channel in self.private.values():
            if channel["recipients"][0]["id"] == user:
                return channel
        if user not in self.people:
            raise Refused(404, 10013, "Unknown User")
        id = snowflake()
        self.private[id] = channel = {
            "id": id,
            "type": 1,
            "last_message_id": None,
            "flags": 0,
            "recipients": [self.people[user]],
        }
        return channel

    def thread(self, id: str, parent: str, name: str, owner: str, **more: Any) -> Json:
        kind = 10 if self.channels[parent]["type"] == 5 else 11
        self.threads[id] = made = {
            "id": id,
            "guild_id": GUILD,
            "parent_id": parent,
            "owner_id": owner,
            "name": name,
            "type": kind,
            "last_message_id": None,
            "message_count": 0,
            "member_count": 1,
            "rate_limit_per_user": 0,
            "flags": 0,
            "thread_metadata": {
                "archived": False,
                "archive_timestamp": now(),
                "auto_archive_duration": 1440,
                "locked": False,
                "create_timestamp": now(),
            },
            **more,
        }
        return made

    def write(self, channel: str, author: Json, id: str | None = None, **what: Any) -> Json:
        """A new message, as MESSAGE_CREATE tells it."""
        place = self.channel(channel)
        id = id or snowflake()
        self.people.setdefault(author["id"], author)
        made: Json = {
            "id": id,
            "type": 0,
            "channel_id": channel,
            "author": author,
            "content": "",
            "timestamp": now(),
            "edited_timestamp": None,
            "tts": False,
            "mention_everyone": False,
            "mentions": [],
            "mention_roles": [],
            "attachments": [],
            "embeds": [],
            "components": [],
            "pinned": False,
            "flags": 0,
            **what,
        }
        if "guild_id" in place:
            made["guild_id"] = GUILD
            made["member"] = {k: v for k, v in member(author).items() if k != "user"}
        self.messages[id] = made
        place["last_message_id"] = id
        return made

    def told(self) -> Json:
        """As GUILD_CREATE tells it."""
        return {
            "id": GUILD,
            "name": "Fern & Kettle",
            "icon": None,
            "owner_id": "600000000000000001",
            "afk_timeout": 300,
            "verification_level": 0,
            "default_message_notifications": 0,
            "explicit_content_filter": 0,
            "roles": self.roles(),
            "emojis": [],
            "features": [],
            "mfa_level": 0,
            "system_channel_flags": 0,
            "premium_tier": 0,
            "preferred_locale": "en-US",
            "nsfw_level": 0,
            "joined_at": now(),
            "large": False,
            "unavailable": False,
            "member_count": 1,
            "voice_states": [],
            "members": [member(BOT)],
            "channels": list(self.channels.values()),
            "threads": list(self.threads.values()),
            "presences": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "stickers": [],
            "soundboard_sounds": [],
        }

    def roles(self) -> list[Json]:
        return [
            {
                "id": GUILD,
                "name": "@everyone",
                "color": 0,
                "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
                "hoist": False,
                "position": 0,
                "permissions": str(self.permissions),
                "managed": False,
                "mentionable": False,
                "flags": 0,
            }
        ]


def now() -> str:
    return datetime.now(UTC).isoformat()
