"""Answering `/link` and `/unlink`."""

import sqlalchemy as sa

from bot.channels.models import Channel
from bot.db import Session
from bot.engagement import reaching
from bot.engagement.commands import Asked
from bot.engagement.persons import belonging, linking
from bot.engagement.persons.models import LinkCode
from bot.engagement.persons.words import say
from bot.engagement.telling import Voices
from bot.inbox.models import Message
from bot.members.models import Member
from bot.networks import Button, Content
from bot.outbox import service as outbox
from bot.outbox.models import About
from bot.suggestions.models import Suggestion
from bot.suppliers.models import Supplier

_YES = {"yes", "ja"}


def link(
    session: Session, command: Asked, member: Member, language: str, speak: Voices, *, private: bool
) -> Content:
    """A code of their own; or what becomes of the one they sent, or of their yes."""
    words = command.words.strip()
    try:
        if command.chosen or words.casefold() in _YES:
            return Content(text=_join(session, command, member, language, speak))
        if not words:
            linking.offer(session, member)
            minutes = int(linking.LIVES.total_seconds() // 60)
            return Content(text=say("code", language, code=linking.CODE, minutes=minutes))
        if not private:
            linking.void(session, words)
            return Content(text=say("public", language))
        found = linking.claim(session, member, words)
    except linking.TooOften:
        return Content(text=say("too_often", language))
    if found is None:
        return Content(text=say("wrong", language))
    return _claimed(session, found, member, language)


def _claimed(session: Session, found: LinkCode, member: Member, language: str) -> Content:
    if found.supplier_id is not None:
        supplier = session.need(Supplier, found.supplier_id)
        belonging.begin(session, member, supplier, by=f"supplier:{supplier.name}")
        found.done_at = session.now()
        return Content(text=say("speaks", language, partner=supplier.name))
    assert found.member_id is not None
    other = session.need(Member, found.member_id)
    button = Button(label=say("yes_button", language), value=f"link:{found.id.hex}")
    return Content(text=say("yes?", language, **_named(other)), buttons=(button,))


def _join(session: Session, command: Asked, member: Member, language: str, speak: Voices) -> str:
    code = linking.claimed(session, member)
    if code is None or code.member_id is None or command.chosen not in {"", code.id.hex}:
        return say("no_claim", language)
    code.done_at = session.now()
    other = session.need(Member, code.member_id)
    joined = linking.join(session, member, other)
    if joined is None:
        return say("same", language)
    text = say("linked", other.language or language, **_named(member))
    _tell(session, other, text, f"linked:{joined.id.hex}", speak)
    return say("linked", language, **_named(other))


def unlink(session: Session, member: Member, language: str, speak: Voices) -> Content:
    """The account that was linked last stands alone again; it is told too."""
    found = linking.newest(session, member.person_id)
    if found is None:
        return Content(text=say("alone", language))
    linking.undo(session, found, by=f"member:{member.id.hex}")
    asks_for_itself = member.person_id == found.former_id
    apart = found.person_id if asks_for_itself else found.former_id
    other = linking.accounts(session, apart)[0]
    text = say("unlinked", other.language or language, **_named(member))
    _tell(session, other, text, f"unlinked:{found.id.hex}", speak)
    return Content(text=say("unlinked", language, **_named(other)))


def theirs(session: Session, chosen: Suggestion, member: Member, language: str) -> str:
    """Why their voice does not count on this one."""
    partner = belonging.of_theirs(session, chosen, member.person_id)
    return refusal(partner, member, language)


def refusal(partner: str, member: Member, language: str) -> str:
    return say("theirs", language, name=member.name, partner=partner)


def _named(member: Member) -> dict[str, str]:
    return {"name": member.name or "?", "network": member.network.capitalize()}


def _tell(session: Session, member: Member, text: str, key: str, speak: Voices) -> None:
    """In private, where the network lets us; else they find it by /unlink and on /mydata."""
    latest = session.execute(
        sa.select(Message, Channel)
        .join(Channel, Channel.id == Message.channel_id)
        .where(Message.member_id == member.id)
        .order_by(Message.private.desc(), Message.id.desc())
        .limit(1)
    ).first()
    if latest is None:
        return
    message, channel = latest
    spot = reaching.alone(session, channel, message, member, speak.able(channel))
    if spot is None:
        return
    draft = outbox.draft(
        session,
        key=key,
        channel=spot.channel,
        action=spot.action,
        content=Content(text=text),
        about=About.COMMAND,
        about_id=message.id,
        thread=spot.thread,
        reply_to=spot.reply_to,
        recipient=spot.recipient,
    )
    outbox.enqueue_all(session, [draft])
