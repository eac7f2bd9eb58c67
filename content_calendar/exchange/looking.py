"""What a file of posts would make: every row looked at, nothing written."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

import sqlalchemy as sa

from bot.accounts.models import User
from bot.channels.models import Channel
from bot.db import Session
from bot.errors import InvalidInput
from bot.products.models import Product
from content_calendar.exchange import events, sheets
from content_calendar.exchange.models import Kind, Origin
from content_calendar.exchange.rows import Entry, Known, entry_of, must_name_posts
from content_calendar.models import Post
from content_calendar.queries import community_channels
from content_calendar.service import may_approve
from content_calendar.writing import Limits

T = TypeVar("T")

AT_ONCE = 500
"""So many rows are looked at, or made, by one step: it bounds how long others wait."""

Same = Callable[[Sequence[Entry]], set[int]]


def kind_of(data: bytes) -> Kind:
    """By what is in it, whatever it is called."""
    if data.startswith(b"PK"):
        return Kind.XLSX
    if data.lstrip(b"\xef\xbb\xbf \r\n").upper().startswith(b"BEGIN:VCALENDAR"):
        return Kind.ICS
    return Kind.CSV


def expected(kind: Kind, data: bytes) -> int:
    """About how many rows there are, to show how far it is."""
    mark = b"BEGIN:VEVENT" if kind is Kind.ICS else b"\n"
    return 0 if kind is Kind.XLSX else data.count(mark)


def known(session: Session, limits: Limits, zone: str, by: User | None) -> Known:
    """Everything that rows may name, read once."""
    places: dict[str, list[Channel]] = {}
    for channel in community_channels(session):
        for name in (channel.name, f"{channel.network}/{channel.name}"):
            places.setdefault(name.casefold(), []).append(channel)
    products = session.execute(sa.select(Product.id, Product.sku, Product.name)).all()
    return Known(
        channels={
            name: (found[0].id, found[0].network)
            for name, found in places.items()
            if len(found) == 1
        },
        products={name.casefold(): id for id, _, name in products}
        | {sku.casefold(): id for id, sku, _ in products},
        limits=limits,
        zone=zone,
        now=session.now(),
        approves=may_approve(by),
    )


def entries(kind: Kind, data: bytes, known: Known) -> Iterator[Entry]:
    """Raises `InvalidInput` as soon as the file can't be read on."""
    if len(data) > sheets.LARGEST:
        raise InvalidInput(f"The file is too large: at most {sheets.LARGEST // 1_000_000} MB fit.")
    if kind is Kind.ICS:
        yield from events.entries(data, known)
        return
    rows = sheets.rows_of_xlsx(data) if kind is Kind.XLSX else sheets.rows_of_csv(data)
    said: dict[int, int] = {}
    for count, (number, row) in enumerate(rows):
        if not count:
            must_name_posts(row)
        entry = entry_of(number, row, known)
        first = number if entry.problems else said.setdefault(hash(_said(entry)), number)
        if first != number:
            again = f"It says the same at the same time as row {first}."
            entry = Entry(row=number, problems=(*entry.problems, f"Row {number}: {again}"))
        yield entry


def _said(entry: Entry) -> tuple[object, ...]:
    """By this a row is known again: what it says, when, and where."""
    draft = entry.draft
    places = tuple(sorted(each.hex for each in draft.channel_ids))
    return draft.heading, draft.text, draft.local, draft.zone, places


def portions(found: Iterable[T], size: int = AT_ONCE) -> Iterator[list[T]]:
    iterator = iter(found)
    while portion := list(islice(iterator, size)):
        yield portion


def there_already(session: Session, portion: Sequence[Entry]) -> set[int]:
    """The rows of those whose post is in the calendar."""
    good = [entry for entry in portion if not entry.problems]
    keyed = {entry.key: entry.row for entry in good if entry.key}
    if keyed:
        made = (
            sa.select(Origin.key)
            .join(Post, (Post.workspace_id == Origin.workspace_id) & (Post.id == Origin.post_id))
            .where(Origin.source == events.SOURCE, Origin.key.in_(keyed))
        )
        return {keyed[key] for key in session.scalars(made)}
    titles = {entry.draft.heading for entry in good}
    times = {entry.draft.local for entry in good if entry.draft.local}
    columns = (Post.title, Post.text, Post.local, Post.zone, Post.channel_ids)
    found = sa.select(*columns).where(
        Post.title.in_(titles),
        sa.or_(Post.local.in_(times), Post.local.is_(None)),
    )
    stored = {(*row[:4], tuple(sorted(row[4]))) for row in session.execute(found)}
    return {entry.row for entry in good if _said(entry) in stored}
