"""Saving what was composed, in one step with what the pressed button asks for."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from bot.accounts.models import User
from bot.db import Session
from bot.errors import InvalidInput
from bot.products.models import Product
from content_calendar import series, service, unfinished
from content_calendar.draft import gaps, require
from content_calendar.forms import Act, Typed
from content_calendar.models import Post, Stage
from content_calendar.planning import series_of
from content_calendar.series import Scope
from content_calendar.writing import Limits, wrong

STAGES = {Act.REVIEW: Stage.IN_REVIEW, Act.SCHEDULE: Stage.SCHEDULED}
_SOON = {Act.NOW: timedelta(0), Act.SOON: timedelta(minutes=1)}


def compose(
    session: Session, post_id: UUID | None, typed: Typed, *, by: User, limits: Limits
) -> Post:
    """Make or change the post and bring it as far as the button says.

    Raises `InvalidInput` with every problem at once, an unknown product among them.
    """
    product, unknown = _product(session, typed)
    if post_id is None and (made := _made_before(session, typed)):
        post_id, typed = made.id, replace(typed, form=typed.form.model_copy(update={"version": 1}))
    try:
        post = _saved(session, post_id, typed, product, by, limits)
    except InvalidInput as refused:
        raise InvalidInput(fields={**refused.fields, **unknown}) from None
    if unknown:
        raise InvalidInput(fields=unknown)
    unfinished.forget(session, by, post_id, typed.form.scratch)
    return post


def _made_before(session: Session, typed: Typed) -> Post | None:
    """What this very editor has made already: the button was pressed twice, the answer was lost,
    or somebody went back. Then it is changed, unless somebody else has changed it since."""
    scratch = typed.form.scratch
    return session.scalar(sa.select(Post).filter_by(scratch=scratch)) if scratch else None


def problems(
    session: Session, typed: Typed, limits: Limits, *, is_to_go: bool = False
) -> dict[str, str]:
    """Everything that stands in the way of keeping it, or of letting it go, by field."""
    draft = typed.draft()
    missing = gaps(draft, session.now()) if is_to_go else ()
    _, unknown = _product(session, typed)
    try:
        require([*wrong(session, draft, limits), *missing])
    except InvalidInput as found:
        return {**found.fields, **unknown}
    return unknown


def _product(session: Session, typed: Typed) -> tuple[UUID | None, dict[str, str]]:
    words = typed.form.product
    found = find_product(session, words)
    if not words or found:
        return found, {}
    return None, {"product": f"There is no product “{words}”. Choose one of the list."}


def _saved(
    session: Session,
    post_id: UUID | None,
    typed: Typed,
    product: UUID | None,
    by: User,
    limits: Limits,
) -> Post:
    form = typed.form
    old = session.need(Post, post_id) if post_id else None
    rule = series_of(session, old) if old else None
    draft = replace(typed.draft(start=rule.start if rule else None), product_id=product)
    stage = STAGES.get(form.act)
    how: dict[str, Any] = {"by": by, "capabilities": limits, "words": form.note}
    if old is None:
        post = service.create(session, draft, stage=stage or Stage.DRAFT, **how)
        post.scratch = form.scratch or None
    elif rule and form.on and form.scope is not Scope.ALL:
        post = series.edit(
            session,
            old.id,
            form.version,
            draft,
            on=form.on,
            scope=form.scope,
            by=by,
            capabilities=limits,
            stage=stage,
        )
    else:
        post = service.save(session, old.id, form.version, draft, stage=stage, **how)
    if form.act in _SOON:
        service.publish_now(
            session, post.id, post.version, by=by, capabilities=limits, after=_SOON[form.act]
        )
    return post


def find_product(session: Session, words: str) -> UUID | None:
    """The product of that number, else of that name; None where there is none."""
    if not words:
        return None
    named = sa.func.lower(Product.name) == words.lower()
    found = sa.select(Product.id).where(sa.or_(Product.sku == words, named))
    return session.scalar(found.order_by(Product.sku != words, Product.id).limit(1))
