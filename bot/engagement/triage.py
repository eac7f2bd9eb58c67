"""What staff correct about a suggestion, and where it goes then."""

import sqlalchemy as sa

from bot.accounts.audit import record
from bot.accounts.models import User
from bot.db import Session
from bot.errors import Conflict, InvalidInput
from bot.products.models import Product
from bot.suggestions.forms import Correction
from bot.suggestions.models import Suggestion
from bot.suggestions.service import set_state
from bot.suppliers.acts import ENDS
from bot.suppliers.models import Supplier
from bot.suppliers.service import hand_over, open_case, route


def correct(
    session: Session, suggestion: Suggestion, correction: Correction, *, by: User
) -> Supplier | None:
    """Put kind, product and state right; gives the partner whom it went to by that.

    Raises `Conflict` when somebody else changed it meanwhile, `InvalidInput` by field.
    """
    session.refresh(suggestion, with_for_update=True)
    if suggestion.version != correction.version:
        raise Conflict("Somebody changed this a moment ago. Look at it again, then change it.")
    product = find_product(session, correction.product) if correction.product else None
    state = correction.state if correction.state is not suggestion.state else None
    changed = {
        **({"kind": correction.kind} if correction.kind is not suggestion.kind else {}),
        **({"product": product.name if product else ""} if _other(suggestion, product) else {}),
    }
    moved = None
    if changed:
        suggestion.kind = correction.kind
        suggestion.product_id = product.id if product else None
        suggestion.version += 1
        record(session, by, "corrected", suggestion, **changed)
        moved = _route_again(session, suggestion, by)
    if state:
        set_state(session, suggestion, state)
        record(session, by, "moved", suggestion, to=state)
    session.announce("suggestions")
    return moved


def _other(suggestion: Suggestion, product: Product | None) -> bool:
    return suggestion.product_id != (product.id if product else None)


def _route_again(session: Session, suggestion: Suggestion, by: User) -> Supplier | None:
    """To whoever answers for it now. Where nobody does, it stays where it is."""
    case = open_case(session, suggestion)
    partner = route(session, suggestion)
    if partner is None or case.state in ENDS or case.supplier_id == partner.id:
        return None
    hand_over(session, case, partner, by=f"user:{by.name}")
    return partner


def find_product(session: Session, text: str) -> Product:
    """By SKU, else by its name. Raises `InvalidInput`."""
    named = sa.func.lower(Product.name) == text.lower()
    found = session.scalars(
        sa.select(Product)
        .where(sa.or_(Product.sku == text, Product.name == text, named))
        .order_by(sa.case((Product.sku == text, 0), else_=1))
        .limit(2)
    ).all()
    if len(found) == 1 or (found and found[0].sku == text):
        return found[0]
    problem = f"Several products are called “{text}”: give the SKU."
    missing = f"No product is called “{text}”. Choose one from the list, or give its SKU."
    raise InvalidInput(fields={"product": problem if found else missing})


def give_to(session: Session, suggestion: Suggestion, partner: Supplier, *, by: User) -> None:
    """Hand its case over by hand. Raises `Conflict` when it is theirs already or closed."""
    case = open_case(session, suggestion)
    if case.supplier_id != partner.id:
        hand_over(session, case, partner, by=f"user:{by.name}")
