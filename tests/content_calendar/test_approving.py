"""Who lets posts go out: by role, by campaign, with four eyes, and again after a change."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from bot.accounts.models import Role, User
from bot.db import Session
from bot.errors import InvalidInput, NotAllowed
from content_calendar import approving, history, service
from content_calendar.keeping import RemarkKind
from content_calendar.models import Campaign, Post, Stage
from content_calendar.planning import draft_of
from tests.content_calendar.calendars import LIMITS, deliveries, draft, due, person, wall

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def mia(session: Session) -> User:
    return person(session, Role.MARKETER, "Mia")


@pytest.fixture
def anton(session: Session) -> User:
    return person(session, Role.APPROVER, "Anton")


def asked(session: Session, by: User, **changes: object) -> Post:
    return service.create(
        session,
        draft(session, **changes),  # type: ignore[arg-type]  # of many types
        by=by,
        capabilities=LIMITS,
        stage=Stage.IN_REVIEW,
        words="Please look.",
    )


def approve(session: Session, post: Post, by: User) -> Post:
    return service.schedule(session, post.id, post.version, by=by, capabilities=LIMITS)


def save(session: Session, post: Post, by: User, stage: Stage | None = None, **to: object) -> Post:
    new = replace(draft_of(session, post), **to)  # type: ignore[arg-type]  # of many types
    return service.save(
        session, post.id, post.version, new, by=by, capabilities=LIMITS, stage=stage
    )


def test_asking_commenting_sending_back_and_approving_are_talked_about(
    session: Session, mia: User, anton: User
) -> None:
    post = asked(session, mia)
    approving.say(session, post, anton, RemarkKind.SAID, "Which lid is meant?")
    service.send_back(session, post.id, post.version, by=anton, words="Say which one.")
    save(session, post, mia, Stage.IN_REVIEW, text="Which glass lid do you use?")
    approve(session, post, anton)
    said = [(it.by, it.kind.value, it.text) for it in approving.talk(session, post.id)]
    assert said == [
        ("Mia", "asked", "Please look."),
        ("Anton", "said", "Which lid is meant?"),
        ("Anton", "returned", "Say which one."),
        ("Mia", "asked", ""),
        ("Anton", "approved", ""),
    ]
    assert due(session) == ["03-03 14:30"]


def test_an_empty_comment_is_refused(session: Session, mia: User) -> None:
    with pytest.raises(InvalidInput, match="Write something"):
        approving.say(session, asked(session, mia), mia, RemarkKind.SAID, "  ")


def test_what_changed_since_approval_asks_again(session: Session, mia: User, anton: User) -> None:
    post = approve(session, asked(session, mia), anton)
    with pytest.raises(NotAllowed):
        save(session, post, mia, text="Buy lids now!")
    session.refresh(post)
    save(session, post, mia, Stage.IN_REVIEW, text="Buy lids now!")
    assert (post.stage, deliveries(session)) == (Stage.IN_REVIEW, [])
    old = history.said_in(session, post.id, post.approved_version or 0)
    assert [*history.changes(old, draft_of(session, post))] == [
        ("text", "Which lid do you use most?", "Buy lids now!")
    ]
    with pytest.raises(NotAllowed):
        approve(session, post, mia)
    approve(session, post, anton)
    assert [it.content["text"] for it in deliveries(session)] == ["Buy lids now!"]


def test_what_was_approved_may_be_planned_again_by_whoever_plans(
    session: Session, mia: User, anton: User
) -> None:
    post = approve(session, asked(session, mia), anton)
    service.unschedule(session, post.id, post.version, by=mia)
    save(session, post, mia, local=wall("2026-03-04T10:00"), title="Another name")
    approve(session, post, mia)  # the same words: nobody is asked again
    assert due(session) == ["03-04 10:00"]


def test_who_approves_takes_it_back_for_good(session: Session, mia: User, anton: User) -> None:
    post = approve(session, asked(session, mia), anton)
    service.unschedule(session, post.id, post.version, by=anton)
    with pytest.raises(NotAllowed):
        approve(session, post, mia)


def test_what_was_sent_back_is_approved_no_more(session: Session, mia: User, anton: User) -> None:
    post = approve(session, asked(session, mia), anton)
    save(session, post, mia, Stage.IN_REVIEW, text="Other?")
    service.send_back(session, post.id, post.version, by=anton)
    save(session, post, mia, text="Which lid do you use most?")
    with pytest.raises(NotAllowed):
        approve(session, post, mia)


@pytest.mark.parametrize("role", [Role.APPROVER, Role.OWNER])
def test_with_four_eyes_nobody_approves_what_they_wrote(
    session: Session, anton: User, role: Role
) -> None:
    author = person(session, role, "Olaf")
    approving.set_four_eyes(session, True)
    with pytest.raises(NotAllowed, match="Whoever wrote it"):
        service.create(
            session, draft(session), by=author, capabilities=LIMITS, stage=Stage.SCHEDULED
        )
    session.expunge_all()
    post = asked(session, author)
    with pytest.raises(NotAllowed, match="Whoever wrote it"):
        approve(session, post, author)
    with pytest.raises(NotAllowed, match="Whoever wrote it"):
        service.publish_now(session, post.id, post.version, by=author, capabilities=LIMITS)
    approve(session, post, anton)
    assert len(deliveries(session)) == 1


def test_with_four_eyes_who_rewrote_it_has_to_ask_too(
    session: Session, mia: User, anton: User
) -> None:
    approving.set_four_eyes(session, True)
    post = asked(session, mia)
    with pytest.raises(NotAllowed, match="Whoever wrote it"):
        save(session, post, anton, Stage.SCHEDULED, text="My own words?")
    session.refresh(post)
    save(session, post, anton, text="My own words?")
    assert post.wrote_id == anton.id
    with pytest.raises(NotAllowed, match="Whoever wrote it"):
        approve(session, post, anton)
    approve(session, post, person(session, Role.OWNER, "Olga"))


def test_another_time_makes_nobody_an_author(session: Session, mia: User, anton: User) -> None:
    approving.set_four_eyes(session, True)
    post = asked(session, mia)
    save(session, post, anton, local=wall("2026-03-04T10:00"), campaign="Spring")
    assert post.wrote_id == mia.id
    approve(session, post, anton)


def test_a_campaign_has_its_own_approvers(session: Session, mia: User, anton: User) -> None:
    post = asked(session, mia, campaign="Spring")
    spring = session.scalars(sa.select(Campaign)).one()
    helper = person(session, Role.MARKETER, "Hana")
    approving.set_approvers(session, spring, [helper.id])
    with pytest.raises(NotAllowed, match="approved by Hana"):
        approve(session, post, anton)
    with pytest.raises(NotAllowed, match="approved by Hana"):
        service.send_back(session, post.id, post.version, by=anton)
    approve(session, post, helper)
    other = asked(session, mia)
    with pytest.raises(NotAllowed, match="Only an approver"):
        approve(session, other, helper)


def test_the_author_may_take_a_request_back(session: Session, mia: User) -> None:
    post = asked(session, mia)
    with pytest.raises(NotAllowed):
        service.send_back(session, post.id, post.version, by=person(session, Role.MARKETER, "Nosy"))
    service.send_back(session, post.id, post.version, by=mia)
    assert post.stage is Stage.DRAFT


def test_what_waits_stands_in_the_order_of_its_dates(session: Session, mia: User) -> None:
    second = asked(session, mia)
    first = asked(session, mia)
    save(session, second, mia, local=wall("2026-03-09T10:00"))
    assert [it.id for it in approving.waiting(session)] == [first.id, second.id]
