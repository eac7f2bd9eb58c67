"""What staff ask of the suggestions and correct in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from pydantic import BaseModel

from bot.inbox.forms import choice, key
from bot.suggestions.models import SuggestionState
from bot.understanding import Kind


class Merge(BaseModel):
    """Which one it is the same as."""

    into: UUID


class Correction(BaseModel):
    """What staff know better. ``version``: the one they were looking at."""

    kind: Kind
    state: SuggestionState
    product: str = ""  # SKU or name; empty: about no product
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which suggestions are looked for; ``page`` counts from 1."""

    state: SuggestionState | None = None
    kind: Kind | None = None
    product: UUID | None = None
    partner: UUID | None = None
    words: str = ""
    page: int = 1

    def address(self, **changed: Any) -> str:
        """The board's, with these wishes."""
        wishes = {
            "state": self.state,
            "kind": self.kind,
            "product": self.product,
            "partner": self.partner,
            "q": self.words,
        } | changed
        query = urlencode({name: value for name, value in wishes.items() if value})
        return f"/suggestions?{query}" if query else "/suggestions"


def wanted(query: Mapping[str, str]) -> Wanted:
    """What the address asks for; what it says amiss is not asked for."""
    number = query.get("page", "")
    return Wanted(
        state=choice(SuggestionState, query.get("state")),
        kind=choice(Kind, query.get("kind")),
        product=key(query.get("product")),
        partner=key(query.get("partner")),
        words=query.get("q", "").strip()[:200],
        page=max(1, int(number)) if number.isdecimal() and len(number) < 5 else 1,
    )
