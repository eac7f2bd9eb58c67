"""The life of a delivery in plain words. Pure: rows in, steps out."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from bot.accounts.models import AuditEntry
from bot.outbox.models import About, Attempt, Delivery, DeliveryState, Outcome
from bot.watching.queries import Life
from bot.watching.story import Step, seconds
from bot.web.i18n import gettext as _
from bot.web.i18n import retell

_TRAY = "/needs-a-look"
_BURST = "Waiting: at most "  # how the burst guard begins (`outbox.claiming`)


class Look(NamedTuple):
    """How a state or an outcome is shown and said."""

    icon: str
    tone: str
    text: str


def heading(about: About) -> str:
    """What a delivery is, in a few words."""
    return {
        About.POST: _("A post"),
        About.ACKNOWLEDGEMENT: _("The bot's answer"),
        About.DECISION: _("What became of a suggestion"),
        About.QUESTION: _("A partner's question"),
        About.CASE: _("A letter to a partner"),
        About.STAFF: _("An answer from the shop"),
    }.get(about, _("A message"))


def told(life: Life, now: datetime) -> Step:
    """The delivery as one step of a story, its whole life inside."""
    one = life.delivery
    look = _state(one.state)
    text = _("%(what)s in %(channel)s: %(state)s") % {
        "what": heading(one.about),
        "channel": life.channel.name,
        "state": look.text,
    }
    return Step(
        text=text,
        at=one.sent_at or one.created_at,
        icon=look.icon,
        tone=look.tone,
        quote=one.content["text"],
        href=f"/explain/{one.id}",
        steps=steps(life, now),
    )


def steps(life: Life, now: datetime) -> list[Step]:
    """From the outbox to where it is now, in order."""
    begun = [
        Step(text=_("Put into the outbox"), at=life.delivery.created_at, icon="box"),
        *(_tried(one) for one in life.attempts),
        *(_said(entry) for entry in life.trail),
    ]
    return [*sorted(begun, key=lambda step: step.at or now), *_now(life, now)]


def _state(state: DeliveryState) -> Look:
    return {
        DeliveryState.PENDING: Look("clock", "blue", _("waiting")),
        DeliveryState.SENDING: Look("send", "blue", _("leaving")),
        DeliveryState.SENT: Look("check", "green", _("sent")),
        DeliveryState.UNKNOWN: Look("question", "amber", _("nobody knows whether it arrived")),
        DeliveryState.REFUSED: Look("alert", "red", _("refused")),
        DeliveryState.HELD: Look("alert", "red", _("held for a person's word")),
        DeliveryState.CANCELLED: Look("x", "neutral", _("cancelled")),
    }[state]


def _tried(one: Attempt) -> Step:
    look = {
        Outcome.SENT: Look("check", "green", _("Try %d: the network has it")),
        Outcome.REFUSED: Look("alert", "red", _("Try %d: the network refused it")),
        Outcome.UNAUTHORIZED: Look("alert", "red", _("Try %d: our access was refused")),
        Outcome.RATE_LIMITED: Look("clock", "amber", _("Try %d: the network asked us to wait")),
        Outcome.UNAVAILABLE: Look("clock", "amber", _("Try %d: the network was not reached")),
        Outcome.UNKNOWN: Look("question", "amber", _("Try %d: no telling whether it arrived")),
        Outcome.LOST: Look("question", "amber", _("Try %d: the process fell silent")),
    }[one.outcome]
    given = {"owner": one.owner, "span": seconds(one.ended_at - one.started_at)}
    return Step(
        text=look.text % one.number,
        at=one.ended_at,
        icon=look.icon,
        tone=look.tone,
        quote=retell(one.words),
        hint=_("by %(owner)s, in %(span)s") % given,
    )


def _said(entry: AuditEntry) -> Step:
    who = entry.actor.partition(":")[2] or "Hubbub"
    text = {
        "answered": _("%s wrote it"),
        "sent again": _("%s said: send it"),
        "marked as sent": _("%s said: it is there"),
        "dropped": _("%s dropped it"),
    }.get(entry.verb, f"%s: {entry.verb}")
    return Step(text=text % who, at=entry.at, icon="person")


def _now(life: Life, now: datetime) -> Iterator[Step]:
    one = life.delivery
    match one.state:
        case DeliveryState.PENDING:
            yield from _waits_for(life, now)
        case DeliveryState.SENDING:
            yield _leaving(one, now)
        case DeliveryState.SENT:
            yield _arrived(life)
        case DeliveryState.UNKNOWN:
            yield Step(
                text=_("It may or may not have arrived"),
                icon="question",
                tone="amber",
                quote=_unsaid(life),
                hint=_("Look there, then tell Hubbub: it never sends it again by itself."),
                href=_TRAY,
            )
        case DeliveryState.REFUSED:
            yield Step(
                text=_("It waits for your word"),
                icon="alert",
                tone="red",
                hint=_("Change it, try again, or drop it."),
                href=_TRAY,
            )
        case DeliveryState.HELD:
            yield Step(
                text=_("It leaves when a person says so"),
                icon="alert",
                tone="red",
                quote=retell(one.note),
                hint=_("Send it now, or drop it."),
                href=_TRAY,
            )
        case DeliveryState.CANCELLED:
            yield Step(text=_("It was cancelled and never leaves"), icon="x")


def _waits_for(life: Life, now: datetime) -> Iterator[Step]:
    """Everything that holds it back; where nothing does, that."""
    one, found = life.delivery, False
    if life.channel.paused_because:
        found = True
        yield Step(
            text=_("Waiting: the channel is paused"),
            at=life.channel.paused_at,
            icon="alert",
            tone="red",
            quote=retell(life.channel.paused_because),
            hint=_("Mend that, then let it speak again."),
            href=_TRAY,
        )
    if one.due_at > now:
        found = True
        yield _not_yet(one)
    if life.ahead is not None:
        found = True
        yield Step(
            text=_("Waiting for its turn: something else in this conversation leaves first"),
            icon="clock",
            tone="blue",
            quote=life.ahead.content["text"],
            href=f"/explain/{life.ahead.id}",
        )
    if not found:
        yield Step(
            text=_("It is its turn"),
            icon="clock",
            tone="blue",
            hint=_("It leaves at once while Hubbub is running and its network is connected."),
        )


def _not_yet(one: Delivery) -> Step:
    text, quote = _("Waiting until its time"), ""
    if one.note.startswith(_BURST):
        text, quote = _("Waiting, so that not too much is said at once"), retell(one.note)
    elif one.attempt and one.note:
        text, quote = _("Waiting to be tried again"), retell(one.note)
    return Step(text=text, at=one.due_at, icon="clock", tone="blue", quote=quote)


def _leaving(one: Delivery, now: datetime) -> Step:
    if one.owner is None:
        hint = _("Hubbub will look there whether it arrived, by the network's own rule.")
        return Step(text=_("It may have arrived"), at=one.lease_until, icon="question", hint=hint)
    if one.lease_until is not None and one.lease_until < now:
        hint = _("%s fell silent. Whoever claims next takes it over.") % one.owner
        return Step(text=_("It was leaving"), at=one.lease_until, icon="question", hint=hint)
    given = {"number": one.attempt, "owner": one.owner}
    text = _("Try %(number)s is under way, by %(owner)s") % given
    hint = _("Nobody else may send it until its lease ends.")
    return Step(text=text, at=one.lease_until, icon="send", tone="blue", hint=hint)


def _unsaid(life: Life) -> str:
    """The delivery's note, unless the last try has said it already."""
    note = life.delivery.note
    return "" if life.attempts and life.attempts[-1].words == note else retell(note)


def _arrived(life: Life) -> Step:
    one = life.delivery
    hint = _("There it has the id %s.") % one.remote_id if one.remote_id else ""
    return Step(
        text=_("It is there"),
        at=one.sent_at,
        icon="check",
        tone="green",
        quote=_unsaid(life),
        hint=hint,
        href=one.permalink,
    )
