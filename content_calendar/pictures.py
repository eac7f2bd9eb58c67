"""Pictures and films of a post: taken in with its form, and tried on every chosen network."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from litestar.datastructures import UploadFile

from bot.channels.models import Channel
from bot.db import Database, Session, Writer
from bot.errors import InvalidInput, Rejected
from bot.media.looking import LARGEST, clean
from bot.media.service import Room, keep, named
from content_calendar.cropping import cut
from content_calendar.draft import Draft
from content_calendar.forms import ALT, Crops, Typed
from content_calendar.saying import Crop, content
from content_calendar.writing import Limits

LARGEST_FORM = LARGEST + 1_000_000  # bytes


async def take_in(given: dict[str, Any], writer: Writer) -> None:
    """Keep the file that came with a form, and name it in ``given`` beside those it had before:
    whatever else is wrong with the form, nobody has to choose it again. Raises `InvalidInput`."""
    file, alt = given.pop("file", None), given.pop("file_alt", "")
    if not isinstance(file, UploadFile) or not (data := await file.read()):
        return
    try:
        cleaned = await asyncio.to_thread(clean, data)
    except InvalidInput as wrong:
        given["file_alt"] = alt
        raise InvalidInput(fields={"file": str(wrong)}) from None

    def command(session: Session) -> str:
        return keep(session, cleaned).sha256

    digest = await writer.run(command)
    had = given.get("media", [])
    given["media"] = [*(had if isinstance(had, list) else [had]), f"{digest} {cleaned[1]}"]
    if alt:
        given[ALT + digest] = alt


async def cut_out(typed: Typed, writer: Writer, database: Database) -> Typed:
    """With every crop made and kept. Raises `InvalidInput`."""
    made = await asyncio.to_thread(_cut, typed, database)

    def command(session: Session) -> Crops:
        return {
            digest: {
                network: replace(crop, made=keep(session, cleaned).sha256)
                for network, (crop, cleaned) in by_network.items()
            }
            for digest, by_network in made.items()
        }

    return replace(typed, crops=await writer.run(command)) if made else replace(typed, crops={})


def _cut(typed: Typed, database: Database) -> dict[str, dict[str, tuple[Crop, tuple[bytes, str]]]]:
    made: dict[str, dict[str, tuple[Crop, tuple[bytes, str]]]] = {}
    for digest, by_network in typed.draft().crops.items():
        with database.reading() as session:
            kept = named(session, digest)
            data, type = kept.data, kept.type
        try:
            made[digest] = {
                network: (crop, (cut(data, type, crop), type))
                for network, crop in by_network.items()
            }
        except InvalidInput as still:
            raise InvalidInput(fields={"media": str(still)}) from None
    return made


async def must_fit(draft: Draft, limits: Limits, database: Database) -> None:
    """Raises `InvalidInput` with what each chosen network would refuse of the pictures."""
    if not draft.media:
        return
    found = await asyncio.to_thread(_misfits, draft, limits, database)
    if found:
        raise InvalidInput(fields={"media": " ".join(found)})


def _misfits(draft: Draft, limits: Limits, database: Database) -> Sequence[str]:
    with database.reading() as session:
        chosen = sa.select(Channel.network).where(Channel.id.in_(draft.channel_ids)).distinct()
        networks = sorted(session.scalars(chosen))
    room, found = Room(database), []
    for network in networks:
        can = limits.get(network)
        if can is None or not can.media_limit:
            continue  # said with the other problems of the text
        for media in content(draft, network).media:
            try:
                room.fitted(media, can.media)
            except Rejected as refused:
                found.append(f"{network.capitalize()}: {refused}")
    return list(dict.fromkeys(found))
