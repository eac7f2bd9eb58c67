"""Pictures that people sent: they reach the partner, and nothing that they told besides."""

import asyncio
import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import sqlalchemy as sa
from PIL import Image

from adapters.telegram import plugin
from adapters.telegram.adapter import Telegram
from bot import egress
from bot.clock import FrozenClock, SystemClock
from bot.db import Session, Writer
from bot.engagement.forgetting import forget_words
from bot.engagement.handling import keep
from bot.engagement.reading import read
from bot.engagement.telling import Voices
from bot.inbox.models import Message
from bot.inbox.service import receive
from bot.networks import Author, EventKind, InboundEvent, Media, Services
from bot.suggestions.models import Voice
from bot.suppliers import guards, links, pictures
from bot.suppliers.models import Case
from bot.suppliers.pictures import Fetching
from bot.suppliers.portal_models import Picture, PictureState
from tests import databases
from tests.stand_ins.telegram import TelegramStandIn
from tests.suppliers import shop
from tests.suppliers.conftest import Form, Shop
from tests.web.doorway import Client

SPEAK = Voices(languages=("en",), shop="Corner shop")
PLANTED = (
    b"Ana Lopez",
    b"GPS",
    b"Exif",
    b"52,31,12",
    b"Backyard of Elm Road 5",
    b"photoshop",
    b"XMP",
)


def photograph() -> bytes:
    """A JPEG as a phone makes it: who, where, with what, and a comment, in EXIF, XMP and IPTC."""
    image = Image.new("RGB", (320, 200), "steelblue")
    exif = Image.Exif()
    exif[0x013B] = "Ana Lopez"  # Artist
    exif[0x010E] = "Backyard of Elm Road 5"  # ImageDescription
    exif[0x0112] = 6  # turned by 90 degrees
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 36.0)})
    file = io.BytesIO()
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>XMP Ana Lopez photoshop</x:xmpmeta>"
    image.save(file, "JPEG", exif=exif, comment=b"Ana Lopez 52,31,12", xmp=xmp)
    found = file.getvalue()
    assert all(one in found for one in (b"Ana Lopez", b"Exif", b"52,31,12", b"XMP"))
    assert dict(Image.open(io.BytesIO(found)).getexif().get_ifd(0x8825))
    return found


@contextmanager
def serving(**files: bytes) -> Iterator[tuple[str, egress.Rules]]:
    """A network's store of files on loopback; gives its address and the rules that allow it."""

    class Store(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the server's own name for it
            body = files.get(self.path.lstrip("/").partition("?")[0])
            self.send_response(200 if body is not None else 404)
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Store) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        port = server.server_address[1]
        rules = egress.Rules(
            ports=frozenset({port}), also=egress.networks("127.0.0.1/32"), seconds=5
        )
        yield f"http://127.0.0.1:{port}", rules
        server.shutdown()
        thread.join()


def say(session: Session, words: str, *urls: str, type: str = "image/jpeg") -> Message:
    """Somebody says it in the community, with pictures, as a network tells of it."""
    number = f"m-{len(words)}-{len(urls)}-{hash(words) & 0xFFFF}"
    event = InboundEvent(
        network="sandbox",
        account="main",
        dedupe_key=number,
        kind=EventKind.MESSAGE,
        occurred_at=session.now(),
        channel="square",
        raw=b"{}",
        message=number,
        author=Author(id="ana", name="Ana Lopez"),
        text=words,
        media=tuple(Media(url=url, type=type, alt="Ana Lopez with the lid") for url in urls),
    )
    receive(session, [event])
    keep(session, read(session, most=10, languages=("en",)), SPEAK)
    return session.scalars(sa.select(Message).filter_by(remote_id=number)).one()


WISH = "Please make the lid of the Brew kettle dishwasher-safe"


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """One engine: the statements are as plain as they can be."""
    return databases.sqlite_url(tmp_path)


def stored(writer: Writer) -> list[Picture]:
    with writer.database.reading() as session:
        every = sa.select(Picture).options(sa.orm.undefer(Picture.data)).order_by(Picture.id)
        return list(session.scalars(every))


def case_of(writer: Writer, message: Message) -> Case:
    with writer.database.reading() as session:
        voiced = sa.select(Voice.suggestion_id).where(Voice.message_id == message.id)
        return session.scalars(sa.select(Case).where(Case.suggestion_id.in_(voiced))).one()


def test_a_partner_sees_the_picture_and_nothing_that_it_told_besides(
    client: Client, writer: Writer, stocked: Shop, as_alba: Form
) -> None:
    with serving(lid=photograph()) as (address, rules):
        message = writer.run_blocking(lambda s: say(s, WISH, f"{address}/lid?key=secret"))
        assert asyncio.run(pictures.fetch_waiting(writer, Fetching(rules=rules))) == 1
        assert asyncio.run(pictures.fetch_waiting(writer, Fetching(rules=rules))) == 0
    [picture] = stored(writer)
    assert (picture.state, picture.url) == (PictureState.KEPT, "")
    case = case_of(writer, message)
    where = f"/supplier/cases/{case.id}"
    page = client.get(where).text
    assert f'src="{where}/pictures/{picture.id}"' in page
    assert 'alt="[name] with the lid"' in page
    shown = client.get(f"{where}/pictures/{picture.id}")
    assert shown.headers["content-type"] == "image/jpeg"
    assert shown.headers["cache-control"] == "no-store"
    assert "sandbox" in shown.headers["content-security-policy"]
    for bytes_ in (picture.data, shown.content, page.encode()):
        assert not [one for one in PLANTED if one in bytes_]
    image = Image.open(io.BytesIO(shown.content))
    assert image.size == (200, 320)  # as the camera meant it
    assert not image.getexif()
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_a_picture_is_opened_by_its_own_case_alone(
    client: Client, writer: Writer, stocked: Shop, as_alba: Form
) -> None:
    with serving(lid=photograph()) as (address, rules):
        tin = "Please make a Tea tin that closes"
        writer.run_blocking(lambda s: say(s, WISH, f"{address}/lid"))
        writer.run_blocking(lambda s: say(s, tin, f"{address}/lid"))
        asyncio.run(pictures.fetch_waiting(writer, Fetching(rules=rules)))
    lid, tin_ = stored(writer)
    with writer.database.reading() as session:
        own = [
            case.id
            for case in session.scalars(sa.select(Case).filter_by(supplier_id=stocked.alba.id))
        ]
    opened = [
        (case, picture.id)
        for case in own
        for picture in (lid, tin_)
        if client.get(f"/supplier/cases/{case}/pictures/{picture.id}").status_code == 200
    ]
    assert [picture for _, picture in opened] == [lid.id]
    nord = writer.run_blocking(lambda session: links.enter(session, stocked.nord))
    client.cookies.set(guards.COOKIE, nord.token)
    assert client.get(f"/supplier/cases/{opened[0][0]}/pictures/{lid.id}").status_code == 404


def test_what_is_taken_back_is_gone_also_while_it_is_being_fetched(
    writer: Writer, stocked: Shop
) -> None:
    def forget(session: Session, message: Message) -> None:
        forget_words(session, session.need(Message, message.id))

    with serving(lid=photograph()) as (address, rules):
        message = writer.run_blocking(lambda s: say(s, WISH, f"{address}/lid"))
        [wanted] = _waiting(writer)
        made = asyncio.run(Fetching(rules=rules).made(wanted))
        assert made is not None
        writer.run_blocking(lambda session: forget(session, message))
        writer.run_blocking(lambda session: pictures.keep(session, wanted.id, made))
    assert stored(writer) == []


def _waiting(writer: Writer) -> list[pictures.Wanted]:
    with writer.database.reading() as session:
        return list(pictures.waiting(session))


@pytest.mark.parametrize(
    ("body", "type", "state"),
    [
        (None, "image/jpeg", PictureState.WAITING),  # not there yet: tried again later
        (b"<svg onload=alert(1)>", "image/png", PictureState.LOST),
        (b"", "image/png", PictureState.LOST),
    ],
)
def test_what_is_no_picture_is_never_shown(
    writer: Writer, stocked: Shop, body: bytes | None, type: str, state: PictureState
) -> None:
    files = {} if body is None else {"lid": body}
    with serving(**files) as (address, rules):
        writer.run_blocking(lambda s: say(s, WISH, f"{address}/lid", type=type))
        asyncio.run(pictures.fetch_waiting(writer, Fetching(rules=rules)))
    [picture] = stored(writer)
    assert (picture.state, picture.data) == (state, b"")


def test_an_address_of_our_own_network_is_never_called_and_a_dead_one_is_given_up(
    writer: Writer, stocked: Shop, clock: FrozenClock
) -> None:
    with serving(lid=photograph()) as (address, rules):
        writer.run_blocking(lambda s: say(s, WISH, f"{address}/lid", f"{address}/nothing"))
        asyncio.run(pictures.fetch_waiting(writer, Fetching()))  # as outside of tests
        assert {one.state for one in stored(writer)} == {PictureState.LOST}
        other = f"{WISH}, and the pan too"
        writer.run_blocking(lambda s: say(s, other, f"{address}/nothing"))
        for _ in range(10):
            asyncio.run(pictures.fetch_waiting(writer, Fetching(rules=rules)))
            clock.advance(timedelta(hours=2))
    *_, last = stored(writer)
    assert (last.state, last.tries, last.url) == (PictureState.LOST, 6, "")


def test_a_film_and_chatter_are_not_fetched(writer: Writer, stocked: Shop) -> None:
    writer.run_blocking(lambda s: say(s, WISH, "https://a.example/film", type="video/mp4"))
    writer.run_blocking(lambda s: say(s, "Good morning everybody", "https://a.example/sun"))
    assert stored(writer) == []


async def test_what_only_the_bot_is_given_is_fetched_by_the_bot(
    writer: Writer, stocked: Shop
) -> None:
    """On such a network the address would tell the bot's own token."""
    async with TelegramStandIn() as server:
        server.methods.files["f1"] = photograph()
        settings = plugin.settings.model_validate(server.settings())
        bot = plugin.build(settings, Services(clock=SystemClock()))
        await writer.run(lambda s: say(s, WISH, "telegram:f1", "telegram:gone"))
        fetching = Fetching(adapters={("sandbox", "main"): bot})
        assert await pictures.fetch_waiting(writer, fetching) == 2
        assert isinstance(bot, Telegram)
        await bot._client.bot.request.shutdown()
    there, gone = stored(writer)
    assert (there.state, gone.state) == (PictureState.KEPT, PictureState.LOST)
    assert not [one for one in PLANTED if one in there.data]


def test_a_product_s_picture_is_given_by_staff_and_seen_in_that_product_s_cases(
    client: Client, writer: Writer, stocked: Shop, as_staff: Form
) -> None:
    with writer.database.reading() as session:
        where = f"/products/{shop.product(session, 'K-1').id}/picture"
    for wrong in (b"", b"<svg onload=alert(1)>"):
        refused = client.post(where, data=as_staff, files={"picture": ("a.jpg", wrong)})
        assert refused.status_code == 422
        assert 'id="problem-picture"' in refused.text
    given = client.post(where, data=as_staff, files={"picture": ("a.jpg", photograph())})
    assert given.status_code == 303
    assert client.get(f"{where}/file").headers["content-type"] == "image/jpeg"
    for partner, case, status in (
        (stocked.alba, stocked.lid, 200),
        (stocked.nord, stocked.tin, 404),  # of another product, which has none
        (stocked.nord, stocked.lid, 404),
    ):
        token = writer.run_blocking(lambda s, who=partner: links.enter(s, who)).token  # type: ignore[misc]  # lambda defaults
        client.cookies.set(guards.COOKIE, token)
        seen = client.get(f"/supplier/cases/{case.id}/product")
        assert seen.status_code == status
        assert not [one for one in PLANTED if one in seen.content]
    client.post(f"{where}/remove", data=as_staff)
    assert client.get(f"{where}/file").status_code == 404
