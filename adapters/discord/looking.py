"""What can be seen at Discord of how we stand there: `examine` and `places`."""

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.discord import shaping
from adapters.discord.client import Calls
from adapters.discord.world import FORUM, KINDS, MEDIA
from bot.errors import NetworkError, Rejected
from bot.networks import Finding, Health, Place

Json = Mapping[str, Any]

# https://docs.discord.com/developers/topics/permissions#permissions-bitwise-permission-flags
_ADMIN = 1 << 3
_SEES, _SPEAKS, _DELETES, _ATTACHES, _READS = 1 << 10, 1 << 11, 1 << 13, 1 << 15, 1 << 16
_OPENS, _SPEAKS_IN_THREADS, _EMBEDS, _POLLS = 1 << 35, 1 << 38, 1 << 14, 1 << 49
_THREADS = {10, 11, 12}
# https://docs.discord.com/developers/resources/application#application-object-application-flags
_READS_WORDS = 1 << 18 | 1 << 19
_HEARS_MEMBERS = 1 << 14 | 1 << 15

_RIGHTS: Sequence[tuple[str, int, str]] = (
    ("see", _SEES, "View Channel"),
    ("speak", _SPEAKS, "Send Messages"),
    ("speak in threads", _SPEAKS_IN_THREADS, "Send Messages in Threads"),
    ("open threads", _OPENS, "Create Public Threads"),
    ("attach", _ATTACHES, "Attach Files"),
    ("embed", _EMBEDS, "Embed Links"),
    ("polls", _POLLS, "Create Polls"),
    ("history", _READS, "Read Message History"),
    ("delete", _DELETES, "Manage Messages"),
)
_NEEDED = {"see", "speak"}


def trouble(what: str, error: NetworkError) -> Finding:
    then = "Under Bot press Reset Token, and put the new token into [networks.discord]."
    return Finding(what=what, health=Health.OFF, says=str(error), then=then)


async def at_bot(calls: Calls, members: bool) -> list[Finding]:
    """Token, intents, servers. Raises `NetworkError`."""
    me = await calls("GET", "/users/@me")
    application = await calls("GET", "/applications/@me")
    guilds = await calls("GET", "/users/@me/guilds")
    flags = int(application.get("flags") or 0)
    name = str(me.get("username", ""))
    found = [
        Finding(
            what="token",
            health=Health.OK,
            says=f"The token of {name} is valid; it does not end by itself.",
        ),
        _intent("message content", flags, _READS_WORDS, "Message Content Intent"),
    ]
    if members:
        found.append(_intent("members", flags, _HEARS_MEMBERS, "Server Members Intent"))
    return [*found, _servers(guilds), _endpoint(application)]


def _intent(what: str, flags: int, wanted: int, name: str) -> Finding:
    if flags & wanted:
        return Finding(what=what, health=Health.OK, says=f'The switch "{name}" is on.')
    then = f'In the Developer Portal, under Bot, switch on "{name}", and restart Hubbub.'
    return Finding(what=what, health=Health.OFF, says=f'The switch "{name}" is off.', then=then)


def _servers(guilds: Sequence[Json]) -> Finding:
    if guilds:
        names = ", ".join(str(one.get("name", "")) for one in guilds[:5])
        return Finding(what="servers", health=Health.OK, says=f"The bot is in {names}.")
    then = "Open the invitation from the Developer Portal (OAuth2, URL Generator)."
    return Finding(what="servers", health=Health.OFF, says="The bot is in no server.", then=then)


def _endpoint(application: Json) -> Finding:
    if not application.get("interactions_endpoint_url"):
        return Finding(what="commands", health=Health.OK, says="Commands come over the connection.")
    return Finding(
        what="commands",
        health=Health.OFF,
        says="Discord sends commands to another address.",
        then="In the Developer Portal, under General Information, empty Interactions Endpoint URL.",
    )


async def at_channel(calls: Calls, channel: str) -> list[Finding]:
    """What we may do there. Never raises."""
    try:
        id = shaping.id_of(channel, "channel")
        there = await calls("GET", "/channels/{channel_id}", channel_id=id)
        if there.get("type") in _THREADS:
            there = await calls("GET", "/channels/{channel_id}", channel_id=str(there["parent_id"]))
        if not there.get("guild_id"):
            return [Finding(what="channel", health=Health.OK, says="A private conversation.")]
        mask = await _may(calls, there)
    except (NetworkError, LookupError, TypeError, ValueError) as error:
        then = "Is the channel there, and may the bot see it? Edit Channel, Permissions."
        return [Finding(what="channel", health=Health.OFF, says=f"{error}", then=then)]
    return _rights(there, mask)


def _rights(channel: Json, mask: int) -> list[Finding]:
    name = channel.get("name", "")
    found = []
    for what, right, called in _RIGHTS:
        if mask & right:
            found.append(
                Finding(what=what, health=Health.OK, says=f'The right "{called}" is given.')
            )
            continue
        found.append(
            Finding(
                what=what,
                health=Health.OFF if what in _NEEDED else Health.WARN,
                says=f'The right "{called}" is missing in #{name}.',
                then=f'Edit Channel, Permissions, the bot\'s role: allow "{called}".',
            )
        )
    return found


async def _may(calls: Calls, channel: Json) -> int:
    """https://docs.discord.com/developers/topics/permissions#permission-overwrites"""
    guild = str(channel["guild_id"])
    me = str((await calls("GET", "/users/@me"))["id"])
    member = await calls("GET", "/guilds/{guild_id}/members/{me}", guild_id=guild, me=me)
    roles = await calls("GET", "/guilds/{guild_id}/roles", guild_id=guild)
    return permissions(channel, guild, me, {str(id) for id in member["roles"]}, roles)


def permissions(channel: Json, guild: str, me: str, mine: set[str], roles: Sequence[Json]) -> int:
    base = 0
    for role in roles:
        if str(role["id"]) in mine | {guild}:
            base |= int(role["permissions"])
    if base & _ADMIN:
        return ~0
    overwrites = {str(one["id"]): one for one in channel.get("permission_overwrites") or ()}
    for ids in ({guild}, mine, {me}):
        said = [one for id, one in overwrites.items() if id in ids]
        for one in said:
            base &= ~int(one["deny"])
        for one in said:
            base |= int(one["allow"])
    return base


async def places(calls: Calls) -> list[Place]:
    """Every channel where posts can appear. Raises `NetworkError`."""
    me = str((await calls("GET", "/users/@me"))["id"])
    found: list[Place] = []
    for server in await calls("GET", "/users/@me/guilds"):
        guild = str(server["id"])
        try:
            member = await calls("GET", "/guilds/{guild_id}/members/{me}", guild_id=guild, me=me)
            roles = await calls("GET", "/guilds/{guild_id}/roles", guild_id=guild)
            channels = await calls("GET", "/guilds/{guild_id}/channels", guild_id=guild)
        except Rejected:
            continue  # we have just been taken out
        mine = {str(id) for id in member["roles"]}
        found += [
            _place(one, str(server.get("name", "")), permissions(one, guild, me, mine, roles))
            for one in channels
            if one.get("type") in KINDS
        ]
    return found


def _place(channel: Json, server: str, mask: int) -> Place:
    kind = channel["type"]
    tags = [str(tag["name"]) for tag in channel.get("available_tags") or ()]
    return Place(
        channel=str(channel["id"]),
        name=f"{server} #{channel.get('name', '')}",
        kind=KINDS[kind],
        findings=tuple(_rights(channel, mask)),
        tags=tuple(tags) if kind in (FORUM, MEDIA) else (),
    )
