"""What happened to one thing, as a story. Pure: rows in, sentences out."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from bot.accounts.models import AuditEntry
from bot.engagement.history import history
from bot.engagement.queries import Dossier
from bot.inbox.models import EventState
from bot.inbox.queries import Meant
from bot.outbox.models import About, Delivery
from bot.understanding import Kind
from bot.watching import deliveries
from bot.watching.queries import Heard, Life, Planned
from bot.watching.story import Step, Story, Subject
from bot.web.i18n import gettext as _
from bot.web.i18n import ngettext, retell

_LONGEST_TITLE = 80


def of_event(heard: Heard, now: datetime) -> Story:
    """What came in: received, understood, what it led to, and how it was answered."""
    event, message = heard.event, heard.message
    words = message.text if message else ""
    subjects = [Subject.MESSAGE, Subject.EVENT] if message else [Subject.EVENT]
    href = f"/inbox/{event.id}" if message else ""
    return Story(
        subjects=subjects,
        id=event.id,
        title=_short(words) or _("Something that came in from %s") % event.network,
        href="/inbox/quarantine" if event.state is EventState.QUARANTINED else href,
        steps=[
            *_received(heard),
            *_understood(heard),
            *(_matter(one, heard) for one in heard.matters),
            *(deliveries.told(one, now) for one in heard.lives),
            *(_did(entry) for entry in heard.trail),
            *_still_open(heard),
        ],
    )


def _received(heard: Heard) -> Iterator[Step]:
    event = heard.event
    given = {"network": event.network, "account": event.account}
    yield Step(
        text=_("Came in from %(network)s, account %(account)s") % given,
        at=event.received_at,
        icon="inbox",
        tone="blue",
        quote=heard.message.text if heard.message else "",
        hint=_(
            "Stored under the key %s. The same key again changes nothing; how often it came again "
            "is counted for all of a network, not for each."
        )
        % event.dedupe_key,
    )
    if heard.message is not None and heard.channel is not None:
        given = {"who": heard.who, "channel": heard.channel.name}
        there = _("There it has the id %s.") % heard.message.remote_id
        said = _("Said by %(who)s in %(channel)s") % given
        yield Step(text=said, at=heard.message.said_at, icon="chat", hint=there)


def _understood(heard: Heard) -> Iterator[Step]:
    event = heard.event
    match event.state:
        case EventState.NEW:
            tries = ngettext("It was tried %d time.", "It was tried %d times.", event.tries)
            hint = tries % event.tries if event.tries else _("It is read within a second.")
            yield Step(
                text=_("Not read yet"), icon="clock", tone="blue", quote=event.problem, hint=hint
            )
        case EventState.QUARANTINED:
            yield Step(
                text=_("It could not be read and was put aside, whole"),
                icon="alert",
                tone="red",
                quote=retell(event.problem),
                hint=_("Dismiss it or have it read again in the inbox."),
                href="/inbox/quarantine",
            )
        case EventState.DONE if heard.message is None:
            yield Step(text=_("Read: nothing to keep of it"), icon="check", tone="neutral")
        case EventState.DONE:
            said = [_meant(one) for one in heard.meant]
            yield Step(
                text=_("Understood") if said else _("Read: nothing was recognised in it"),
                icon="bulb",
                tone="plum",
                steps=said,
            )


def _meant(one: Meant) -> Step:
    signal = one.signal
    given = {"kind": kind_name(signal.kind), "share": round(signal.confidence * 100)}
    text = _("%(kind)s, %(share)s %% sure") % given
    why = _("Because of: %(why)s") % {"why": ", ".join(map(str, signal.why))} if signal.why else ""
    product = _("About the product %s.") % one.product if one.product else ""
    hint = " ".join(part for part in (product, why) if part)
    return Step(text=text, icon="tag", tone="plum", quote=signal.words, hint=hint)


def kind_name(kind: Kind) -> str:
    return {
        Kind.SUGGESTION: _("Suggestion"),
        Kind.PROBLEM: _("Problem"),
        Kind.WISH: _("Wish"),
        Kind.QUESTION: _("Question"),
        Kind.PRAISE: _("Praise"),
        Kind.DELIVERY: _("Delivery"),
        Kind.ABOUT_BOT: _("About the bot"),
        Kind.CHATTER: _("Chatter"),
    }[kind]


def _matter(matter: Dossier, heard: Heard) -> Step:
    """The suggestion that it opened or joined, and who has it."""
    one = matter.suggestion
    first = one.id in heard.opened
    inner = []
    if matter.case is not None:
        who = matter.partner.name if matter.partner else ""
        inner.append(
            Step(
                text=_("A case for %s") % who if who else _("A case that is nobody's yet"),
                at=matter.case.opened_at,
                icon="partners",
                tone="violet",
                href=f"/explain/{matter.case.id}",
            )
        )
    return Step(
        text=_("It became a suggestion") if first else _("It joined a suggestion"),
        at=one.created_at if first else None,
        icon="bulb",
        tone="plum",
        quote=one.words,
        href=f"/explain/{one.id}",
        steps=inner,
    )


def _did(entry: AuditEntry) -> Step:
    who = entry.actor.partition(":")[2] or "Hubbub"
    text = {
        "settled": _("%s said that it needs no answer"),
        "reopened": _("%s said that it needs an answer"),
        "dismissed": _("%s dismissed it"),
        "asked to read again": _("%s had it read again"),
        "created": _("%s wrote it"),
        "scheduled": _("%s put it on the calendar"),
    }.get(entry.verb, f"%s: {entry.verb}")
    return Step(text=text % who, at=entry.at, icon="person")


def _still_open(heard: Heard) -> Iterator[Step]:
    message = heard.message
    if message is None:
        return
    if message.answered_at:
        yield Step(
            text=_("Taken care of by the shop"), at=message.answered_at, icon="check", tone="green"
        )
    elif message.wants_person:
        yield Step(
            text=_("It waits for an answer from a person"),
            icon="person",
            tone="amber",
            href=f"/inbox/{message.id}",
        )
    elif not heard.lives and heard.event.state is EventState.DONE:
        yield Step(text=_("The bot left it unanswered: there was nothing to say"), icon="check")


def of_delivery(
    life: Life, now: datetime, subjects: Sequence[Subject] = (Subject.DELIVERY,)
) -> Story:
    """What was to be said: why, and everything that became of it."""
    one = life.delivery
    return Story(
        subjects=subjects,
        id=one.id,
        title=_("%(what)s in %(channel)s")
        % {"what": deliveries.heading(one.about), "channel": life.channel.name},
        href=_page_of(life),
        steps=[_because(life), *deliveries.steps(life, now)],
    )


def _because(life: Life) -> Step:
    one = life.delivery
    text = {
        About.POST: _("Said because a post was planned"),
        About.ACKNOWLEDGEMENT: _("Said because of a message"),
        About.STAFF: _("Said in answer to a message"),
        About.DECISION: _("Said because a partner decided"),
        About.QUESTION: _("Said because a partner asks"),
        About.CASE: _("Written because a suggestion goes to a partner"),
    }[one.about]
    key = _("Its key is %s: the same key never leaves twice.") % one.key
    return Step(
        text=text,
        icon="chat",
        tone="plum",
        quote=one.content["text"],
        hint=key,
        href=f"/explain/{one.about_id}" if one.about_id else "",
    )


def _page_of(life: Life) -> str:
    one: Delivery = life.delivery
    if one.about is About.POST:
        return f"/posts/{one.about_id}" if one.about_id else ""
    if one.about in (About.ACKNOWLEDGEMENT, About.STAFF):
        return f"/inbox/{one.about_id}"
    return f"/suggestions/{life.suggestion_id}" if life.suggestion_id else ""


def of_suggestion(
    about: Dossier, lives: Sequence[Life], now: datetime, subject: Subject = Subject.SUGGESTION
) -> Story:
    """A suggestion and its case: who said it, where it went, what was decided and told."""
    one = about.suggestion
    happened = [
        Step(
            text=f"{it.text} ({it.day:%Y-%m-%d})" if it.day else it.text,
            at=it.at,
            icon=it.icon,
            tone=it.tone,
            quote=it.quote,
        )
        for it in history(about)
    ]
    said = [deliveries.told(life, now) for life in lives]
    return Story(
        subjects=[subject],
        id=about.case.id if subject is Subject.CASE and about.case else one.id,
        title=_short(one.words),
        href=f"/suggestions/{one.id}",
        steps=sorted([*happened, *said], key=lambda step: step.at or now),
    )


def of_post(planned: Planned, now: datetime) -> Story:
    """A post: each time it goes out, with each channel's delivery."""
    post = planned.post
    times = [
        Step(
            text=_("Planned for %(wall)s, %(zone)s")
            % {"wall": f"{at.local:%Y-%m-%d %H:%M}", "zone": at.zone},
            at=at.at,
            icon="calendar",
            tone="blue",
            steps=[deliveries.told(life, now) for life in lives],
        )
        for at, lives in planned.times
    ]
    earlier = [Step(text=_("There were earlier times."), icon="more")] if planned.more else []
    never = [] if times else [Step(text=_("It is not on the calendar"), icon="calendar")]
    written = Step(text=_("Written"), at=post.created_at, icon="pencil", quote=post.text)
    return Story(
        subjects=[Subject.POST],
        id=post.id,
        title=post.title,
        href=f"/posts/{post.id}",
        steps=[written, *(_did(entry) for entry in planned.trail), *earlier, *times, *never],
    )


def _short(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= _LONGEST_TITLE else f"{line[:_LONGEST_TITLE]}…"
