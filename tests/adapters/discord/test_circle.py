"""The whole circle through a local Discord: a post, a wish, a partner's answer in the thread."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from adapters.discord.speaking import CAPABILITIES
from bot.channels import service as channels
from bot.db import Database, Session, Writer
from bot.suppliers import service as suppliers
from bot.suppliers.models import Act, Case
from content_calendar import service as calendar
from content_calendar.draft import Draft
from tests.adapters.discord.life import until
from tests.flows.running import open_a_shop, running
from tests.stand_ins.discord import CHANNEL, DiscordStandIn

QUESTION = "What would make the Trail Lid Cup better?"
WISH = "please make the lid dishwasher-safe"


@contextmanager
def writing(folder: Path) -> Iterator[Writer]:
    database = Database(f"sqlite:///{folder}/hubbub.db")
    with Writer(database) as writer:
        yield writer
    database.close()


def publish(session: Session) -> None:
    place = channels.ensure(session, network="discord", account="default", remote_id=CHANNEL)
    draft = Draft(title="A question", text=QUESTION, channel_ids=(place.id,))
    limits = {"discord": CAPABILITIES}
    post = calendar.create(session, draft, by=None, capabilities=limits)
    session.flush()
    calendar.publish_now(session, post.id, post.version, by=None, capabilities=limits)


def accept(session: Session) -> None:
    [case] = session.scalars(sa.select(Case)).all()
    suppliers.decide(session, case, Act.ACCEPT, by="supplier:Brook & Daughters")


def texts(there: DiscordStandIn) -> list[str]:
    return [shown.text for shown in there.shown()]


async def test_a_wish_below_a_post_is_answered_where_it_was_said(
    there: DiscordStandIn, tmp_path: Path
) -> None:
    open_a_shop(tmp_path)
    section: dict[str, Any] = {**there.settings()}
    told = {f"HUBBUB_NETWORKS__DISCORD__{name.upper()}": str(v) for name, v in section.items()}
    with running(tmp_path, 0, **told), writing(tmp_path) as writer:
        writer.run_blocking(publish)
        await until(lambda: QUESTION in texts(there))
        post = there.shown()[0]
        wish = await there.say(WISH, reply_to=post.id)
        await until(lambda: len(there.shown()) == 2)
        thanks = there.shown()[1]
        assert "for the Trail Lid Cup" in thanks.text  # which only the post names
        assert (thanks.reply_to, thanks.channel) == (wish, CHANNEL)
        writer.run_blocking(accept)
        await until(lambda: any("has accepted" in text for text in texts(there)))
        answer = there.shown()[-1]
        assert (answer.reply_to, answer.channel) == (wish, CHANNEL)
        assert sum("has accepted" in text for text in texts(there)) == 1
