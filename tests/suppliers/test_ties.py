"""Nobody is lost from sight, and nobody is nagged."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.accounts.models import Role
from bot.clock import FrozenClock
from bot.db import Session, Writer
from bot.errors import Conflict
from bot.outbox.models import Delivery
from bot.suppliers import ties
from bot.suppliers.tie_models import TieTask
from tests.suppliers import shop
from tests.suppliers.conftest import Shop, form_of
from tests.web.doorway import Client, sign_in

DAY = timedelta(days=1)


def test_sixty_silent_days_make_one_task_and_no_letter(
    client: Client, stocked: Shop, writer: Writer, clock: FrozenClock
) -> None:
    user = sign_in(client, writer, Role.MARKETER)

    def speak(session: Session) -> None:
        for number in range(ties.VOICES):
            shop.suggest(session, f"idea {number}", people=("Ana Lopez",))

    def named() -> list[str]:
        return writer.run_blocking(lambda s: sorted(tie.name for _, tie in ties.tasks(s)))

    def letters(session: Session) -> int:
        return session.scalar(sa.select(sa.func.count()).select_from(Delivery)) or 0

    writer.run_blocking(speak)
    before = writer.run_blocking(letters)
    clock.advance(59 * DAY)
    assert writer.run_blocking(ties.look) == 0
    clock.advance(DAY)
    assert writer.run_blocking(ties.look) == 3
    assert [writer.run_blocking(ties.look) for _ in range(3)] == [0, 0, 0]
    assert named() == ["Alba Ltd", "Ana Lopez", "Nord"]  # Ben spoke only once

    first, second, _ = writer.run_blocking(lambda s: s.query(TieTask).order_by(TieTask.id).all())
    writer.run_blocking(lambda s: ties.finish(s, s.need(TieTask, first.id), by=user))
    writer.run_blocking(lambda s: ties.snooze(s, s.need(TieTask, second.id), by=user))
    assert len(named()) == 1
    with pytest.raises(Conflict):
        writer.run_blocking(lambda s: ties.finish(s, s.need(TieTask, first.id), by=user))
    clock.advance(ties.SNOOZE)
    assert writer.run_blocking(ties.look) == 0
    assert len(named()) == 2
    assert writer.run_blocking(letters) == before


def test_the_page_takes_a_word_for_done(
    client: Client, stocked: Shop, writer: Writer, clock: FrozenClock
) -> None:
    clock.advance(ties.SILENCE)
    sign_in(client, writer, Role.MARKETER)
    writer.run_blocking(ties.look)
    task = writer.run_blocking(lambda s: s.query(TieTask).order_by(TieTask.id).first())
    assert task is not None
    where = "/partners/relationships"
    assert "A word to Alba Ltd?" in client.get(where).text
    assert client.post(f"{where}/{task.id}/done", data=form_of(client)).status_code == 303
    assert client.get(where).text.count("A word to") == 1
