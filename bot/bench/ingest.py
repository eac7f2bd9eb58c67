"""Taking messages in: our front door beside python-telegram-bot, with and without a database."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from itertools import count
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from adapters.telegram.translate import translate
from bot.bench.bars import Measured
from bot.bench.place import Place, writing
from bot.bench.sizes import Sizes
from bot.bench.talk import updates
from bot.bench.turns import Side, rates, told
from bot.db import Writer
from bot.inbox.service import receive_together

IN_FLIGHT = 64
Handler = Callable[[Any, Any], Coroutine[Any, Any, None]]
_OURS, _BARE, _ORM = "Hubbub", "python-telegram-bot", "with ORM"
_THROUGH = "Hubbub through its objects"


async def ingest(place: Place, sizes: Sizes, engine: str) -> dict[str, Measured]:
    """Both figures of an engine, from the same turns."""
    database, theirs = place.database(engine), place.database(engine)
    with writing(database) as writer:
        sides: dict[str, Side] = {
            _OURS: taking_in(writer, sizes.messages),
            _BARE: await _bare(sizes.messages),
            _ORM: await _with_orm(sizes.orm_messages, theirs.writers),
        }
        found = await rates(sides, sizes.rounds)
    how = told(found)
    return {
        f"ingest_{engine}_vs_ptb": Measured(figure=found[_OURS] / found[_BARE], how=how),
        f"ingest_{engine}_vs_orm": Measured(figure=found[_OURS] / found[_ORM], how=how),
    }


async def through_objects(place: Place, sizes: Sizes) -> Measured:
    """What it would cost to let python-telegram-bot make its objects of each update as well."""
    from telegram import Update

    bot = _without_telegram().bot
    with writing(place.database("sqlite")) as writer:

        async def one(raw: bytes) -> None:
            Update.de_json(json.loads(raw), bot)
            await writer.run_together(receive_together, (translate(raw, account="1"),))

        sides = {
            _THROUGH: _with_updates(sizes.messages, one), _BARE: await _bare(sizes.messages)
        }  # fmt: skip
        found = await rates(sides, sizes.rounds)
    return Measured(figure=found[_THROUGH] / found[_BARE], how=told(found))


def taking_in(writer: Writer, messages: int, first: int = 1) -> Side:
    """Ours: parsed, stored, and only after COMMIT the next. New messages with each turn."""

    async def one(raw: bytes) -> None:
        await writer.run_together(receive_together, (translate(raw, account="1"),))

    return _with_updates(messages, one, first)


def _with_updates(messages: int, one: Callable[[bytes], Awaitable[None]], first: int = 1) -> Side:
    numbers = count(first, messages)

    async def prepare() -> list[bytes]:
        return updates(messages, next(numbers))

    return Side(prepare=prepare, work=lambda raws: in_flight(raws, one))


async def in_flight(items: Iterable[Any], work: Callable[[Any], Awaitable[None]]) -> int:
    """Work on all of them, `IN_FLIGHT` at a time; gives how many."""
    remaining, done = iter(items), 0

    async def some() -> None:
        nonlocal done
        for item in remaining:
            await work(item)
            done += 1

    await asyncio.gather(*(some() for _ in range(IN_FLIGHT)))
    return done


async def _bare(messages: int) -> Side:
    heard = 0

    async def hear(_update: Any, _context: Any) -> None:
        nonlocal heard
        heard += 1

    return await _application(messages, hear)


class _Base(orm.DeclarativeBase):
    pass


class _Stored(_Base):
    """What a bot that keeps its messages would have: the same facts as our event."""

    __tablename__ = "telegram_message"
    __table_args__ = (sa.UniqueConstraint("update_id"),)

    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    update_id: orm.Mapped[int] = orm.mapped_column(sa.BigInteger)
    chat_id: orm.Mapped[int] = orm.mapped_column(sa.BigInteger)
    sender_id: orm.Mapped[int] = orm.mapped_column(sa.BigInteger)
    sender: orm.Mapped[str]
    message_id: orm.Mapped[int]
    text: orm.Mapped[str]
    said_at: orm.Mapped[Any] = orm.mapped_column(sa.DateTime(timezone=True))
    raw: orm.Mapped[dict[str, Any]] = orm.mapped_column(sa.JSON)


async def _with_orm(messages: int, engine: sa.Engine) -> Side:
    _Base.metadata.create_all(engine)

    async def store(update: Any, _context: Any) -> None:
        said = update.message
        with orm.Session(engine) as session, session.begin():
            session.add(
                _Stored(
                    update_id=update.update_id,
                    chat_id=said.chat.id,
                    sender_id=said.from_user.id,
                    sender=said.from_user.full_name,
                    message_id=said.message_id,
                    text=said.text,
                    said_at=said.date,
                    raw=update.to_dict(),
                )
            )

    return await _application(messages, store)


async def _application(messages: int, handler: Handler) -> Side:
    """python-telegram-bot from raw JSON to the handler; it only never calls Telegram."""
    from telegram import Update
    from telegram.ext import MessageHandler, filters

    application = _without_telegram()
    application.add_handler(MessageHandler(filters.TEXT, handler))
    # `initialize` would ask Telegram who the bot is.
    application._initialized = True

    async def one(raw: bytes) -> None:
        await application.process_update(Update.de_json(json.loads(raw), application.bot))

    return _with_updates(messages, one)


def _without_telegram() -> Any:
    from telegram.ext import Application

    return Application.builder().token("1:none").updater(None).build()
