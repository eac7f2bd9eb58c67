"""What is held about a person: counted, and given out through a link that works once."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from bot.accounts.tokens import hash_token, new_token
from bot.channels.models import Channel
from bot.db import Session
from bot.engagement.erasing import said_to
from bot.engagement.held import held_beside
from bot.engagement.models import Ballot, DataLink, Reaction
from bot.engagement.persons import linking
from bot.errors import NotFound
from bot.inbox.models import Message, Signal
from bot.members.models import Member
from bot.networks import Content
from bot.outbox.models import About, Delivery
from bot.suggestions.models import Suggestion, Voice
from bot.suppliers.models import Answer

# Stands where the link goes: no token lies in the outbox, see `finish`.
LINK = "{data-link}"
_LIVES = timedelta(hours=1)


class LinkSpent(NotFound):
    """This link was used already or has run out. Ask for another one by /mydata export."""


def counts(session: Session, member: Member) -> dict[str, int]:
    def number(kind: Any, *where: Any) -> int:
        return session.scalar(sa.select(sa.func.count()).select_from(kind).where(*where)) or 0

    theirs = sa.select(Member.id).filter_by(person_id=member.person_id)
    return {
        "messages": number(Message, Message.member_id.in_(theirs)),
        "voices": number(Voice, Voice.person_id == member.person_id),
        "reactions": number(Reaction, Reaction.member_id.in_(theirs))
        + number(Ballot, Ballot.member_id.in_(theirs)),
    }


def finish(session: Session, delivery: Delivery, content: Content, *, public_url: str) -> Content:
    """The answer as it leaves, with a link, or a code, made for this very sending. Never stored."""
    if delivery.about is not About.DATA or delivery.about_id is None:
        return content
    message = session.need(Message, delivery.about_id)
    member = session.need(Member, message.member_id)
    if linking.CODE in content.text:
        code = linking.reveal(session, member)
        return replace(content, text=content.text.replace(linking.CODE, code))
    token = new_token()
    session.put(
        DataLink(
            person_id=member.person_id,
            token_hash=hash_token(token),
            expires_at=session.now() + _LIVES,
        )
    )
    return replace(content, text=content.text.replace(LINK, f"{public_url}/mydata/{token}"))


def redeem(session: Session, token: str) -> dict[str, Any]:
    """Everything about whose link it is; uses the link up. Raises `LinkSpent`."""
    person = session.execute(
        sa.update(DataLink)
        .where(
            DataLink.workspace_id == session.workspace,
            DataLink.token_hash == hash_token(token),
            DataLink.used_at.is_(None),
            DataLink.expires_at > session.now(),
        )
        .values(used_at=session.now())
        .returning(DataLink.person_id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if person is None:
        raise LinkSpent
    members = session.scalars(
        sa.select(Member).filter_by(person_id=person).order_by(Member.id)
    ).all()
    return {
        "identities": [_about(session, member) for member in members],
        "held_beside": held_beside(session, person, [member.id for member in members]),
    }


def _about(session: Session, member: Member) -> dict[str, Any]:
    return {
        "network": member.network,
        "id": member.remote_id,
        "name": member.name,
        "first_seen": member.first_seen_at.isoformat(),
        "preferences": {
            "language": member.language,
            "answers": member.answers,
            "often": member.often,
            "quiet_from": member.quiet_from,
            "quiet_until": member.quiet_until,
        },
        "messages": _messages(session, member),
        "suggestions": _suggestions(session, member),
        "reactions": [
            {"emoji": one.emoji, "at": one.at.isoformat()}
            for one in session.scalars(sa.select(Reaction).filter_by(member_id=member.id))
        ],
        "votes": [
            {"options": one.options, "at": one.at.isoformat()}
            for one in session.scalars(sa.select(Ballot).filter_by(member_id=member.id))
        ],
        "answers_to_partners": [
            {"words": one.words, "said": one.said_at.isoformat()}
            for one in session.scalars(
                sa.select(Answer)
                .join(Message, Message.id == Answer.message_id)
                .where(Message.member_id == member.id)
                .order_by(Answer.id)
            )
        ],
        "said_to_them": _said_to(session, member),
    }


def _said_to(session: Session, member: Member) -> list[dict[str, Any]]:
    """What we said to them alone, or in answer to a message of theirs."""
    rows = sorted(
        {one.id: one for one in said_to(session, member)}.values(), key=lambda one: one.id
    )
    return [
        {"said": (one.sent_at or one.created_at).isoformat(), "text": one.content["text"]}
        for one in rows
    ]


def _messages(session: Session, member: Member) -> list[dict[str, Any]]:
    rows = session.execute(
        sa.select(Message, Channel.name)
        .join(Channel, Channel.id == Message.channel_id)
        .where(Message.member_id == member.id)
        .order_by(Message.id)
    ).all()
    understood: dict[Any, list[dict[str, Any]]] = {}
    theirs = sa.select(Message.id).where(Message.member_id == member.id)
    for signal in session.scalars(sa.select(Signal).where(Signal.message_id.in_(theirs))):
        understood.setdefault(signal.message_id, []).append(
            {"kind": signal.kind, "words": signal.words, "sure": signal.confidence}
        )
    return [
        {
            "said": message.said_at.isoformat(),
            "where": where,
            "private": message.private,
            "text": message.text,
            "understood": understood.get(message.id, []),
        }
        for message, where in rows
    ]


def _suggestions(session: Session, member: Member) -> list[dict[str, Any]]:
    rows = session.execute(
        sa.select(Voice, Suggestion.state)
        .join(Suggestion, Suggestion.id == Voice.suggestion_id)
        .where(Voice.member_id == member.id)
        .order_by(Voice.id)
    )
    return [
        {"words": voice.words, "said": voice.said_at.isoformat(), "state": state}
        for voice, state in rows
    ]
