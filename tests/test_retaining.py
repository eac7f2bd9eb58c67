"""What is past its days goes, and nothing else; the counts stay."""

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from bot import retaining
from bot.accounts import service as accounts
from bot.accounts.models import EntryLink, Role
from bot.cli import app
from bot.clock import FrozenClock
from bot.db import Session, Writer
from bot.inbox.models import Event, Message, Signal
from bot.media.models import Kept
from bot.settings import Retention
from bot.suggestions.models import Suggestion, SuggestionState, Voice
from content_calendar import service as calendar
from content_calendar.draft import Draft
from content_calendar.models import Post, Stage
from tests.engagement.community import Community

ALL = Retention(raw_days=30, messages_days=60, media_days=30, sessions_days=30)
NEVER = Retention(raw_days=0, messages_days=0, media_days=0, sessions_days=0)


@pytest.fixture
def community(writer: Writer, clock: FrozenClock) -> Community:
    return Community(writer, clock)


def picture(session: Session, data: bytes) -> str:
    digest = hashlib.sha256(data).hexdigest()
    session.put(
        Kept(sha256=digest, type="image/png", size=len(data), data=data, kept_at=session.now())
    )
    return digest


def show(session: Session, digest: str) -> None:
    """In a draft of the shop."""
    draft = Draft(title="Lids", text="Which?", zone="UTC")
    post = calendar.create(session, draft, by=None, capabilities={}, stage=Stage.DRAFT)
    post.media = [{"url": f"media:{digest}", "type": "image/png", "alt": ""}]


async def live(community: Community) -> None:
    await community.say("please make the Lid Cup bigger", author="ada")
    await community.say("please make the Ember Pan lighter", author="bob")
    await community.say("hello there", author="cleo")

    def command(session: Session) -> None:
        used, _ = picture(session, b"used"), picture(session, b"unused")
        show(session, used)
        accounts.invite(session, "Mia", "mia@shop.example", Role.MARKETER)
        pan = session.scalars(sa.select(Suggestion).where(Suggestion.words.contains("Pan"))).one()
        pan.state = SuggestionState.DONE

    await community.writer.run(command)


def texts(community: Community) -> list[str]:
    return [one.text for one in community.messages()]


async def test_each_kind_goes_when_its_days_are_over(community: Community) -> None:
    await live(community)
    assert not any((await retaining.apply(community.writer, ALL)).values())
    community.clock.advance(timedelta(days=61))
    await community.say("and what of me?", author="dora")
    gone = await retaining.apply(community.writer, ALL)
    assert gone == {"raw events": 3, "messages": 2, "media nobody uses": 1, "sessions and links": 1}
    assert texts(community) == ["please make the Lid Cup bigger", "", "", "and what of me?"]
    assert [bool(one.raw) for one in community.all(Event)] == [False, False, False, True]
    words = {one.words for one in community.all(Suggestion)}
    assert words == {"please make the Lid Cup bigger", "(no longer kept)"}
    assert len(community.all(Voice)) == 2
    assert [one.words for one in community.all(Signal) if "Pan" in one.words] == []
    assert len(community.all(Kept)) == len(community.all(Post)) == 1
    assert community.all(EntryLink) == []
    assert not any((await retaining.apply(community.writer, ALL)).values())


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_has_no_days_stays_for_good(community: Community) -> None:
    await live(community)
    community.clock.advance(timedelta(days=10_000))
    assert await retaining.apply(community.writer, NEVER) == {}
    assert "hello there" in texts(community)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_who_dies_half_way_goes_on_the_next_time(
    community: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retaining, "PORTION", 1)
    await live(community)
    community.clock.advance(timedelta(days=61))
    run, calls = community.writer.run, iter(range(2))

    async def dies(command: Any) -> Any:
        if next(calls, None) is None:
            raise RuntimeError("killed")
        return await run(command)

    with monkeypatch.context() as patched:
        patched.setattr(community.writer, "run", dies)
        with pytest.raises(RuntimeError, match="killed"):
            await retaining.apply(community.writer, ALL)
    assert [bool(one.raw) for one in community.all(Event)] == [False, False, True]
    await retaining.apply(community.writer, ALL)
    assert not [one for one in community.all(Message) if "Pan" in one.text]


def test_a_dry_run_counts_and_changes_nothing(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(f'data = "{tmp_path}/data"\n[retention]\nmessages_days = 1\n')
    asked = CliRunner().invoke(app, ["retention", "--dry-run", "--config", str(config)])
    assert (asked.exit_code, "0 messages would go." in asked.stdout) == (0, True)
    done = CliRunner().invoke(app, ["retention", "--config", str(config)])
    assert (done.exit_code, "0 messages are gone." in done.stdout) == (0, True)
