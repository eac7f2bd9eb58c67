"""What goes to a partner: by which way, and completed as it leaves."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from bot.channels.models import Channel
from bot.db import Session
from bot.errors import Rejected
from bot.networks import Action, Button, Capabilities, Content, signing
from bot.outbox import service as outbox
from bot.outbox.models import About, Delivery
from bot.suppliers import acts, letters
from bot.suppliers.correspondence import tags
from bot.suppliers.correspondence.facts import facts
from bot.suppliers.correspondence.models import Means, Way
from bot.suppliers.mailboxes import MAIL
from bot.suppliers.models import Case, Supplier


class Event(StrEnum):
    """What a partner's program is told; the ``type`` of the call."""

    OPENED = "case.opened"
    VOICES = "case.voices"
    ANSWERS = "case.answers"
    CLOSED = "case.closed"
    REMINDED = "case.reminded"
    TEST = "test"


# To a program goes what is true as it leaves, so no words of people lie in the outbox.
_RENDERED = {f"{{{event.value}}}": event for event in Event}


def way_of(supplier: Supplier, channel: Channel) -> Way:
    """How this partner is reached."""
    if channel.network == MAIL:
        return Way.MAIL
    return Way.CALL if channel.remote_id == supplier.id.hex else Way.CHAT


def means_of(session: Session, supplier: UUID) -> Means | None:
    return session.scalar(sa.select(Means).filter_by(supplier_id=supplier))


def need_means(session: Session, supplier: UUID) -> Means:
    """Made with the first letter that has a reply address, or when staff choose another way."""
    found = means_of(session, supplier)
    return found or session.put(Means(supplier_id=supplier, reply_key=signing.new_secret()))


def key_of(case: UUID, version: int, more: str = "") -> str:
    """The key of what is sent about this version of a case; once for each ``more``."""
    return f"case:{case.hex}:{version}{f':{more}' if more else ''}"


def version_of(delivery: Delivery) -> int | None:
    """The version of the case that a letter shows; None where it shows none."""
    word, _, rest = delivery.key.partition(":")
    version = rest.partition(":")[2].partition(":")[0]
    return int(version) if word == "case" and version.isdecimal() else None


def draft(
    session: Session,
    supplier: Supplier,
    channel: Channel,
    letter: Content,
    case: UUID | None,
    *,
    key: str,
    what: Event,
    product_id: UUID | None = None,
    since: datetime | None = None,
    thread: str | None = None,
    reply_to: str | None = None,
) -> dict[str, Any]:
    """The delivery that tells this partner ``what``, in their way, still to be enqueued."""
    way, recipient, content = way_of(supplier, channel), channel.remote_id, letter
    if way is Way.CHAT:
        means = means_of(session, supplier.id)
        recipient = (means.person if means else "") or channel.remote_id
    elif way is Way.CALL:
        content = Content(text=f"{{{what.value}}}", title=what.value)
    return outbox.draft(
        session,
        key=key,
        channel=channel,
        action=Action.DIRECT,
        recipient=recipient,
        content=content,
        about=About.CASE,
        about_id=case,
        product_id=product_id,
        since=since or session.now(),
        thread=thread,
        reply_to=reply_to,
    )


def send(
    session: Session, supplier: Supplier, letter: Content, case: UUID | None, **more: Any
) -> None:
    """`draft`, enqueued to where the partner is reached now."""
    channel = session.need(Channel, supplier.channel_id)
    outbox.enqueue_all(session, [draft(session, supplier, channel, letter, case, **more)])


def finish(session: Session, delivery: Delivery, content: Content, *, can: Capabilities) -> Content:
    """As it leaves to a partner: with the words that decide and an address for the answer, where
    answers reach us; for a program, the facts as they are now. Before `links.finish`."""
    if delivery.about is not About.CASE:
        return content
    if event := _RENDERED.get(content.text):
        return replace(content, text=_call(session, delivery, event))
    if letters.HOW not in content.text:
        return content
    buttons = _buttons(session, delivery, can)
    how = letters.how_to_answer(buttons=bool(buttons)) if can.hears else ""
    return replace(
        content,
        text=content.text.replace(letters.HOW, how),
        buttons=buttons,
        tag=_tag(session, delivery) if can.tags else "",
    )


def _buttons(session: Session, delivery: Delivery, can: Capabilities) -> tuple[Button, ...]:
    """As many as fit there."""
    case, version = _case(session, delivery), version_of(delivery)
    if case is None or version is None or not can.button_limit:
        return ()
    return letters.buttons(case.id, version, acts.ALLOWED[case.state])[: can.button_limit]


def _tag(session: Session, delivery: Delivery) -> str:
    """For the partner whose case it is; none where it has gone to another meanwhile."""
    case, version = _case(session, delivery), version_of(delivery)
    if case is None or case.supplier_id is None or version is None:
        return ""
    means = need_means(session, case.supplier_id)
    return tags.make(
        means.reply_key,
        case=case.id,
        partner=case.supplier_id,
        version=version,
        today=session.now().date(),
    )


def _call(session: Session, delivery: Delivery, event: Event) -> str:
    """The body of the call. Raises `Rejected` once the case is another partner's."""
    data: Mapping[str, Any] = {}
    if event is not Event.TEST:
        case = _case(session, delivery)
        supplier = session.find(Supplier, case.supplier_id) if case and case.supplier_id else None
        if case is None or supplier is None or supplier.channel_id != delivery.channel_id:
            raise Rejected("This case is with another partner now.")
        data = {**facts(session, case, supplier).to_json(), "url": letters.LINK}
    said = {"type": event.value, "timestamp": session.now().isoformat(), "data": data}
    return json.dumps(said, ensure_ascii=False)


def _case(session: Session, delivery: Delivery) -> Case | None:
    return session.find(Case, delivery.about_id) if delivery.about_id else None
