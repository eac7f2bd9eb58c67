from datetime import timedelta

import pytest

from bot.accounts.models import Role
from bot.clock import FrozenClock
from bot.db import Session
from bot.errors import Conflict, InvalidInput, NotAllowed, NotFound
from bot.outbox.models import About, DeliveryState
from content_calendar import service
from content_calendar.draft import Draft
from content_calendar.models import Post, Stage
from tests.content_calendar.calendars import (
    LIMITS,
    becomes,
    channel,
    deliveries,
    draft,
    due,
    person,
    scheduled,
    wall,
)


def test_a_draft_is_kept_and_nothing_leaves(session: Session) -> None:
    post = service.create(session, draft(session), by=None, capabilities=LIMITS)
    assert (post.stage, post.version, deliveries(session)) == (Stage.DRAFT, 1, [])


def test_a_scheduled_post_is_in_the_outbox_at_its_wall_time(session: Session) -> None:
    post = scheduled(session)
    (delivery,) = deliveries(session)
    assert due(session) == ["03-03 14:30"]
    assert (delivery.about, delivery.about_id) == (About.POST, post.id)
    assert delivery.content["text"] == "Which lid do you use most?"


def test_all_problems_are_said_at_once_beside_their_fields(session: Session) -> None:
    telegram, mail = channel(session, "telegram"), channel(session, "email")
    wrong = draft(
        session,
        "2026-03-01T09:00",
        text="x" * 50,
        overrides={"webchat": "y" * 500},
        channel_ids=(channel(session).id, telegram.id, mail.id),
    )
    with pytest.raises(InvalidInput) as refused:
        service.create(session, wrong, by=None, capabilities=LIMITS, stage=Stage.SCHEDULED)
    assert refused.value.fields == {
        "text": "Telegram: The text is 10 too long: 50 of 40.",
        "override_webchat": "Webchat: The text is 100 too long: 500 of 400.",
        "channels": "Email can't be posted to right now.",
        "date": "That time has passed. Choose a later one, or publish it now.",
    }


def test_an_empty_post_can_not_be_scheduled_and_says_everything_that_is_missing(
    session: Session,
) -> None:
    with pytest.raises(InvalidInput) as refused:
        service.create(
            session, Draft(title="Lids"), by=None, capabilities=LIMITS, stage=Stage.SCHEDULED
        )
    assert set(refused.value.fields) == {"text", "channels", "date"}


def test_a_draft_may_be_empty_but_for_a_title(session: Session) -> None:
    assert service.create(session, Draft(title="Lids"), by=None, capabilities={}).title == "Lids"
    with pytest.raises(InvalidInput):
        service.create(session, Draft(), by=None, capabilities={})


def test_without_a_title_the_first_words_name_it(session: Session) -> None:
    text = "Do you wash the lids by hand, or do they go into the dishwasher with the rest?"
    post = service.create(session, Draft(text=text), by=None, capabilities={})
    assert post.title == "Do you wash the lids by hand, or do they go into the…"


def test_a_network_gets_its_own_words(session: Session) -> None:
    both = (channel(session).id, channel(session, "telegram").id)
    scheduled(session, channel_ids=both, text="x" * 50, overrides={"telegram": "short?"})
    assert {each.content["text"] for each in deliveries(session)} == {"x" * 50, "short?"}


@pytest.mark.parametrize("role", [Role.APPROVER, Role.OWNER])
def test_an_approver_lets_a_reviewed_post_go_out(session: Session, role: Role) -> None:
    author, approver = person(session, Role.MARKETER), person(session, role)
    post = service.create(session, draft(session), by=author, capabilities=LIMITS)
    service.request_review(session, post.id, 1, by=author, capabilities=LIMITS)
    with pytest.raises(NotAllowed):
        service.schedule(session, post.id, 2, by=author, capabilities=LIMITS)
    assert deliveries(session) == []
    service.schedule(session, post.id, 2, by=approver, capabilities=LIMITS)
    assert (post.stage, len(deliveries(session))) == (Stage.SCHEDULED, 1)


def test_a_marketer_can_not_change_what_was_approved_but_can_withdraw_it(session: Session) -> None:
    marketer, post = person(session, Role.MARKETER), scheduled(session)
    new = draft(session, text="Buy now!")
    with pytest.raises(NotAllowed):
        service.save(session, post.id, 1, new, by=marketer, capabilities=LIMITS)
    service.unschedule(session, post.id, 1, by=marketer)
    assert (post.stage, deliveries(session)) == (Stage.DRAFT, [])


def test_a_post_is_sent_back_once(session: Session) -> None:
    owner = person(session, Role.OWNER)
    post = service.create(
        session, draft(session), by=None, capabilities=LIMITS, stage=Stage.IN_REVIEW
    )
    service.send_back(session, post.id, 1, by=owner)
    assert post.stage is Stage.DRAFT
    with pytest.raises(Conflict, match="not in review"):
        service.send_back(session, post.id, 2, by=owner)


def test_who_was_slower_is_told_who_did_what(session: Session) -> None:
    mara, post = person(session, Role.OWNER, "Mara"), scheduled(session)
    moved = {"local": wall("2026-03-04T10:00"), "zone": "Europe/Berlin"}
    service.move(session, post.id, 1, **moved, by=mara)  # type: ignore[arg-type]  # a table of keywords
    with pytest.raises(Conflict, match="Mara moved this post in the meantime"):
        service.save(session, post.id, 1, draft(session), by=None, capabilities=LIMITS)


def test_moving_takes_the_delivery_along(session: Session) -> None:
    post = scheduled(session)
    before = deliveries(session)[0].id
    service.move(session, post.id, 1, local=wall("2026-03-30T08:00"), zone="Europe/Berlin", by=None)
    assert due(session) == ["03-30 08:00"]
    assert [each.id for each in deliveries(session)] == [before]


def test_moving_into_the_past_is_refused(session: Session) -> None:
    post = scheduled(session)
    with pytest.raises(InvalidInput, match="passed"):
        service.move(
            session, post.id, 1, local=wall("2026-03-01T08:00"), zone="Europe/Berlin", by=None
        )


@pytest.mark.parametrize(
    ("state", "why"),
    [
        (DeliveryState.SENDING, "going out right now"),
        (DeliveryState.SENT, "gone out already"),
        (DeliveryState.UNKNOWN, "may have gone out"),
    ],
)
def test_what_has_left_is_neither_moved_nor_edited_and_says_why(
    session: Session, state: DeliveryState, why: str
) -> None:
    post = scheduled(session)
    becomes(session, state)
    session.commit()
    later = wall("2026-03-04T10:00")
    with pytest.raises(Conflict, match=why):
        service.move(session, post.id, 1, local=later, zone="Europe/Berlin", by=None)
    session.rollback()
    with pytest.raises(Conflict, match=why):
        service.save(session, post.id, 1, draft(session), by=None, capabilities=LIMITS)
    session.rollback()
    with pytest.raises(Conflict):
        service.unschedule(session, post.id, 1, by=None)
    session.rollback()
    assert due(session) == ["03-03 14:30"]


def test_half_of_a_post_is_never_moved(session: Session) -> None:
    both = (channel(session).id, channel(session, "telegram").id)
    post = scheduled(session, channel_ids=both)
    becomes(session, DeliveryState.SENDING)
    session.commit()
    with pytest.raises(Conflict):
        service.move(
            session, post.id, 1, local=wall("2026-03-04T10:00"), zone="Europe/Berlin", by=None
        )
    session.rollback()
    assert due(session) == ["03-03 14:30", "03-03 14:30"]


def test_editing_changes_what_is_pending(session: Session) -> None:
    telegram = channel(session, "telegram")
    post = scheduled(session, channel_ids=(channel(session).id,))
    both = (channel(session).id, telegram.id)
    new = draft(session, text="Lid or no lid?", channel_ids=both)
    service.save(session, post.id, 1, new, by=None, capabilities=LIMITS)
    assert [each.content["text"] for each in deliveries(session)] == ["Lid or no lid?"] * 2
    one = draft(session, text="Lid?", channel_ids=(telegram.id,))
    service.save(session, post.id, 2, one, by=None, capabilities=LIMITS)
    assert [each.channel_id for each in deliveries(session)] == [telegram.id]
    service.save(session, post.id, 3, new, by=None, capabilities=LIMITS)
    assert [each.content["text"] for each in deliveries(session)] == ["Lid or no lid?"] * 2


def test_off_the_calendar_and_on_again_goes_out_once(session: Session) -> None:
    post = scheduled(session)
    service.unschedule(session, post.id, 1, by=None)
    service.schedule(session, post.id, 2, by=None, capabilities=LIMITS)
    assert due(session) == ["03-03 14:30"]


def test_scheduled_twice_goes_out_once(session: Session) -> None:
    post = scheduled(session)
    service.schedule(session, post.id, 1, by=None, capabilities=LIMITS)
    assert due(session) == ["03-03 14:30"]


@pytest.mark.parametrize(
    ("local", "leaves"),
    [
        ("2026-03-29T02:30", "03-29 03:30"),  # does not exist: later by the hour that is missing
        ("2026-10-25T02:30", "10-25 02:30"),  # comes twice
    ],
)
def test_around_a_change_of_clocks_a_post_goes_out_once(
    session: Session, local: str, leaves: str
) -> None:
    scheduled(session, local)
    assert due(session) == [leaves]


def test_publish_now_is_due_now_also_in_the_hour_that_comes_twice(
    session: Session, clock: FrozenClock
) -> None:
    clock.advance(wall("2026-10-25T01:30") - wall("2026-03-02T09:00"))  # 02:30 again, in Berlin
    post = service.create(session, draft(session, None), by=None, capabilities=LIMITS)
    service.publish_now(session, post.id, 1, by=None, capabilities=LIMITS)
    assert [each.due_at for each in deliveries(session)] == [clock.now()]


def test_in_one_minute(session: Session, clock: FrozenClock) -> None:
    post = service.create(session, draft(session, None), by=None, capabilities=LIMITS)
    minute = timedelta(minutes=1)
    service.publish_now(session, post.id, 1, by=None, capabilities=LIMITS, after=minute)
    assert [each.due_at for each in deliveries(session)] == [clock.now() + minute]


def test_a_draft_is_deleted_and_a_planned_post_is_not(session: Session) -> None:
    planned = scheduled(session)
    with pytest.raises(Conflict, match="Take it off first"):
        service.delete(session, planned.id, 1, by=None)
    rule = {"rrule": "FREQ=DAILY"}
    post = service.create(session, draft(session, **rule), by=None, capabilities=LIMITS)
    service.delete(session, post.id, 1, by=None)
    session.commit()
    assert session.find(Post, post.id) is None
    with pytest.raises(NotFound):
        service.delete(session, post.id, 1, by=None)


def test_a_duplicate_is_a_draft_without_a_time(session: Session) -> None:
    post = scheduled(session, campaign="Spring", rrule="FREQ=DAILY")
    copy = service.duplicate(session, post.id, by=None, capabilities=LIMITS)
    assert (copy.text, copy.local, copy.stage) == (post.text, None, Stage.DRAFT)
    assert copy.campaign_id == post.campaign_id is not None
