"""The sandbox: a network in memory that can imitate each real one, its limits and its faults."""

from adapters.sandbox.adapter import Sandbox, accept, build
from adapters.sandbox.book import Entry, Ledger, LedgerClient, entries_in
from adapters.sandbox.settings import SQUARE, Fault, Faults, Like, SandboxSettings
from bot.networks import Plugin

__all__ = [
    "Entry",
    "Fault",
    "Faults",
    "Ledger",
    "LedgerClient",
    "Like",
    "Sandbox",
    "SandboxSettings",
    "accept",
    "entries_in",
    "plugin",
]

plugin = Plugin(
    name="sandbox",
    title="Sandbox",
    settings=SandboxSettings,
    build=build,
    accept=accept,
    channels={SQUARE: "Sandbox square"},
)
