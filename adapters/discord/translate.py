"""From Discord's gateway events to ours, and from plain text to what Discord shows as plain text.

https://docs.discord.com/developers/events/gateway-events
"""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.networks import Author, EventKind, InboundEvent, Media, NotUnderstood

NETWORK = "discord"
SUGGEST = "suggest"
SUGGEST_THIS = "Make this a suggestion"
MODAL, WORDS = "hubbub:modal:", "words"
BUTTON = "hubbub:say:"
Json = Mapping[str, Any]
Parents = Mapping[str, str]  # thread → the channel that it is in

_EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
# Ordinary messages, replies, answers to slash commands and to context menus.
_SPOKEN = {0, 19, 20, 23}
_AUTOCOMPLETE = 4
_LINK = re.compile(r"(https?://[^\s<>()\[\]]+)")
_MARKUP = re.compile(r"[\\*_~`|<\[\]]|^(\s*)([>#+\-]|\d+(?=[.)]))", re.MULTILINE)


def plain(text: str) -> str:
    """The text so that Discord shows it as it was written: no Markdown, no mention."""
    text = text.replace("\x00", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    parts = _LINK.split(text)
    parts[::2] = [_escaped(part) for part in parts[::2]]
    return "".join(parts)


def _escaped(part: str) -> str:
    def escape(found: re.Match[str]) -> str:
        if found[2] is None:
            return "\\" + found[0]
        if found[2].isdigit():
            return f"{found[0]}\\"
        return f"{found[1]}\\{found[2]}"

    return _MARKUP.sub(escape, part)


def nonce(key: str, part: str = "") -> str:
    """At most 25 characters (Discord's limit), the same for every attempt."""
    return hashlib.sha256(f"{key}\x00{part}".encode("utf-8", "surrogatepass")).hexdigest()[:25]


def moment(snowflake: str) -> datetime:
    """https://docs.discord.com/developers/reference#snowflakes"""
    return _EPOCH + timedelta(milliseconds=int(snowflake) >> 22)


def translate(
    account: str, name: str, data: Any, *, me: str, parents: Parents, now: datetime
) -> InboundEvent | NotUnderstood | None:
    """The gateway's event ``name``; None for what is of no use to us. Never raises.

    ``me``: our own user id. ``now``: when it came, for what Discord gives no time.
    """
    reader = _READERS.get(name)
    if reader is None:
        return None
    raw = json.dumps(data, default=repr).encode()
    try:
        what = reader(data, me, parents)
        if what is None:
            return None
        what.setdefault("occurred_at", now)
        return InboundEvent(network=NETWORK, account=account, raw=raw, **what)
    except Exception as error:  # whatever a network sends is kept, and never fatal
        digest = hashlib.sha256(raw).hexdigest()
        return NotUnderstood(
            network=NETWORK,
            account=account,
            dedupe_key=f"{name}:{digest}",
            raw=raw,
            reason=f"{name} could not be read: {error!r}",
        )


def _where(data: Json, parents: Parents) -> dict[str, Any]:
    here = str(data["channel_id"])
    parent = parents.get(here)
    private = "guild_id" not in data
    return {
        "channel": parent or here,
        "conversation": here,
        "thread": here if parent else None,
        "private": private,
    }


def _author(user: Json, me: str, member: Json | None = None) -> Author:
    name = (member or {}).get("nick") or user.get("global_name") or user.get("username") or ""
    id = str(user["id"])
    return Author(id=id, name=str(name), is_self=id == me, is_bot=bool(user.get("bot")))


def _media(data: Json) -> tuple[Media, ...]:
    return tuple(
        Media(
            url=str(file["url"]),
            type=str(file.get("content_type") or "application/octet-stream"),
            alt=str(file.get("description") or ""),
        )
        for file in data.get("attachments") or ()
    )


def _message(data: Json, me: str, parents: Parents) -> dict[str, Any] | None:
    if data.get("type", 0) not in _SPOKEN:
        return None  # "Ada pinned a message", "Ada started a thread"
    id, where = str(data["id"]), _where(data, parents)
    answered = (data.get("message_reference") or {}).get("message_id")
    kind = EventKind.MESSAGE
    if data.get("webhook_id") and not data.get("interaction_metadata"):
        where["data"] = {"webhook": True}
    return where | {
        "dedupe_key": f"message:{id}",
        "kind": kind,
        "occurred_at": datetime.fromisoformat(data["timestamp"]),
        "message": id,
        # A thread's id is that of the message it was opened under.
        "reply_to": str(answered) if answered else _other(where["thread"], id),
        "author": _author(data["author"], me, data.get("member")),
        "text": str(data.get("content") or ""),
        "media": _media(data),
    }


def _other(thread: str | None, id: str) -> str | None:
    return None if thread == id else thread


def _edit(data: Json, me: str, parents: Parents) -> dict[str, Any] | None:
    when = data.get("edited_timestamp")
    if not when or "content" not in data or "author" not in data:
        return None  # Discord added a preview, or closed a poll: nobody edited anything
    read = _message({"timestamp": when, **data}, me, parents)
    return read and read | {
        "dedupe_key": f"edit:{data['id']}:{when}",
        "kind": EventKind.EDIT,
        "occurred_at": datetime.fromisoformat(when),
    }


def _delete(data: Json, me: str, parents: Parents) -> dict[str, Any]:
    return _where(data, parents) | {
        "dedupe_key": f"delete:{data['id']}",
        "kind": EventKind.DELETE,
        "message": str(data["id"]),
    }


def _reaction(kind: EventKind) -> Any:
    def read(data: Json, me: str, parents: Parents) -> dict[str, Any]:
        emoji, user, message = data["emoji"], str(data["user_id"]), str(data["message_id"])
        mark = str(emoji.get("id") or emoji.get("name"))
        who = (data.get("member") or {}).get("user") or {"id": user}
        return _where(data, parents) | {
            # Nothing tells one reaction from the same one later; the adapter adds a session's own
            # number, which a resumed connection repeats.
            "dedupe_key": f"{kind}:{message}:{user}:{mark}:{data.get('__seq__', '')}",
            "kind": kind,
            "message": message,
            "author": _author(who, me, data.get("member")),
            "data": {"emoji": str(emoji.get("name") or mark)},
        }

    return read


def _vote(taken_back: bool) -> Any:
    def read(data: Json, me: str, parents: Parents) -> dict[str, Any]:
        user, message, answer = (str(data[k]) for k in ("user_id", "message_id", "answer_id"))
        kept = [] if taken_back else [int(answer) - 1]  # Discord counts from 1
        what = "unvote" if taken_back else "vote"
        return _where(data, parents) | {
            "dedupe_key": f"{what}:{message}:{user}:{answer}:{data.get('__seq__', '')}",
            "kind": EventKind.POLL_VOTE,
            "message": message,
            "author": Author(id=user, is_self=user == me),
            "data": {"options": kept},
        }

    return read


def _interaction(data: Json, me: str, parents: Parents) -> dict[str, Any] | None:
    kind = data["type"]
    if kind == _AUTOCOMPLETE or kind == 1:
        return None
    id = str(data["id"])
    user = (data.get("member") or {}).get("user") or data["user"]
    read = _where(data, parents) | {
        "dedupe_key": f"interaction:{id}",
        "occurred_at": moment(id),
        "message": id,
        "author": _author(user, me, data.get("member")),
    }
    what = data["data"]
    if kind == 3:
        return read | _button(data, what, id)
    said = _modal(what) if kind == 5 else _command(what)
    return said and read | {"kind": EventKind.COMMAND} | said


def _button(data: Json, what: Json, id: str) -> dict[str, Any]:
    custom = str(what["custom_id"])
    chosen = what.get("values") or [custom.removeprefix(BUTTON).rpartition("#")[0]]
    return {
        "kind": EventKind.BUTTON,
        "reply_to": str(data["message"]["id"]),
        "data": {"value": str(chosen[0])},
    }


def _command(what: Json) -> dict[str, Any] | None:
    if what.get("type", 1) == 3:  # from a message's menu
        target = str(what["target_id"])
        message = what["resolved"]["messages"][target]
        return {
            "text": str(message.get("content") or ""),
            "reply_to": target,
            "data": {"command": SUGGEST},
        }
    options = {o["name"]: str(o.get("value", "")) for o in what.get("options") or ()}
    words = " ".join(filter(None, (options.get("product", ""), options.get(WORDS, ""))))
    name = str(what["name"])
    if asks_for_words(what):
        return None  # a form is opened instead; what is written there comes as an event of its own
    return {"text": words, "data": {"command": name}}


def asks_for_words(what: Json) -> bool:
    """``/suggest`` without words: a form asks for them."""
    given = {option["name"] for option in what.get("options") or ()}
    return what.get("name") == SUGGEST and what.get("type", 1) == 1 and WORDS not in given


def _modal(what: Json) -> dict[str, Any] | None:
    name, _, product = str(what["custom_id"]).removeprefix(MODAL).partition(":")
    words = [
        str(field.get("value") or "")
        for row in what["components"]
        for field in (row.get("components") or [row.get("component") or {}])
    ]
    return {"text": " ".join(filter(None, [product, *words])), "data": {"command": name}}


def _member(kind: EventKind) -> Any:
    def read(data: Json, me: str, parents: Parents) -> dict[str, Any]:
        user, guild = data["user"], str(data["guild_id"])
        seen = data.get("joined_at") or data.get("__seq__", "")
        return {
            "channel": guild,
            "conversation": guild,
            "dedupe_key": f"{kind}:{guild}:{user['id']}:{seen}",
            "kind": kind,
            "author": _author(user, me, data),
        }

    return read


_READERS: Mapping[str, Any] = {
    "MESSAGE_CREATE": _message,
    "MESSAGE_UPDATE": _edit,
    "MESSAGE_DELETE": _delete,
    "MESSAGE_REACTION_ADD": _reaction(EventKind.REACTION),
    "MESSAGE_REACTION_REMOVE": _reaction(EventKind.REACTION_REMOVED),
    "MESSAGE_POLL_VOTE_ADD": _vote(taken_back=False),
    "MESSAGE_POLL_VOTE_REMOVE": _vote(taken_back=True),
    "INTERACTION_CREATE": _interaction,
    "GUILD_MEMBER_ADD": _member(EventKind.MEMBER_JOINED),
    "GUILD_MEMBER_REMOVE": _member(EventKind.MEMBER_LEFT),
}
