"""What people do beside talking: react, vote, come and go; and what happens to places."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from bot.channels.models import Channel
from bot.channels.service import move
from bot.db import Session, insert_new
from bot.engagement import erasing, forgetting
from bot.engagement.models import Ballot, Reaction
from bot.engagement.persons import belonging
from bot.engagement.reading import Understood
from bot.members.models import Member
from bot.networks import Action, Content, EventKind
from bot.outbox.models import Delivery, DeliveryState

LEFT = "They have blocked the bot, or left."


def follow(session: Session, one: Understood, member: Member | None) -> None:
    """Whatever the event says that is neither said nor edited."""
    match one.kind:
        case EventKind.DELETE:
            forgetting.take_back(session, one)
        case EventKind.HIDDEN:
            _hide(session, one)
        case EventKind.REACTION | EventKind.REACTION_REMOVED if member and one.answers:
            _react(session, one, member, one.answers.id)
        case EventKind.POLL_VOTE if member and one.answers:
            _vote(session, one, member, one.answers.id)
        case EventKind.MEMBER_JOINED | EventKind.MEMBER_LEFT:
            _come_or_go(session, one, member)
        case EventKind.CHANNEL_MOVED:
            if to := str(one.data.get("to", "")):
                move(session, _channel(session, one), to)
        case EventKind.FORGET:
            code = str(one.data.get("code", "")) or session.ids.new().hex
            erasing.begin(session, member.person_id if member else None, code, one.id)


def _channel(session: Session, one: Understood) -> Channel | None:
    return session.scalar(
        sa.select(Channel).filter_by(
            network=one.network, account=one.account, remote_id=one.channel
        )
    )


def _hide(session: Session, one: Understood) -> None:
    message = forgetting.message_of(session, one)
    if message is not None:
        shown_again = one.data.get("hidden") is False
        message.hidden_at = None if shown_again else one.occurred_at
        session.announce("messages", f"chat:{message.channel_id.hex}")


def _react(session: Session, one: Understood, member: Member, delivery: UUID) -> None:
    if one.kind is EventKind.REACTION and belonging.on_theirs(session, member, delivery):
        return  # who speaks for the partner counts on nothing of that partner's
    key = {"delivery_id": delivery, "member_id": member.id, "emoji": str(one.data.get("emoji", ""))}
    if one.kind is EventKind.REACTION:
        unique = ("delivery_id", "member_id", "emoji")
        insert_new(session, Reaction, [{**key, "at": one.occurred_at}], unique=unique)
    else:
        session.execute(sa.delete(Reaction).filter_by(**key))
    session.announce("messages")


def _vote(session: Session, one: Understood, member: Member, delivery: UUID) -> None:
    """The latest choice counts; an older one that arrives late changes nothing."""
    if belonging.on_theirs(session, member, delivery):
        return
    options = [int(number) for number in one.data.get("options", ())]
    key = {"delivery_id": delivery, "member_id": member.id}
    row = {**key, "options": options, "at": one.occurred_at}
    if not insert_new(session, Ballot, [row], unique=("delivery_id", "member_id")):
        ballot = session.scalars(sa.select(Ballot).filter_by(**key)).one()
        if one.occurred_at >= ballot.at:
            ballot.options, ballot.at = options, one.occurred_at
    session.announce("messages")


def _come_or_go(session: Session, one: Understood, member: Member | None) -> None:
    joined = one.kind is EventKind.MEMBER_JOINED
    if not one.private:
        if channel := _channel(session, one):
            channel.joined += joined
            channel.parted += not joined
        return
    if member is None:
        return
    member.unreachable_at = None if joined else one.occurred_at
    if not joined:
        waiting = (
            sa.update(Delivery)
            .where(
                Delivery.workspace_id == session.workspace,
                Delivery.action == Action.DIRECT,
                Delivery.recipient == member.remote_id,
                Delivery.state.in_((DeliveryState.PENDING, DeliveryState.HELD)),
                Delivery.channel_id.in_(
                    sa.select(Channel.id).filter_by(network=one.network, account=one.account)
                ),
            )
            .values(state=DeliveryState.CANCELLED, note=LEFT)
        )
        session.execute(waiting, execution_options={"synchronize_session": False})


@dataclass(frozen=True, slots=True, kw_only=True)
class Resonance:
    """What came back to one of our messages without words: by emoji, and by a poll's answer."""

    reactions: tuple[tuple[str, int], ...] = ()
    votes: tuple[tuple[str, int], ...] = ()


def resonance(session: Session, deliveries: Sequence[UUID]) -> Mapping[UUID, Resonance]:
    """By delivery; those without any are left out."""
    counted = session.execute(
        sa.select(Reaction.delivery_id, Reaction.emoji, sa.func.count())
        .where(Reaction.delivery_id.in_(deliveries))
        .group_by(Reaction.delivery_id, Reaction.emoji)
        .order_by(sa.func.count().desc(), Reaction.emoji)
    )
    reactions: dict[UUID, list[tuple[str, int]]] = {}
    for delivery, emoji, count in counted:
        reactions.setdefault(delivery, []).append((emoji, count))
    votes = _votes(session, deliveries)
    return {
        id: Resonance(reactions=tuple(reactions.get(id, ())), votes=votes.get(id, ()))
        for id in {*reactions, *votes}
    }


def _votes(session: Session, deliveries: Sequence[UUID]) -> dict[UUID, tuple[tuple[str, int], ...]]:
    rows = session.execute(
        sa.select(Ballot.delivery_id, Ballot.options, Delivery.content)
        .join(Delivery, Delivery.id == Ballot.delivery_id)
        .where(Ballot.delivery_id.in_(deliveries))
    )
    found: dict[UUID, dict[str, int]] = {}
    for id, chosen, content in rows:
        poll = Content.from_json(content).poll
        options = poll.options if poll else ()
        counts = found.setdefault(id, dict.fromkeys(options, 0))
        for number in chosen:
            if 0 <= number < len(options):
                counts[options[number]] += 1
    return {id: tuple(counts.items()) for id, counts in found.items()}
