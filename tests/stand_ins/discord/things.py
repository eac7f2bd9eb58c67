"""What Discord's things look like on the wire, in the local Discord."""

import re
from typing import Any

TOKEN = "stand-in-token-of-a-bot"
GUILD, CHANNEL, FORUM = "200000000000000001", "200000000000000002", "200000000000000003"
BOT, OWNER, ROLE = "100000000000000001", "100000000000000002", GUILD
PEOPLE = {"ada": "100000000000000010", "ben": "100000000000000011"}


def unescaped(text: str) -> str:
    return re.sub(r"\\([^\w\s])", r"\1", text)


def user(id: str, name: str, bot: bool = False) -> dict[str, Any]:
    return {
        "id": id,
        "username": name,
        "global_name": name.title(),
        "discriminator": "0",
        "avatar": None,
        "bot": bot,
    }


def bot() -> dict[str, Any]:
    return user(BOT, "hubbub", bot=True)


def id_of(name: str) -> str:
    """Who has never been here before is new."""
    return PEOPLE.setdefault(name, str(100000000000000010 + len(PEOPLE)))


def person(name: str) -> dict[str, Any]:
    return user(id_of(name), name)


def member(name: str) -> dict[str, Any]:
    joined = "2026-01-01T00:00:00+00:00"
    return {"roles": [], "joined_at": joined, "deaf": False, "mute": False, "flags": 0}


def application(flags: int) -> dict[str, Any]:
    return {
        "id": BOT,
        "name": "hubbub",
        "icon": None,
        "description": "",
        "bot_public": False,
        "bot_require_code_grant": False,
        "verify_key": "00",
        "flags": flags,
        "owner": user(OWNER, "owner"),
        "team": None,
    }


def guild_alone() -> dict[str, Any]:
    return {
        "id": GUILD,
        "name": "Fern & Kettle",
        "icon": None,
        "owner_id": OWNER,
        "owner": False,
        "features": [],
        "emojis": [],
        "stickers": [],
        "roles": [],
        "verification_level": 0,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "afk_timeout": 60,
        "mfa_level": 0,
        "premium_tier": 0,
        "nsfw_level": 0,
        "system_channel_flags": 0,
        "preferred_locale": "en-US",
    }


def channel(id: str) -> dict[str, Any]:
    return {
        "id": id,
        "type": 0,
        "guild_id": GUILD,
        "name": "general",
        "position": 0,
        "permission_overwrites": [],
        "nsfw": False,
        "parent_id": None,
        "last_message_id": None,
        "topic": None,
    }


def forum() -> dict[str, Any]:
    tag = {"id": "300000000000000001", "name": "Idea", "moderated": False}
    return {
        **channel(FORUM),
        "type": 15,
        "name": "ideas",
        "flags": 0,
        "default_forum_layout": 0,
        "available_tags": [tag | {"emoji_id": None, "emoji_name": None}],
    }


def thread(id: str, channel: str, name: str) -> dict[str, Any]:
    return {
        "id": id,
        "type": 11,
        "guild_id": GUILD,
        "parent_id": channel,
        "owner_id": BOT,
        "name": name,
        "last_message_id": None,
        "message_count": 0,
        "member_count": 1,
        "thread_metadata": {
            "archived": False,
            "auto_archive_duration": 1440,
            "archive_timestamp": "2026-03-02T09:00:00+00:00",
            "locked": False,
        },
    }
