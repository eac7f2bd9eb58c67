"""What is said where, as Telegram keeps it: chats, people, messages, and what it tells the bot."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

BOT = {
    "id": 123456,
    "is_bot": True,
    "first_name": "Fern",
    "username": "fernbot",
    "can_join_groups": True,
    "can_read_all_group_messages": True,
}
GROUP, FORUM, CHANNEL, DISCUSSION = (
    -1001000000001,
    -1001000000002,
    -1001000000003,
    -1001000000004,
)
_CHATS: dict[int, dict[str, Any]] = {
    GROUP: {"type": "supergroup", "title": "Friends of the shop"},
    FORUM: {"type": "supergroup", "title": "Ideas", "is_forum": True},
    CHANNEL: {"type": "channel", "title": "The shop", "username": "theshop"},
    DISCUSSION: {"type": "supergroup", "title": "Talk about the shop"},
}
# What a group lets its members do unless it says otherwise.
_PERMISSIONS = (
    "can_send_messages can_send_audios can_send_documents can_send_photos can_send_videos "
    "can_send_video_notes can_send_voice_notes can_send_polls can_send_other_messages "
    "can_add_web_page_previews can_change_info can_invite_users can_pin_messages "
    "can_manage_topics can_react_to_messages can_edit_tag"
).split()
_ADMIN = (
    "can_be_edited is_anonymous can_manage_chat can_delete_messages can_manage_video_chats "
    "can_restrict_members can_promote_members can_change_info can_invite_users can_post_stories "
    "can_edit_stories can_delete_stories"
).split()

Json = dict[str, Any]


class Refused(Exception):
    """The answer is an error, with Telegram's own words."""

    def __init__(self, code: int, says: str, **parameters: int) -> None:
        super().__init__(says)
        self.code, self.says, self.parameters = code, says, parameters


def person(name: str) -> Json:
    return {
        "id": 70_000_000 + crc32(name.encode()) % 9_000_000,
        "is_bot": False,
        "first_name": name,
    }


@dataclass
class Chats:
    """``rights``: what the bot may by chat, in words of `ChatMemberAdministrator`; a chat where it
    is no admin is not there. ``moved``: groups that are supergroups now."""

    chats: dict[int, Json] = field(
        default_factory=lambda: {id: {"id": id, **chat} for id, chat in _CHATS.items()}
    )
    linked: dict[int, int] = field(default_factory=lambda: {CHANNEL: DISCUSSION})
    admin: dict[int, set[str]] = field(
        default_factory=lambda: {
            CHANNEL: {"can_post_messages", "can_edit_messages", "can_delete_messages"}
        }
    )
    permissions: set[str] = field(default_factory=lambda: set(_PERMISSIONS))
    gone: set[int] = field(default_factory=set)  # where the bot is no member, or is blocked
    started: set[int] = field(default_factory=set)  # people who have written to it
    moved: dict[int, int] = field(default_factory=dict)
    messages: dict[tuple[int, int], Json] = field(default_factory=dict)
    updates: list[Json] = field(default_factory=list)
    last_update: int = 500_000_000
    last_message: int = 100

    def chat(self, id: int | str) -> Json:
        if isinstance(id, str) and id.startswith("@"):
            id = next((k for k, c in self.chats.items() if c.get("username") == id[1:]), 0)
        number = int(id)
        if number in self.moved:
            raise Refused(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=self.moved[number],
            )
        if number > 0 and number in self.gone:
            raise Refused(403, "Forbidden: bot was blocked by the user")
        if number in self.gone:
            raise Refused(403, "Forbidden: bot was kicked from the supergroup chat")
        if number not in self.chats:
            raise Refused(400, "Bad Request: chat not found")
        return self.chats[number]

    def full(self, id: int | str) -> Json:
        """As getChat gives it."""
        chat = self.chat(id)
        more = {
            "accent_color_id": 0,
            "max_reaction_count": 11,
            "accepted_gift_types": dict.fromkeys(
                "unlimited_gifts limited_gifts unique_gifts premium_subscription "
                "gifts_from_channels".split(),
                False,
            ),
        }
        if chat["type"] != "private":
            more["permissions"] = {name: name in self.permissions for name in _PERMISSIONS}
        if chat["id"] in self.linked:
            more["linked_chat_id"] = self.linked[chat["id"]]
        return {**chat, **more}

    def us(self, id: int | str) -> Json:
        """As getChatMember gives it of the bot."""
        if int(id) in self.gone:
            return {"status": "left", "user": BOT}
        chat = self.chat(id)
        if chat["id"] not in self.admin:
            return {"status": "member", "user": BOT}
        rights = {name: name in self.admin[chat["id"]] for name in _ADMIN}
        extra = dict.fromkeys(self.admin[chat["id"]], True)
        return {"status": "administrator", "user": BOT, **rights, **extra}

    def tell(self, **update: Any) -> Json:
        self.last_update += 1
        told = {"update_id": self.last_update, **update}
        self.updates.append(told)
        return told

    def write(self, chat: Json, **what: Any) -> Json:
        """A new message, where it belongs. A channel's post also comes into its discussion."""
        self.last_message += 1
        message: Json = {
            "message_id": self.last_message,
            "date": int(time.time()),
            "chat": chat,
            **what,
        }
        self.messages[chat["id"], self.last_message] = message
        if chat["id"] in self.linked:
            group = self.chats[self.linked[chat["id"]]]
            origin = {"type": "channel", "date": message["date"], "chat": chat}
            self.tell(
                message=self.write(
                    group,
                    **{key: value for key, value in what.items() if key in ("text", "caption")},
                    **{"from": {"id": 777000, "is_bot": False, "first_name": "Telegram"}},
                    sender_chat=chat,
                    is_automatic_forward=True,
                    forward_origin={**origin, "message_id": message["message_id"]},
                )
            )
        return message

    def answering(self, chat: Json, answered: int | None) -> Json:
        """What a message that answers another has of it."""
        if answered is None:
            return {}
        if (chat["id"], answered) not in self.messages:
            raise Refused(400, "Bad Request: message to be replied not found")
        other = self.messages[chat["id"], answered]
        found: Json = {"reply_to_message": {k: v for k, v in other.items() if "reply" not in k}}
        if chat["type"] == "supergroup":
            found["message_thread_id"] = other.get("message_thread_id", answered)
            if other.get("is_topic_message"):
                found["is_topic_message"] = True
        return found

    def say(self, chat: int, author: Mapping[str, Any], text: str, answered: int | None) -> Json:
        """A person writes."""
        if chat > 0:
            self.chats.setdefault(chat, {"id": chat, "type": "private", **_named(author)})
            self.started.add(chat)
        place = self.chats[chat]
        told = self.answering(place, answered)
        return self.write(place, text=text, **{"from": dict(author)}, **told)


def _named(author: Mapping[str, Any]) -> Json:
    return {"first_name": author["first_name"]}
