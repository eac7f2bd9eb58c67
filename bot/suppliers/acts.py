"""What a partner may do about a case, and what each act needs. Pure."""

from datetime import date

from bot.errors import Conflict, InvalidInput
from bot.suggestions.models import SuggestionState
from bot.suppliers.models import Act, CaseState

MOST_WORDS = 2_000

LEADS_TO = {
    Act.ACKNOWLEDGE: CaseState.ACKNOWLEDGED,
    Act.ASK: CaseState.ASKED,
    Act.ACCEPT: CaseState.ACCEPTED,
    Act.PROMISE: CaseState.PROMISED,
    Act.DELIVER: CaseState.DELIVERED,
    Act.DECLINE: CaseState.DECLINED,
}

_LATER = (Act.ASK, Act.PROMISE, Act.DELIVER, Act.DECLINE)
ALLOWED: dict[CaseState, tuple[Act, ...]] = {
    CaseState.OPEN: tuple(Act),
    CaseState.ACKNOWLEDGED: (Act.ACCEPT, *_LATER),
    CaseState.ASKED: (Act.ACCEPT, *_LATER),
    CaseState.ACCEPTED: _LATER,
    CaseState.PROMISED: _LATER,  # another date may be promised
    CaseState.DELIVERED: (),
    CaseState.DECLINED: (),
}

ENDS = frozenset({CaseState.DELIVERED, CaseState.DECLINED})

# What becomes of the suggestion; a question or an acknowledgement leaves it where it is.
SUGGESTION = {
    Act.ACCEPT: SuggestionState.PLANNED,
    Act.PROMISE: SuggestionState.PLANNED,
    Act.DELIVER: SuggestionState.DONE,
    Act.DECLINE: SuggestionState.DECLINED,
}

_NEEDS_WORDS = {
    Act.ASK: "Write the question that the people should hear.",
    Act.DECLINE: "Write the reason: the people who spoke will hear it.",
}


def check(state: CaseState, act: Act, *, text: str, promised_for: date | None, today: date) -> None:
    """Raises `Conflict` when the case is past this act, `InvalidInput` for what it lacks."""
    if act not in ALLOWED[state]:
        raise Conflict(
            "This case is closed." if state in ENDS else "This has been answered already."
        )
    fields = {}
    if not text and act in _NEEDS_WORDS:
        fields["text"] = _NEEDS_WORDS[act]
    if len(text) > MOST_WORDS:
        fields["text"] = f"That is too long: {len(text)} of {MOST_WORDS} characters."
    if act is Act.PROMISE and (promised_for is None or promised_for <= today):
        fields["promised_for"] = "Choose a day in the future."
    if fields:
        raise InvalidInput(fields=fields)
