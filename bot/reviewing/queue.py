"""What staff are asked to look at, the most useful first, with a random sample in between."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from bot.channels.models import Channel
from bot.db import Session
from bot.inbox.models import Message, Signal
from bot.products.models import Product
from bot.reviewing.models import Correction, Field, Mode
from bot.reviewing.sampling import SAMPLE, chance, is_sampled
from bot.reviewing.trust import SURE_ENOUGH, modes
from bot.suggestions.hearing import MATTERS
from bot.suggestions.models import Voice
from bot.understanding import gist

_LOOKED_THROUGH, _AGE = 500, timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """``why``: held (people wait for it), sample, or doubtful. ``similar``: how many others that
    wait say the same in the same telling words."""

    signal: Signal
    text: str
    network: str
    product: str | None
    why: str
    similar: int


def waiting(session: Session) -> int:
    """How many wait, as far as is looked through."""
    return len(_unseen(session))


def next_item(session: Session) -> Item | None:
    """What people wait for; then one in `SAMPLE` from the sample, and else what teaches most:
    doubt × how many say the same."""
    unseen = _unseen(session)
    if not unseen:
        return None
    likes = Counter(gist(signal.words) for signal in unseen)
    held = held_among(session, unseen)
    sampled = [one for one in unseen if is_sampled(one.id)]
    others = [one for one in unseen if not is_sampled(one.id)]
    if held:
        chosen, why = held[0], "held"
    elif sampled and (not others or _sample_is_due(session)):
        chosen, why = min(sampled, key=lambda one: chance(one.id)), "sample"
    else:
        chosen = max(others, key=lambda one: (1.02 - one.confidence) * likes[gist(one.words)])
        why = "doubtful"
    return _item(session, chosen, why, likes[gist(chosen.words)] - 1)


def item(session: Session, id: UUID) -> Item:
    """One that was asked for by its id. `NotFound`."""
    return _item(session, session.need(Signal, id), "asked", 0)


def _item(session: Session, signal: Signal, why: str, similar: int) -> Item:
    text, network = session.execute(
        sa.select(Message.text, Channel.network)
        .join(Channel, Channel.id == Message.channel_id)
        .where(Message.id == signal.message_id)
    ).one()
    product = session.need(Product, signal.product_id).name if signal.product_id else None
    return Item(
        signal=signal, text=text, network=network, product=product, why=why, similar=similar
    )


def held_among(session: Session, signals: list[Signal]) -> list[Signal]:
    """Those that open nothing before a person has said yes, oldest first."""
    asks = {kind for kind, mode in modes(session).items() if mode is Mode.ASK}
    wait = [
        one
        for one in signals
        if one.kind in asks and one.kind in MATTERS and one.confidence >= SURE_ENOUGH
    ]
    if not wait:
        return []
    voiced = sa.select(Voice.signal_id).where(Voice.signal_id.in_([one.id for one in wait]))
    heard = set(session.scalars(voiced))
    return sorted((one for one in wait if one.id not in heard), key=lambda one: one.id)


def _unseen(session: Session) -> list[Signal]:
    seen = sa.select(Correction.signal_id).where(Correction.field.in_([Field.KIND, Field.SKIPPED]))
    found = sa.select(Signal).join(Message, Message.id == Signal.message_id)
    found = found.where(
        Signal.words != "",
        Message.said_at > session.now() - _AGE,
        Signal.id.not_in(seen),
    )
    return list(session.scalars(found.order_by(Signal.id.desc()).limit(_LOOKED_THROUGH)))


def _sample_is_due(session: Session) -> bool:
    looked_at = sa.select(Correction.id).where(Correction.field.in_([Field.KIND, Field.SKIPPED]))
    count = session.scalar(sa.select(sa.func.count()).select_from(looked_at.subquery())) or 0
    return count % SAMPLE == SAMPLE - 1
