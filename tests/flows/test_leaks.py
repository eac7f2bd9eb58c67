"""Two thousand planted identities, and every byte that leaves for a partner: none is in it.

The routes are those of the program: a page, file or feed that a partner may call is looked at as
soon as there is one.
"""

import io
import json
import re
from collections.abc import Iterator, Sequence
from email.policy import SMTP
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from PIL import Image

from adapters.email.translate import mail
from bot import main, pages
from bot.clock import FrozenClock
from bot.db import Row, Session
from bot.media.looking import clean
from bot.members.models import Member
from bot.networks import Content, Outgoing
from bot.outbox.models import About, Delivery
from bot.products.models import Product
from bot.settings import Settings
from bot.suppliers import guards, links, product_pictures, service
from bot.suppliers.correspondence.facts import facts
from bot.suppliers.models import Answer, Case, Supplier
from bot.suppliers.partners import add_supplier
from bot.understanding import mask
from bot.web.access import Access, handlers_of
from bot.web.app import create_app
from bot.web.stream import Streams
from tests import rooms
from tests.shops import PIXEL
from tests.suppliers import shop
from tests.understanding.planted import Planted, planted
from tests.web.doorway import Client, visiting
from tests.web.two_shops import OWNED

CASES, VOICES = 40, 50
# Of 2,000, as in tests/understanding/test_planted.py: what is measured there is all that leaves.
MOST = 10
PARAMETER = re.compile(r"{(\w+):(\w+)}")


@pytest.fixture
def leaving(tmp_path: Path) -> Iterator[tuple[list[Planted], dict[str, str]]]:
    """What was planted, and by place all that a partner gets of it, as text."""
    identities = planted(CASES * VOICES, measured=True)
    hubbub = main.Hubbub(Settings(data=tmp_path), clock=FrozenClock(rooms.START))
    hubbub.open()
    try:
        token, letters = hubbub.writer.run_blocking(lambda session: _plant(session, identities))
        streams = Streams(hubbub.database, hubbub.writer.news)
        streams.close()
        app = create_app(pages.routes(hubbub.plugins, hubbub.house), hubbub.house, streams=streams)
        own = hubbub.writer.run_blocking(_own)
        with visiting(app) as client:
            client.cookies.set(guards.COOKIE, token)
            seen = dict(_pages(client, app.routes, own))
        yield identities, letters | seen
    finally:
        hubbub.close()


def _plant(session: Session, identities: Sequence[Planted]) -> tuple[str, dict[str, str]]:
    """Each says it under their own name in one of the partner's cases; every tenth answers too."""
    shop.open_shop(session)
    alba = add_supplier(session, "Alba", "care@alba.example", brands=["Alba"])
    for number in range(CASES):
        some = identities[number * VOICES : (number + 1) * VOICES]
        suggestion = shop.suggest(session, some[0].text, people=())
        voices = [
            shop.speak(session, suggestion, f"{number}-{n}", one.text) for n, one in enumerate(some)
        ]
        for voice, one in zip(voices, some, strict=True):
            session.need(Member, voice.member_id).name = one.names[-1]
        session.flush()
        case = service.open_case(session, suggestion)
        for voice in voices[::10]:
            said = {"words": voice.words, "said_at": voice.said_at}
            session.put(Answer(case_id=case.id, message_id=voice.message_id, **said))
    for product in session.scalars(sa.select(Product)):
        product_pictures.give(session, product, (PIXEL, "image/png"), by="user:Mia")
    return links.enter(session, alba).token, dict([*_letters(session), *_calls(session, alba)])


def _calls(session: Session, alba: Supplier) -> Iterator[tuple[str, str]]:
    """What the partner's own program would be told."""
    for case in session.scalars(sa.select(Case)):
        yield f"call {case.id}", json.dumps(facts(session, case, alba).to_json())


def _letters(session: Session) -> Iterator[tuple[str, str]]:
    for one in session.scalars(sa.select(Delivery).filter_by(about=About.CASE)):
        outgoing = Outgoing(
            key=one.key,
            account="default",
            channel="care@alba.example",
            action=one.action,
            content=Content.from_json(one.content),
            recipient=one.recipient,
        )
        made = mail(outgoing, sender="hubbub@shop.example", now=session.now())
        raw = made.as_bytes(policy=SMTP).decode()
        yield f"mail {one.id}", f"{raw}\n{made.get_content()}\n{dict(made.items())}"


def _own(session: Session) -> dict[type[Row], list[UUID]]:
    return {Case: list(session.scalars(sa.select(Case.id)))}


def _pages(
    client: Client, routes: Any, own: dict[type[Row], list[UUID]]
) -> Iterator[tuple[str, str]]:
    for path, handler in handlers_of(routes):
        methods: set[str] = getattr(handler, "http_methods", set())
        if handler.opt.get("access") is not Access.PARTNER or "GET" not in methods:
            continue
        found = PARAMETER.search(path)
        if len(PARAMETER.findall(path)) > 1:
            continue  # pictures: their bytes are looked at where they are made anew
        kind = OWNED[path[: found.end()]] if found else None
        for id in own.get(kind, ()) if kind else (None,):
            address = path if id is None else PARAMETER.sub(str(id), path)
            answer = client.get(address)
            assert answer.status_code == 200, address
            yield address, f"{dict(answer.headers)}\n{answer.text}"


def test_no_identity_is_in_any_byte_that_leaves_for_a_partner(
    leaving: tuple[list[Planted], dict[str, str]],
) -> None:
    identities, sent = leaving
    assert sum(place.startswith("mail ") for place in sent) == CASES
    assert sum(place.startswith("call ") for place in sent) == CASES
    assert sum(place.startswith("/supplier/cases/") for place in sent) >= CASES
    everything = "\n".join(sent.values())
    assert everything.count("[name]") > 300 and everything.count("[address]") > 150
    known = [one.leaks(mask(one.text, names=one.names)) for one in identities]
    assert sum(map(bool, known)) <= MOST
    secrets = {secret for one in identities for secret in one.secrets}
    looked_at = seen(everything)
    leaked = {secret for secret in secrets if stands(secret, *looked_at)}
    assert leaked <= {secret for some in known for secret in some}
    assert not [one.names[-1] for one in identities if one.names[-1] in everything]


def seen(text: str) -> tuple[str, set[str], str]:
    """In small letters, as words, and as the digits that a reader sees, however they are set:
    tags and tokens are full of digits."""
    low = text.casefold()
    shown = re.sub(r"<[^>]*>|[0-9a-f-]{32,}|/s/\S+", " ", text)
    words = set(re.findall(r"\w+", low))
    words |= {word.removesuffix("s") for word in words}  # a genitive
    return low, words, re.sub(r"(?<=\d)[ ()/.-]+(?=\d)", "", shown)


def stands(secret: str, low: str, words: set[str], digits: str) -> bool:
    if secret.isdigit():
        return secret in digits
    parts = re.findall(r"\w+", secret.casefold())
    return all(part in words for part in parts) and (len(parts) == 1 or secret.casefold() in low)


def test_what_looks_for_them_finds_them_where_nothing_is_masked() -> None:
    identities = planted(200, measured=True)
    everything = seen("\n".join(one.text for one in identities))
    assert all(stands(secret, *everything) for one in identities for secret in one.secrets[:1])


def test_a_picture_tells_nothing_of_who_took_it_and_where() -> None:
    exif = Image.Exif()
    exif[0x013B], exif[0x8298], exif[0x010E] = (
        "Emily Thornbury",
        "(c) Thornbury",
        "12 Oak Hill Road",
    )
    exif.get_ifd(0x8825)[1] = "N"
    kept = io.BytesIO()
    Image.new("RGB", (32, 32), "plum").save(kept, "JPEG", exif=exif, comment=b"Emily Thornbury")
    assert b"Thornbury" in kept.getvalue()
    cleaned, _ = clean(kept.getvalue())
    assert b"Thornbury" not in cleaned and b"Oak Hill" not in cleaned
    assert not Image.open(io.BytesIO(cleaned)).getexif()
