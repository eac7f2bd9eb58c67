"""Looking at Discord without saying anything: our token, our rights, where we could speak."""

from collections.abc import Sequence
from typing import Any

import discord

from bot.errors import NetworkError, Unauthorized
from bot.networks import Finding, Health, Place

_PORTAL = "https://discord.com/developers/applications"
_KINDS = (discord.TextChannel, discord.ForumChannel)
# What we need in a channel: the right in Discord's words, what for, and whether all is lost.
_RIGHTS = (
    ("view_channel", "View Channel", True),
    ("send_messages", "Send Messages", True),
    ("read_message_history", "Read Message History", False),
    ("attach_files", "Attach Files", False),
    ("embed_links", "Embed Links", False),
    ("create_public_threads", "Create Public Threads", False),
    ("send_messages_in_threads", "Send Messages in Threads", False),
    ("manage_messages", "Manage Messages", False),
)


def no_token() -> Finding:
    return Finding(
        what="token",
        health=Health.OFF,
        says="No token is configured.",
        then=f"Copy it from Bot at {_PORTAL} and set token in [networks.discord].",
    )


def trouble(error: NetworkError) -> Finding:
    if isinstance(error, Unauthorized):
        then = f"Reset the token under Bot at {_PORTAL} and set it anew."
        return Finding(what="token", health=Health.OFF, says=str(error), then=then)
    return Finding(
        what="connection",
        health=Health.OFF,
        says=str(error),
        then="Check the connection to the internet, and the channel's id.",
    )


async def examine(
    client: discord.Client, channel: str | None, *, members: bool
) -> Sequence[Finding]:
    """Raises what discord.py raises."""
    application = await client.application_info()
    flags = application.flags
    found = [Finding(what="token", health=Health.OK, says=f"The token is {client.user}'s.")]
    content = flags.gateway_message_content or flags.gateway_message_content_limited
    found.append(_intent("message content intent", "Message Content Intent", content))
    if members:
        allowed = flags.gateway_guild_members or flags.gateway_guild_members_limited
        found.append(_intent("members intent", "Server Members Intent", allowed))
    found.append(await _server(client))
    if channel is not None:
        found += await _channel(client, channel)
    return found


def _intent(what: str, name: str, granted: bool) -> Finding:
    if granted:
        return Finding(what=what, health=Health.OK, says=f"{name} is on.")
    then = f'Switch on "{name}" under Bot at {_PORTAL}.'
    return Finding(what=what, health=Health.OFF, says=f"{name} is off.", then=then)


async def _server(client: discord.Client) -> Finding:
    names = [guild.name async for guild in client.fetch_guilds(limit=200)]
    if names:
        says = f"The bot is a member of {', '.join(names)}."
        return Finding(what="server", health=Health.OK, says=says)
    return Finding(
        what="server",
        health=Health.OFF,
        says="The bot is on no server yet.",
        then=f"Invite it: OAuth2, URL Generator at {_PORTAL}, scopes bot and applications.commands",
    )


async def _channel(client: discord.Client, id: str) -> Sequence[Finding]:
    try:
        there = await client.fetch_channel(int(id))
    except (discord.NotFound, discord.Forbidden, ValueError) as error:
        says = f"The channel can't be seen: {error}"
        then = "Let the bot's role view the channel, or choose another."
        return [Finding(what="View Channel", health=Health.OFF, says=says, then=then)]
    if not isinstance(there, discord.abc.GuildChannel):
        return []
    guild = await client.fetch_guild(there.guild.id)
    return rights(there, await guild.fetch_member(client.user.id if client.user else 0), guild)


def rights(channel: Any, member: discord.Member, guild: discord.Guild) -> Sequence[Finding]:
    """One for each right that we need there."""
    channel.guild = guild
    allowed = channel.permissions_for(member)
    return [
        Finding(what=name, health=Health.OK, says=f"{name} is given.")
        if getattr(allowed, right)
        else Finding(
            what=name,
            health=Health.OFF if needed else Health.WARN,
            says=f"{name} is missing in #{channel.name}.",
            then=f"Edit the channel, Permissions, the bot's role: allow {name}.",
        )
        for right, name, needed in _RIGHTS
    ]


async def places(client: discord.Client) -> Sequence[Place]:
    found = []
    async for one in client.fetch_guilds(limit=200):
        guild = await client.fetch_guild(one.id)
        member = await guild.fetch_member(client.user.id if client.user else 0)
        for channel in await guild.fetch_channels():
            if isinstance(channel, _KINDS):
                tags = channel.available_tags if isinstance(channel, discord.ForumChannel) else ()
                found.append(
                    Place(
                        channel=str(channel.id),
                        name=f"{guild.name} #{channel.name}",
                        kind=channel.type.name,
                        findings=tuple(rights(channel, member, guild)),
                        tags=tuple(tag.name for tag in tags),
                    )
                )
    return found
