"""Which call does what: Discord's HTTP API as far as Hubbub calls it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.stand_ins.discord.guild import BOT, GUILD


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call that came in: its path below the base, its body read, files by field name."""

    method: str
    path: str
    body: Any = None
    query: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)


Do = Callable[..., Any]  # given `Methods`, the call, and what stands in its path
_MESSAGES, _MESSAGE = "/channels/{channel}/messages", "/channels/{channel}/messages/{id}"
_HOOK = "/webhooks/{application}/{token}"
_HERE = {"id": GUILD, "name": "Fern & Kettle", "icon": None, "owner": False}

_ROUTES: dict[tuple[str, str], Do] = {
    ("GET", "/users/@me"): lambda do, call: BOT,
    ("GET", "/users/@me/guilds"): lambda do, call: [_HERE],
    ("GET", "/oauth2/applications/@me"): lambda do, call: do.application(),
    ("GET", "/applications/@me"): lambda do, call: do.application(),
    ("GET", "/applications/{_}/commands"): lambda do, call, _: do.guild.commands,
    ("PUT", "/applications/{_}/commands"): lambda do, call, _: do.set_commands(call.body),
    ("POST", "/users/@me/channels"): lambda do, call: do.direct(call.body),
    ("GET", "/channels/{id}"): lambda do, call, id: do.guild.channel(id),
    ("GET", _MESSAGES): lambda do, call, channel: do.history(channel, call.query),
    ("POST", _MESSAGES): lambda do, call, channel: do.create(channel, call.body, len(call.files)),
    ("GET", _MESSAGE): lambda do, call, channel, id: do.guild.message(channel, id),
    ("PATCH", _MESSAGE): lambda do, call, channel, id: do.edit(channel, id, call.body),
    ("DELETE", _MESSAGE): lambda do, call, channel, id: do.delete(channel, id),
    ("POST", _MESSAGE + "/threads"): lambda do, call, channel, id: do.thread_under(
        channel, id, call.body
    ),
    ("POST", "/channels/{channel}/threads"): lambda do, call, channel: do.post(
        channel, call.body, len(call.files)
    ),
    ("POST", "/interactions/{id}/{token}/callback"): lambda do, call, id, token: do.call_back(
        id, token, call.body
    ),
    ("POST", _HOOK): lambda do, call, application, token: do.follow_up(
        token, call.body, len(call.files)
    ),
    ("PATCH", _HOOK + "/messages/@original"): lambda do, call, application, token: do.answer(
        token, call.body, len(call.files)
    ),
    ("GET", "/guilds/{_}/threads/active"): lambda do, call, _: do.active(),
    ("GET", "/guilds/{_}/channels"): lambda do, call, _: list(do.guild.channels.values()),
    ("GET", "/guilds/{_}/roles"): lambda do, call, _: do.guild.roles(),
    ("GET", "/guilds/{_}/members/{__}"): lambda do, call, _, __: do.member(),
}


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))


ROUTES: list[tuple[str, re.Pattern[str], Do]] = [
    (method, _pattern(path), do) for (method, path), do in _ROUTES.items()
]
