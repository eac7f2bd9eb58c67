"""What a link shows: read from its page, and never from an address of ours."""

from dataclasses import replace

import pytest

from bot.clock import FrozenClock
from bot.db import Database, Writer
from bot.egress import AddressRefused, NoAnswer, Rules
from content_calendar import cards
from content_calendar.cards import Card, first_link, read
from tests.media.files import picture
from tests.test_egress import OUTSIDE, Server, outside, rules, saying

__all__ = ["outside"]  # a fixture

PAGE = b"""<!doctype html><head><title>Lids &amp; more</title>
<meta property="og:title" content="Lids"><meta name="description" content="All  lids.">
<meta property="og:image" content="/lid.png"></head><body><title>No</title>"""


@pytest.mark.parametrize(
    ("page", "card"),
    [
        (PAGE, Card(title="Lids", description="All lids.", picture="https://k.example/lid.png")),
        (b"<title> Only\n a title </title>", Card(title="Only a title")),
        (b"", Card(title="")),
        (b"\xff\xfe<title>x\x00</title", Card(title="x\x00")),
        (b"<meta property=og:image content='http://['><title>Odd</title>", Card(title="Odd")),
        (b"<title>" + b"x" * 900 + b"</title>", Card(title="x" * 300)),
    ],
)
def test_a_page_tells_its_own_title_words_and_picture(page: bytes, card: Card) -> None:
    assert read(page, "https://k.example/a") == card


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("See https://k.example/a.", "https://k.example/a"),
        ("(https://k.example/a) and https://k.example/b", "https://k.example/a"),
        ("no link", ""),
    ],
)
def test_the_first_address_of_a_text_is_the_one_that_counts(text: str, link: str) -> None:
    assert first_link(text) == link


async def test_what_was_found_is_kept_with_its_picture(
    outside: Server, database: Database, writer: Writer, clock: FrozenClock
) -> None:
    outside.answers = [saying(PAGE), saying(picture("PNG"))]
    url = f"http://shop.example:{outside.port}/lids"
    await cards.look(url, writer, rules(outside))
    assert [asked.split()[1] for asked in outside.asked] == ["/lids", "/lid.png"]
    with database.reading() as session:
        card = cards.known(session, url)
        assert card is not None
        assert (card.title, card.description, len(card.picture)) == ("Lids", "All lids.", 64)
        assert cards.is_fresh(card, clock.now())
        assert not cards.is_fresh(card, clock.now() + cards.FRESH)


async def test_a_page_whose_picture_is_none_is_still_a_page(
    outside: Server, writer: Writer
) -> None:
    outside.answers = [saying(PAGE), saying(b"<svg onload=alert(1)>")]
    card = await cards.look(f"http://shop.example:{outside.port}/", writer, rules(outside))
    assert (card.title, card.picture) == ("Lids", "")


async def test_an_error_is_no_preview(outside: Server, writer: Writer) -> None:
    outside.answers = [saying(b"", status="404 Not Found")]
    with pytest.raises(NoAnswer, match="404"):
        await cards.look(f"http://shop.example:{outside.port}/", writer, rules(outside))


async def test_nothing_of_ours_is_called(outside: Server, writer: Writer) -> None:
    nobody = replace(rules(outside), also=())
    for url in (f"http://{OUTSIDE}:{outside.port}/", "http://169.254.169.254/latest"):
        with pytest.raises(AddressRefused):
            await cards.look(url, writer, nobody)
    with pytest.raises(AddressRefused):
        await cards.look("http://localhost/", writer, Rules())
    assert outside.asked == []
