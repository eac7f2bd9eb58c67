"""Whatever a mail server does at whichever point, a letter arrives once, or a person is asked."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from adapters.email import EmailSettings, plugin
from bot.channels.models import Channel
from bot.channels.service import ensure
from bot.clock import FrozenClock
from bot.db import Session, Writer
from bot.networks import Action, Content, Services
from bot.outbox.models import About, Delivery, DeliveryState
from bot.outbox.postman import Postman
from bot.outbox.service import enqueue
from tests import databases, rooms
from tests.proof.mail_server import ABSURD, BREAKS, REFUSALS, SECOND, MailServer, open_mail

ANSWERS = ("greeting", "EHLO", "MAIL", "RCPT", "DATA", "text", "QUIT")
IMPATIENCE = SECOND * 5  # how long Hubbub waits for a server


async def send_one(
    writer: Writer, clock: FrozenClock, port: int, account: str
) -> tuple[Delivery, Channel]:
    """A letter by that server, tried for some hours; gives what became of it."""
    settings = EmailSettings(
        account=account,
        host="127.0.0.1",
        port=port,
        security="none",
        sender="hello@shop.example",
        timeout_seconds=IMPATIENCE,
    )
    postman = Postman(
        writer=writer,
        adapters={("email", account): plugin.build(settings, Services(clock=clock))},
        clock=clock,
        owner="me",
        finish=lambda _session, _delivery, content: content,
        send_timeout=2 * IMPATIENCE,
    )
    id = await writer.run(lambda session: write(session, account))
    for _ in range(4):
        await postman.deliver_due()
        clock.advance(timedelta(minutes=16))
    with writer.database.reading() as session:
        row = session.need(Delivery, id)
        return row, session.need(Channel, row.channel_id)


def write(session: Session, account: str) -> UUID:
    return enqueue(
        session,
        key=f"letter by {account}",
        channel=ensure(session, network="email", account=account, remote_id="care@alba.example"),
        action=Action.DIRECT,
        content=Content(text="Hello Alba", title="A suggestion"),
        about=About.CASE,
    ).id


@pytest.mark.parametrize("fault", [*BREAKS, *REFUSALS, *ABSURD])
async def test_a_letter_arrives_once_or_a_person_is_asked(
    fault: str, tmp_path: Path, clock: FrozenClock
) -> None:
    """The n-th answer of the server is the fault, for every n until a clean run."""
    database = rooms.open_database(databases.sqlite_url(tmp_path), clock)
    with Writer(database) as writer:
        for at, what in enumerate((*ANSWERS, "none")):
            server = MailServer(fault, at)
            async with open_mail(server) as port:
                row, channel = await send_one(writer, clock, port, f"box {at}")
            taken = len(server.taken)
            assert server.met is (what in ANSWERS), "every answer has its turn"
            match row.state:
                case DeliveryState.SENT:
                    assert taken == 1, what
                case _ if what == "none":
                    raise AssertionError(f"nothing went wrong: left {row.state}")
                case DeliveryState.UNKNOWN:
                    assert taken <= 1 and fault not in REFUSALS, what
                    assert what in {"DATA", "text"}, "before that nothing can have happened"
                case DeliveryState.REFUSED:
                    assert (taken, fault) == (0, "554") and "554 No" in row.note, what
                case DeliveryState.PENDING:
                    assert (taken, fault) == (0, "535") and "535" in channel.paused_because, what
                case state:
                    raise AssertionError(f"{what}: left {state}")
    database.close()
