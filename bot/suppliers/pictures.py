"""Pictures that people sent with their words: fetched soon, written anew, shown to the partner."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from bot import egress
from bot.channels.models import Channel
from bot.db import Session, Writer, insert_new
from bot.errors import DatabaseUnavailable, InvalidInput, NetworkError, NotFound, Rejected
from bot.inbox.models import Message
from bot.logs import log
from bot.media.fitting import fit
from bot.media.looking import clean
from bot.networks import HandsOut, MediaLimits
from bot.suppliers import queries
from bot.suppliers.models import Answer, Case
from bot.suppliers.portal_models import Picture, PictureState, Translated

MOST = 4  # of one message
# What a partner needs to see a crack in a lid, on any screen.
LIMITS = MediaLimits(
    bytes={"image/jpeg": 1_500_000, "image/png": 1_500_000, "image/webp": 1_500_000}, side=2_000
)
_AT_ONCE = 4
_TRIES = 6
_FIRST_WAIT = timedelta(minutes=1)  # doubled each time: the last try is an hour after the first
_log = log("pictures")

_GOOD = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A picture that is still to be fetched; ``place``: network and account that told of it."""

    id: UUID
    url: str
    place: tuple[str, str]


def note(session: Session, message: UUID, media: Sequence[Mapping[str, Any]]) -> None:
    """Remember what came with a message, to be fetched: networks' addresses die within a day."""
    rows = [
        {
            "message_id": message,
            "number": number,
            "url": one["url"],
            "alt": one.get("alt") or "",
            "due_at": session.now(),
        }
        for number, one in enumerate(media[:MOST])
        if str(one.get("type", "")).startswith("image/")
    ]
    if insert_new(session, Picture, rows, unique=("message_id", "number")):
        session.announce("pictures")


def forget(session: Session, message: UUID) -> None:
    """The message is taken back, and so are its pictures and what was made of its words."""
    for kind in (Picture, Translated):
        session.execute(
            sa.delete(kind).where(
                kind.workspace_id == session.workspace, kind.message_id == message
            )
        )


def of_case(session: Session, case: Case) -> list[tuple[UUID, str]]:
    """The pictures that came with what was said about it, and with answers to the partner: each
    with what it shows in the sender's words, masked. None where words are not shared either."""
    said = _said(session, case)
    rows = session.execute(
        sa.select(Picture.id, Picture.alt)
        .where(
            Picture.state == PictureState.KEPT,
            Picture.message_id.in_(_messages(session, case, said)),
        )
        .order_by(Picture.id)
    )
    return [(id, said.masked(alt)) for id, alt in rows]


def need(session: Session, case: Case, picture: UUID) -> Picture:
    """Raises `NotFound` for every picture that does not stand in this case."""
    found = session.scalar(
        sa.select(Picture)
        .where(
            Picture.id == picture,
            Picture.state == PictureState.KEPT,
            Picture.message_id.in_(_messages(session, case, _said(session, case))),
        )
        .options(sa.orm.undefer(Picture.data))
    )
    if found is None:
        raise NotFound
    return found


def _said(session: Session, case: Case) -> queries.Said:
    return queries.said_to(session, case.supplier_id, [case.suggestion_id])[case.suggestion_id]


def _messages(session: Session, case: Case, said: queries.Said) -> list[UUID]:
    if not said.shared:
        return []
    since = case.handed_over_at or case.opened_at
    answers = sa.select(Answer.message_id).where(Answer.case_id == case.id, Answer.said_at >= since)
    return [*(voice.message_id for voice in said.voices), *session.scalars(answers)]


def made_anew(data: bytes) -> tuple[bytes, str]:
    """The picture written from its pixels, fit for a page, and its type. Slow: in a thread.

    Raises `InvalidInput` or `Rejected` where it is no picture that can be shown.
    """
    cleaned, type = clean(data)
    file = fit(cleaned, type, LIMITS, name="picture")
    return file.data, file.type


def waiting(session: Session) -> list[Wanted]:
    rows = session.execute(
        sa.select(Picture.id, Picture.url, Channel.network, Channel.account)
        .join(Message, Message.id == Picture.message_id)
        .join(Channel, Channel.id == Message.channel_id)
        .where(Picture.state == PictureState.WAITING, Picture.due_at <= session.now())
        .order_by(Picture.due_at, Picture.id)
        .limit(_AT_ONCE)
    )
    return [Wanted(id=id, url=url, place=(network, account)) for id, url, network, account in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetching:
    """How pictures are had: from the network's own adapter where only that can, else by the one
    way out to addresses that others name."""

    adapters: Mapping[tuple[str, str], object] = field(default_factory=dict)
    rules: egress.Rules = egress.PUBLIC

    async def made(self, wanted: Wanted) -> tuple[bytes, str] | None:
        """The picture, made anew; None where nothing was there this time.

        Raises `InvalidInput` or `Rejected` where there will never be one.
        """
        body = await self._body(wanted)
        return await asyncio.to_thread(made_anew, body) if body is not None else None

    async def _body(self, wanted: Wanted) -> bytes | None:
        adapter = self.adapters.get(wanted.place)
        try:
            if isinstance(adapter, HandsOut):
                return await adapter.held(wanted.url)
            answer = await egress.fetch(wanted.url, self.rules)
        except Rejected:
            raise
        except egress.TooMuch as error:
            raise Rejected(str(error)) from None
        except (egress.NoAnswer, NetworkError):
            return None
        return answer.body if answer.status == _GOOD else None


def keep(session: Session, id: UUID, made: tuple[bytes, str]) -> None:
    """What was fetched is stored, unless its message was taken back meanwhile."""
    if picture := _still_waiting(session, id):
        picture.data, picture.type = made
        picture.state, picture.url = PictureState.KEPT, ""
        session.announce("cases")


def fail(session: Session, id: UUID, *, for_good: bool) -> None:
    """It did not come: tried again later, a few times."""
    if picture := _still_waiting(session, id):
        picture.tries += 1
        picture.due_at = session.now() + _FIRST_WAIT * 2**picture.tries
        if for_good or picture.tries >= _TRIES:
            picture.state, picture.url = PictureState.LOST, ""


def _still_waiting(session: Session, id: UUID) -> Picture | None:
    return session.scalar(sa.select(Picture).filter_by(id=id, state=PictureState.WAITING))


async def fetch_waiting(writer: Writer, fetching: Fetching) -> int:
    """Fetch what is due; gives how many were looked for. Done twice it changes nothing."""

    def read() -> list[Wanted]:
        with writer.database.reading() as session:
            return waiting(session)

    found = await asyncio.to_thread(read)
    await asyncio.gather(*(_one(writer, wanted, fetching) for wanted in found))
    return len(found)


async def _one(writer: Writer, wanted: Wanted, fetching: Fetching) -> None:
    id = wanted.id
    try:
        made = await fetching.made(wanted)
    except (InvalidInput, Rejected) as error:
        _log.info("a picture can't be shown", id=str(id), reason=str(error))
        await writer.run(lambda session: fail(session, id, for_good=True))
        return
    if made is None:
        await writer.run(lambda session: fail(session, id, for_good=False))
    else:
        await writer.run(lambda session: keep(session, id, made))


async def run(writer: Writer, adapters: Mapping[tuple[str, str], object]) -> None:
    """Fetch until cancelled."""
    fetching = Fetching(adapters=adapters)
    with writer.news.listening("pictures") as listener:
        while True:
            try:
                found = await fetch_waiting(writer, fetching)
            except DatabaseUnavailable as error:
                _log.warning("cannot fetch pictures", reason=str(error))
                found = 0
            if not found:
                await listener.next(timeout=20.0)
