"""Slash commands, buttons and forms: registered when they changed, answered within 3 seconds."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import discord
from discord import app_commands

from adapters.discord import speaking
from adapters.discord.translate import (
    MODAL,
    SUGGEST,
    SUGGEST_THIS,
    WORDS,
    asks_for_words,
)
from bot.clock import Clock
from bot.errors import Unavailable
from bot.logs import log
from bot.networks import Command, Outgoing, Receipt, Services

# An interaction dies unanswered after 3 s and lives 15 min:
# https://docs.discord.com/developers/interactions/receiving-and-responding
_STORED_WITHIN = 1.5
_ALIVE_SECONDS = 14 * 60.0
_DESCRIPTION, _CHOICES, _MODAL_WORDS = 100, 25, 1500
_NOTED = "✓"
_STRING, _MESSAGE_MENU, _SLASH = 3, 3, 1

_log = log("discord")


@dataclass(slots=True)
class Asked:
    """An interaction that can still be answered, and by which delivery it was."""

    interaction: discord.Interaction[Any]
    since: float
    acknowledged: "asyncio.Task[None] | None" = None
    key: str = ""


@dataclass(slots=True)
class Questions:
    """The interactions of the last 15 minutes. They die with the process; answers then go out as
    ordinary messages."""

    services: Services
    clock: Clock
    asked: dict[str, Asked] = field(default_factory=dict)

    async def hear(
        self, interaction: discord.Interaction[Any], stored: Callable[[], Awaitable[None]]
    ) -> None:
        """Answer or defer in time. ``stored`` returns once the event is kept."""
        kind = interaction.type
        if kind is discord.InteractionType.autocomplete:
            await self._complete(interaction)
        elif kind is discord.InteractionType.application_command and asks_for_words(
            _data(interaction)
        ):
            await self._open_form(interaction)
        elif kind is not discord.InteractionType.ping:
            await self._take(interaction, stored)

    async def _take(
        self, interaction: discord.Interaction[Any], stored: Callable[[], Awaitable[None]]
    ) -> None:
        id, now = str(interaction.id), self.clock.monotonic()
        self.asked = {i: a for i, a in self.asked.items() if now - a.since < _ALIVE_SECONDS}
        if id in self.asked:
            return  # Discord told us twice
        one = self.asked[id] = Asked(interaction, now)
        one.acknowledged = asyncio.create_task(self._acknowledge(interaction, stored))
        await asyncio.wait([one.acknowledged])

    async def _acknowledge(
        self, interaction: discord.Interaction[Any], stored: Callable[[], Awaitable[None]]
    ) -> None:
        waiting = asyncio.ensure_future(stored())
        await asyncio.wait([waiting], timeout=_STORED_WITHIN)
        try:
            if interaction.type is discord.InteractionType.component:
                await interaction.response.send_message(_NOTED, ephemeral=True)
            else:
                await interaction.response.defer(ephemeral=True, thinking=True)
        except discord.HTTPException as error:
            self.asked.pop(str(interaction.id), None)
            _log.warning("an interaction could not be answered", reason=str(error))

    async def answer(self, outgoing: Outgoing) -> Receipt | None:
        """What is said to an interaction that still lives; None: say it another way."""
        one = self.asked.get(outgoing.reply_to or "")
        if one is None or self.clock.monotonic() - one.since > _ALIVE_SECONDS:
            return None
        if one.key not in ("", outgoing.key) or outgoing.content.media or outgoing.content.poll:
            return None
        if one.acknowledged:
            await asyncio.wait([one.acknowledged])
        if (outgoing.reply_to or "") not in self.asked:
            return None
        one.key = outgoing.key
        try:
            return await speaking.answer(one.interaction, outgoing.content)
        except discord.NotFound:  # it died early
            self.asked.pop(outgoing.reply_to or "", None)
            return None
        except discord.RateLimited as error:
            raise Unavailable("Discord asks us to wait.") from error

    async def _complete(self, interaction: discord.Interaction[Any]) -> None:
        options = _data(interaction).get("options") or ()
        typed = next((str(o.get("value", "")) for o in options if o.get("focused")), "")
        names = (await self.services.products(typed))[:_CHOICES]
        choices = [app_commands.Choice(name=n[:100], value=n[:100]) for n in names]
        await interaction.response.autocomplete(choices)

    async def _open_form(self, interaction: discord.Interaction[Any]) -> None:
        options = _data(interaction).get("options") or ()
        product = next((str(o["value"]) for o in options if o["name"] == "product"), "")
        command = next((c for c in self.services.commands if c.name == SUGGEST), None)
        says = (command.does if command else SUGGEST)[:45]
        form = discord.ui.Modal(
            title=says, custom_id=f"{MODAL}{SUGGEST}:{product}"[:100], timeout=None
        )
        form.stop()  # so that the library does not keep it
        label = (command.words if command else "")[:45] or says
        form.add_item(
            discord.ui.TextInput(
                label=label,
                custom_id=WORDS,
                style=discord.TextStyle.paragraph,
                max_length=_MODAL_WORDS,
            )
        )
        await interaction.response.send_modal(form)


def _data(interaction: discord.Interaction[Any]) -> Mapping[str, Any]:
    data: Any = interaction.data or {}
    return data if isinstance(data, Mapping) else {}


def described(commands: Sequence[Command]) -> list[dict[str, Any]]:
    """The commands in Discord's own words."""
    slash = [_slash(command) for command in commands]
    if any(command.name == SUGGEST for command in commands):
        slash.append({"type": _MESSAGE_MENU, "name": SUGGEST_THIS})
    return slash


def _slash(command: Command) -> dict[str, Any]:
    options: list[dict[str, Any]] = []
    if command.about_product:
        options.append(
            {
                "type": _STRING,
                "name": "product",
                "description": "What it is about",
                "autocomplete": True,
            }
        )
    if command.words:
        options.append(
            {"type": _STRING, "name": WORDS, "description": command.words[:_DESCRIPTION]}
        )
    does = command.does[:_DESCRIPTION] or command.name
    return {"type": _SLASH, "name": command.name, "description": does, "options": options}


async def synchronise(client: discord.Client, commands: Sequence[Command]) -> bool:
    """Tell Discord our commands where it knows others. True: it was told."""
    application = client.application_id
    assert application is not None
    wanted = described(commands)
    there = await client.http.get_global_commands(application)
    if _known(there) == _known(wanted):
        return False
    await client.http.bulk_upsert_global_commands(application, wanted)
    return True


def _known(commands: Sequence[Any]) -> dict[tuple[int, str], Any]:
    """What matters of a command: Discord adds much of its own."""
    return {
        (c.get("type", _SLASH), c["name"]): (
            c.get("description") or "",
            [
                (o["type"], o["name"], o["description"], bool(o.get("autocomplete")))
                for o in c.get("options") or ()
            ],
        )
        for c in commands
    }
