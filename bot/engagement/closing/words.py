"""The words in which somebody hears something."""

from collections.abc import Sequence
from typing import Any

from bot.db import Session
from bot.engagement import phrases
from bot.engagement.reaching import Listener
from bot.engagement.speaking import Voices
from bot.networks import Capabilities
from bot.products.models import Product
from bot.suggestions.models import Suggestion
from bot.suppliers.models import Case, Decision, Supplier
from bot.understanding import language_of

Fact = tuple[Decision, Listener]


def language(one: Listener, speak: Voices) -> str:
    text = one.message.text
    said = language_of(text, speak.languages) if text else speak.languages[0]
    return one.member.language or said


def told(
    session: Session, decision: Decision, one: Listener, speak: Voices, can: Capabilities | None
) -> str:
    """What one is told of a decision. Where it would be too long for the network, the partner's
    own words end sooner."""
    filled = _filled(session, decision, one)
    text = phrases.decided(
        decision.act.value, language=language(one, speak), name=one.member.name, **filled
    )
    if can is not None and (over := can.count.of(text) - can.text_limit) > 0 and decision.text:
        kept = decision.text[: max(0, len(decision.text) - over - 1)].rstrip()
        filled |= {"text": f"{kept}…"}
        return phrases.decided(
            decision.act.value, language=language(one, speak), name=one.member.name, **filled
        )
    return text


def digest(
    session: Session, facts: Sequence[Fact], speak: Voices, can: Capabilities | None
) -> tuple[str, int]:
    """As many as fit into one message, at least one; gives the words and how many they are."""
    _, first = facts[0]
    spoken = language(first, speak)
    lines = [phrases.digest(spoken, first.member.name)]
    for number, (decision, one) in enumerate(facts):
        line = phrases.digest_line(
            decision.act.value, language=spoken, **_filled(session, decision, one)
        )
        longer = "\n".join([*lines, line])
        if number and can is not None and can.count.of(longer) > can.text_limit:
            return "\n".join(lines), number
        lines.append(line)
    return "\n".join(lines), len(facts)


def _filled(session: Session, decision: Decision, one: Listener) -> dict[str, Any]:
    case = session.need(Case, decision.case_id)
    suggestion = session.need(Suggestion, case.suggestion_id)
    partner = decision.supplier_id and session.need(Supplier, decision.supplier_id)
    product = suggestion.product_id and session.need(Product, suggestion.product_id)
    return {
        # Who only added their voice said it with the words of the first.
        "words": one.voice.words or suggestion.words,
        "product": product.name if product else None,
        "partner": partner.name if partner else None,
        "text": decision.text,
        "day": decision.promised_for,
    }
