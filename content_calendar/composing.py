"""Saving what was composed, in one step with what the pressed button asks for."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from bot.accounts.models import User
from bot.db import Session
from bot.errors import InvalidInput
from bot.products.models import Product
from content_calendar import series, service
from content_calendar.forms import Act, Compose
from content_calendar.models import Post, Stage
from content_calendar.planning import series_of
from content_calendar.series import Scope
from content_calendar.writing import Limits

_STAGES = {Act.REVIEW: Stage.IN_REVIEW, Act.SCHEDULE: Stage.SCHEDULED}
_SOON = {Act.NOW: timedelta(0), Act.SOON: timedelta(minutes=1)}


def compose(
    session: Session,
    post_id: UUID | None,
    form: Compose,
    overrides: Mapping[str, str],
    alts: Mapping[str, str] | None = None,
    *,
    by: User,
    limits: Limits,
) -> Post:
    """Make or change the post and bring it as far as the button says.

    Raises `InvalidInput` with every problem at once, an unknown product among them.
    """
    product, unknown = find_product(session, form.product), None
    if form.product and product is None:
        unknown = f"There is no product “{form.product}”. Choose one of the list."
    try:
        post = _saved(session, post_id, form, overrides, alts or {}, product, by, limits)
    except InvalidInput as wrong:
        if unknown is None:
            raise
        raise InvalidInput(fields={**wrong.fields, "product": unknown}) from None
    if unknown:
        raise InvalidInput(fields={"product": unknown})
    return post


def _saved(
    session: Session,
    post_id: UUID | None,
    form: Compose,
    overrides: Mapping[str, str],
    alts: Mapping[str, str],
    product: UUID | None,
    by: User,
    limits: Limits,
) -> Post:
    old = session.need(Post, post_id) if post_id else None
    rule = series_of(session, old) if old else None
    draft = form.draft(overrides, alts, start=rule.start if rule else None)
    draft = replace(draft, product_id=product)
    stage = _STAGES.get(form.act)
    if old is None:
        post = service.create(
            session, draft, by=by, capabilities=limits, stage=stage or Stage.DRAFT
        )
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
        )
    else:
        post = service.save(
            session, old.id, form.version, draft, by=by, capabilities=limits, stage=stage
        )
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
