"""What came back to posts, on their cards and on their pages."""

import re

import pytest
import sqlalchemy as sa

from bot.accounts.models import Role
from bot.db import Database, Session, Writer
from bot.networks import EventKind
from content_calendar import queries
from content_calendar.echoes import Echo, echoes, led_to
from content_calendar.models import Occurrence, Post
from content_calendar.recurrence import zone_info
from tests.content_calendar.answers import happens, sent
from tests.content_calendar.calendars import scheduled, wall
from tests.web.doorway import Client, sign_in

WISH = "Please make the lid of the kettle dishwasher-safe!"


def occurrence(session: Session, post: Post) -> Occurrence:
    return session.scalars(sa.select(Occurrence).filter_by(post_id=post.id)).one()


def lively(session: Session) -> Post:
    """Three replies by two people of whom both wish the same, and two reactions."""
    post = scheduled(session, "2026-03-03T14:30")
    happens(session, post, WISH, who="Ada")
    happens(session, post, WISH, who="Bob")
    happens(session, post, "Good morning everybody", who="Ada")
    for who in ("Ada", "Bob"):
        happens(session, post, who=who, kind=EventKind.REACTION, emoji="👍")
    return post


def test_replies_reactions_and_suggestions_are_counted(session: Session) -> None:
    post, quiet = lively(session), scheduled(session, "2026-03-04T14:30")
    sent(session, quiet)
    ids = [occurrence(session, it).id for it in (post, quiet)]
    assert echoes(session, ids) == {ids[0]: Echo(replies=3, reactions=2, suggestions=1)}
    [(_, words, voices)] = led_to(session, ids[0])
    assert (words, voices) == (WISH, 2)


def test_the_echo_of_another_shop_is_not_heard(session: Session, database: Database) -> None:
    post = lively(session)
    id = occurrence(session, post).id
    session.commit()
    others = Database(database.writers.url.render_as_string(False), workspace=2)
    with others.reading() as other:
        assert echoes(other, [id]) == {}
        assert led_to(other, id) == []
    others.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("posts", [1, 40])
def test_a_month_asks_once_however_many_posts_there_are(session: Session, posts: int) -> None:
    times = [f"2026-03-{it % 25 + 3:02}T{it // 25 + 8:02}:30" for it in range(posts)]
    made = [scheduled(session, local) for local in times]
    for post in made:
        sent(session, post)
    happens(session, made[0], "I like it")
    asked: list[str] = []

    def listen(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        asked.append(statement)

    bind = session.get_bind()
    sa.event.listen(bind, "before_cursor_execute", listen)
    first, last = wall("2026-03-01").date(), wall("2026-03-31").date()
    days = queries.by_day(session, first, last, zone_info("Europe/Berlin"), most=4)
    sa.event.remove(bind, "before_cursor_execute", listen)
    shown = [entry for day in days.values() for entry in day.entries]
    assert sum(entry.echo.replies for entry in shown) == 1
    assert sum("UNION ALL" in statement for statement in asked) == 1
    assert len(asked) <= 8


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_cards_and_the_post_s_page_tell_it(client: Client, writer: Writer) -> None:
    id = writer.run_blocking(lambda session: lively(session).id)
    sign_in(client, writer, Role.MARKETER)
    month = client.get("/calendar?view=month&month=2026-03").text
    assert re.search(r'class="entry-echo">↩ 3<', month)
    listed = client.get("/calendar?view=list&day=2026-03-03").text
    for words in ("3 replies", "2 reactions", "1 suggestion"):
        assert words in listed
    page = client.get(f"/posts/{id}").text
    assert "Suggestions it led to" in page and "2 voices" in page and WISH in page
