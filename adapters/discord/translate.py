"""From Discord's gateway events to ours. Pure.

https://docs.discord.com/developers/events/gateway-events
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.networks import Author, EventKind, InboundEvent, Media, NotUnderstood

NETWORK = "discord"
SUGGEST = "suggest"
SUGGEST_THIS = "Make this a suggestion"
MODAL, PRODUCT, WORDS = "hubbub:modal:", "product", "words"
INTERACTION = "interaction:"  # begins the id of what was asked by a command or a button
BUTTON = "hubbub:say:"
Json = Mapping[str, Any]
Parents = Mapping[str, str]  # thread → the channel that it is in

_EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
# Ordinary messages, replies, answers to slash commands and to context menus.
_SPOKEN = {0, 19, 20, 23}
# https://docs.discord.com/developers/interactions/receiving-and-responding
_COMMAND, _PRESSED, AUTOCOMPLETE, _WRITTEN = 2, 3, 4, 5


def moment(snowflake: str) -> datetime:
    """https://docs.discord.com/developers/reference#snowflakes"""
    return _EPOCH + timedelta(milliseconds=int(snowflake) >> 22)


def snowflake(moment: datetime) -> str:
    """Lower than the id of anything later."""
    return str(max(int((moment - _EPOCH) / timedelta(milliseconds=1)), 0) << 22)


def _time(told: str) -> datetime:
    when = datetime.fromisoformat(told)
    if when.tzinfo is None:
        raise ValueError(f"{told} has no zone")
    return when


def translate(
    account: str, name: str, data: Any, *, me: str, parents: Parents, now: datetime, place: str = ""
) -> list[InboundEvent | NotUnderstood]:
    """The gateway's event ``name``: none for what is of no use to us, several where many messages
    were deleted at once. Never raises.

    ``me``: our own user id. ``now``: when it came, for what Discord gives no time. ``place`` in the
    session: what tells one reaction from the same one later, and a resumed connection repeats.
    """
    reader = _READERS.get(name)
    if reader is None:
        return []
    raw = _raw(name, data)
    try:
        return [
            _event(account, raw, what, now, place)
            for each in _each(name, data)
            if (what := reader(each, me, parents)) is not None
        ]
    except Exception as error:  # whatever a network sends is kept, and never fatal
        reason = f"Discord's {name} is not as its documentation says: {error!r}"
        key = f"{name}:{hashlib.sha256(raw).hexdigest()}"
        return [
            NotUnderstood(network=NETWORK, account=account, dedupe_key=key, raw=raw, reason=reason)
        ]


def _raw(name: str, data: Any) -> bytes:
    try:
        return json.dumps({"t": name, "d": data}, default=repr).encode()
    except (ValueError, RecursionError):
        return name.encode()


# What can happen again to the same message or person.
_PASSING = frozenset(
    {
        EventKind.REACTION,
        EventKind.REACTION_REMOVED,
        EventKind.POLL_VOTE,
        EventKind.MEMBER_JOINED,
        EventKind.MEMBER_LEFT,
    }
)


def _event(
    account: str, raw: bytes, what: dict[str, Any], now: datetime, place: str
) -> InboundEvent:
    what.setdefault("occurred_at", now)
    if what["kind"] in _PASSING:
        what["dedupe_key"] += f":{place}"
    return InboundEvent(network=NETWORK, account=account, raw=raw, **what)


def _each(name: str, data: Json) -> list[Json]:
    if name == "MESSAGE_DELETE_BULK":
        return [{**data, "id": id} for id in data["ids"]]
    return [data]


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
    return where | {
        "dedupe_key": f"message:{id}",
        "kind": EventKind.MESSAGE,
        "occurred_at": _time(data["timestamp"]),
        "message": id,
        # A thread's id is that of the message it was opened under.
        "reply_to": str(answered) if answered else _other(where["thread"], id),
        "author": _author(data["author"], me, data.get("member")),
        "text": str(data.get("content") or _question(data)),
        "media": _media(data),
    }


def _question(data: Json) -> str:
    return str(data["poll"]["question"].get("text") or "") if data.get("poll") else ""


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
        "occurred_at": _time(when),
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
            "dedupe_key": f"{kind}:{message}:{user}:{mark}",
            "kind": kind,
            "message": message,
            "reply_to": message,
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
            "dedupe_key": f"{what}:{message}:{user}:{answer}",
            "kind": EventKind.POLL_VOTE,
            "message": message,
            "reply_to": message,
            "author": Author(id=user, is_self=user == me),
            "data": {"options": kept},
        }

    return read


def _interaction(data: Json, me: str, parents: Parents) -> dict[str, Any] | None:
    """What is asked by a command is answered to that person alone, so it is private; a button below
    a post is pressed in front of everybody."""
    kind = data["type"]
    if kind not in (_COMMAND, _PRESSED, _WRITTEN):
        return None
    id = str(data["id"])
    user = (data.get("member") or {}).get("user") or data["user"]
    read = _where(data, parents) | {
        "dedupe_key": f"interaction:{id}",
        "occurred_at": moment(id),
        "message": f"{INTERACTION}{id}",
        "author": _author(user, me, data.get("member")),
    }
    what = data["data"]
    if kind == _PRESSED:
        return read | _button(data, what)
    if kind == _COMMAND and asks_for_words(what):
        return None  # a form is opened; what is written there comes as an event of its own
    said = _modal(what) if kind == _WRITTEN else _command(what)
    return read | {"kind": EventKind.COMMAND, "private": True} | said


def _button(data: Json, what: Json) -> dict[str, Any]:
    custom = str(what["custom_id"])
    # A number before it tells it from others below the same message.
    chosen = what.get("values") or [custom.removeprefix(BUTTON).partition(":")[2]]
    return {
        "kind": EventKind.BUTTON,
        "reply_to": str(data["message"]["id"]),
        "data": {"value": str(chosen[0])},
    }


def _command(what: Json) -> dict[str, Any]:
    if what.get("type", 1) == 3:  # from a message's menu
        target = str(what["target_id"])
        message = what["resolved"]["messages"][target]
        return {
            "text": str(message.get("content") or ""),
            "reply_to": target,
            "data": {"command": SUGGEST},
        }
    options = {o["name"]: str(o.get("value", "")) for o in what.get("options") or ()}
    words = " ".join(filter(None, (options.get(PRODUCT, ""), options.get(WORDS, ""))))
    return {"text": words, "data": {"command": str(what["name"])}}


def asks_for_words(what: Json) -> bool:
    """``/suggest`` without words: a form asks for them."""
    given = {option["name"] for option in what.get("options") or ()}
    return what.get("name") == SUGGEST and what.get("type", 1) == 1 and WORDS not in given


def _modal(what: Json) -> dict[str, Any]:
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
        return {
            "channel": guild,
            "conversation": guild,
            "dedupe_key": f"{kind}:{guild}:{user['id']}",
            "kind": kind,
            "author": _author(user, me, data),
        }

    return read


_READERS: Mapping[str, Any] = {
    "MESSAGE_CREATE": _message,
    "MESSAGE_UPDATE": _edit,
    "MESSAGE_DELETE": _delete,
    "MESSAGE_DELETE_BULK": _delete,
    "MESSAGE_REACTION_ADD": _reaction(EventKind.REACTION),
    "MESSAGE_REACTION_REMOVE": _reaction(EventKind.REACTION_REMOVED),
    "MESSAGE_POLL_VOTE_ADD": _vote(taken_back=False),
    "MESSAGE_POLL_VOTE_REMOVE": _vote(taken_back=True),
    "INTERACTION_CREATE": _interaction,
    "GUILD_MEMBER_ADD": _member(EventKind.MEMBER_JOINED),
    "GUILD_MEMBER_REMOVE": _member(EventKind.MEMBER_LEFT),
}


def is_command(data: Json) -> bool:
    """Whether an interaction is a command that was sent off."""
    return bool(data["type"] == _COMMAND)


def is_press(data: Json) -> bool:
    """Whether a button was pressed, or something chosen, below a message."""
    return bool(data["type"] == _PRESSED)
