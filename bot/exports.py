"""What people take with them: products, suppliers, suggestions, messages and posts as rows."""

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from bot.channels.models import Channel
from bot.db import Session
from bot.inbox.models import Message, Signal
from bot.members.models import Member
from bot.outbox.models import Delivery
from bot.products.catalogue import guarded
from bot.products.models import Brand, Product
from bot.products.service import stored_entries
from bot.suggestions.models import Suggestion
from bot.suppliers import queries
from bot.suppliers.catalogue import explicit_owners
from bot.suppliers.models import Case, Coverage, Supplier
from content_calendar.models import Campaign, Occurrence, Post, Publication, Series

Row = Mapping[str, Any]

_PORTION = 500


class Format(StrEnum):
    CSV = "csv"
    JSONL = "jsonl"


def products(session: Session) -> Iterator[Row]:
    """As `hubbub import products` takes them back."""
    owners = explicit_owners(session)
    for entry in stored_entries(session).values():
        yield {
            "sku": entry.sku,
            "name": entry.name,
            "brand": entry.brand,
            "aliases": "|".join(entry.aliases),
            "supplier": owners.get(entry.sku, ""),
        }


def suppliers(session: Session) -> Iterator[Row]:
    """As `hubbub import suppliers` takes them back."""
    brands = sa.select(Coverage.supplier_id, Brand.name).join(Brand, Brand.id == Coverage.brand_id)
    skus = sa.select(Coverage.supplier_id, Product.sku).join(
        Product, Product.id == Coverage.product_id
    )
    covered = [session.execute(found.order_by(sa.text("2"))).all() for found in (brands, skus)]
    for supplier in session.scalars(sa.select(Supplier).order_by(Supplier.name)):
        of_theirs = ["|".join(n for id, n in some if id == supplier.id) for some in covered]
        yield {
            "name": supplier.name,
            "email": supplier.email,
            "role": supplier.role.value,
            "zone": supplier.zone,
            "answer_within_hours": supplier.answer_within_hours,
            "brands": of_theirs[0],
            "products": of_theirs[1],
        }


def suggestions(session: Session) -> Iterator[Row]:
    """Those that stand by themselves, with all who said them."""
    found = (
        sa.select(
            Suggestion, Product.sku, Product.name, Case.state, Case.promised_for, Supplier.name
        )
        .outerjoin(Product, Product.id == Suggestion.product_id)
        .outerjoin(Case, Case.suggestion_id == Suggestion.id)
        .outerjoin(Supplier, Supplier.id == Case.supplier_id)
        .where(Suggestion.merged_into_id.is_(None))
        .order_by(Suggestion.id)
    )
    for rows in session.execute(found).partitions(_PORTION):
        said = queries.said(session, [suggestion.id for suggestion, *_ in rows])
        for suggestion, sku, product, state, promised_for, partner in rows:
            yield {
                "first_said": suggestion.created_at,
                "last_said": suggestion.last_voice_at,
                "kind": suggestion.kind.value,
                "sku": sku or "",
                "product": product or "",
                "words": suggestion.words,
                "people": said[suggestion.id].people,
                "state": suggestion.state.value,
                "partner": partner or "",
                "case": state.value if state else "",
                "promised_for": promised_for,
            }


def messages(session: Session) -> Iterator[Row]:
    """Everything that people said, in their own words, with what it was understood to be."""
    found = (
        sa.select(Message, Channel, Member.name)
        .join(Channel, Channel.id == Message.channel_id)
        .join(Member, Member.id == Message.member_id)
        .order_by(Message.id)
    )
    for rows in session.execute(found).partitions(_PORTION):
        meant = _kinds(session, [message for message, *_ in rows])
        for message, channel, who in rows:
            yield {
                "said_at": message.said_at,
                "network": channel.network,
                "channel": channel.name,
                "who": who,
                "text": message.text,
                "private": message.private,
                "kinds": "|".join(meant.get(message.id, ())),
                "answered_at": message.answered_at,
            }


def _kinds(session: Session, said: list[Message]) -> dict[Any, list[str]]:
    found = sa.select(Signal.message_id, Signal.kind).where(
        Signal.message_id.in_([message.id for message in said])
    )
    kinds: dict[Any, list[str]] = {}
    for id, kind in session.execute(found.order_by(Signal.id)):
        kinds.setdefault(id, []).append(kind.value)
    return kinds


def posts(session: Session) -> Iterator[Row]:
    names = {channel.id.hex: channel.name for channel in session.scalars(sa.select(Channel))}
    found = (
        sa.select(Post, Campaign.name, Product.sku, Series.rrule)
        .outerjoin(Campaign, Campaign.id == Post.campaign_id)
        .outerjoin(Product, Product.id == Post.product_id)
        .outerjoin(Series, Series.post_id == Post.id)
        .order_by(Post.id)
    )
    for post, campaign, sku, rrule in session.execute(found):
        yield {
            "title": post.title,
            "text": post.text,
            "stage": post.stage.value,
            "local": post.local,
            "zone": post.zone,
            "rrule": rrule or "",
            "channels": "|".join(names.get(id, "") for id in post.channel_ids),
            "campaign": campaign or "",
            "sku": sku or "",
            "broadcast": post.broadcast,
        }


def publications(session: Session) -> Iterator[Row]:
    """Every time at which a post goes out, on every channel: what went out, and what failed with
    the network's own words."""
    found = (
        sa.select(Post.title, Occurrence.local, Occurrence.zone, Channel, Delivery)
        .join(Occurrence, Occurrence.post_id == Post.id)
        .join(Publication, Publication.occurrence_id == Occurrence.id)
        .join(Channel, Channel.id == Publication.channel_id)
        .join(Delivery, Delivery.id == Publication.delivery_id)
        .order_by(Occurrence.at, Publication.id)
    )
    for title, local, zone, channel, delivery in session.execute(found):
        yield {
            "title": title,
            "network": channel.network,
            "channel": channel.name,
            "local": local,
            "zone": zone,
            "due_at": delivery.due_at,
            "state": delivery.state.value,
            "sent_at": delivery.sent_at,
            "permalink": delivery.permalink or "",
            "note": delivery.note or "",
        }


class Kind(StrEnum):
    """What can be exported."""

    PRODUCTS = "products"
    SUPPLIERS = "suppliers"
    SUGGESTIONS = "suggestions"
    MESSAGES = "messages"
    POSTS = "posts"
    PUBLICATIONS = "publications"


_READ: dict[Kind, Callable[[Session], Iterator[Row]]] = {
    Kind.PRODUCTS: products,
    Kind.SUPPLIERS: suppliers,
    Kind.SUGGESTIONS: suggestions,
    Kind.MESSAGES: messages,
    Kind.POSTS: posts,
    Kind.PUBLICATIONS: publications,
}


def lines(session: Session, kind: Kind, format: Format) -> Iterator[str]:
    """The lines of the file. In CSV no cell begins like a formula; `import` takes that back."""
    rows = _READ[kind](session)
    return _as_csv(rows) if format is Format.CSV else _as_json(rows)


def _as_json(rows: Iterator[Row]) -> Iterator[str]:
    for row in rows:
        yield json.dumps({name: _plain(cell) for name, cell in row.items()}, ensure_ascii=False)


def _as_csv(rows: Iterator[Row]) -> Iterator[str]:
    for number, row in enumerate(rows):
        if number == 0:
            yield _csv_line(list(row))
        yield _csv_line([_cell(cell) for cell in row.values()])


def _csv_line(cells: list[str]) -> str:
    line = io.StringIO(newline="")
    # What ends a line is also what the writer quotes in a cell: a text may hold line breaks.
    csv.writer(line, lineterminator="\r\n").writerow([guarded(cell) for cell in cells])
    return line.getvalue().removesuffix("\r\n")


def _plain(cell: Any) -> Any:
    return cell if cell is None or isinstance(cell, bool | int | str) else cell.isoformat()


def _cell(cell: Any) -> str:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    plain = _plain(cell)
    return "" if plain is None else str(plain)
