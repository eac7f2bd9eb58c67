"""Who lets posts go out, and what is said about it. None as ``by`` is Hubbub itself."""

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

import sqlalchemy as sa

from bot.accounts.models import Role, User
from bot.db import Session
from bot.errors import InvalidInput, NotAllowed
from content_calendar.draft import Draft
from content_calendar.keeping import ApprovalRules, Remark, RemarkKind
from content_calendar.models import Campaign, Post, Stage
from content_calendar.saying import fingerprint

_BY_ROLE = "Only an approver or the owner lets posts go out: request approval."
_FOUR_EYES = "Whoever wrote it can't approve it: somebody else has to. Request approval."


def has_role(by: User | None) -> bool:
    """Whether this person's role lets posts go out where no campaign says otherwise."""
    return by is None or by.role in {Role.OWNER, Role.APPROVER}


def must_have_role(by: User | None) -> None:
    """Raises `NotAllowed` where the role lets nothing go out."""
    if not has_role(by):
        raise NotAllowed(_BY_ROLE)


def why_not(
    session: Session, by: User | None, writers: Collection[UUID | None], campaign: Campaign | None
) -> str:
    """Why this person can't approve what ``writers`` wrote; nothing where they can."""
    if by is None:
        return ""
    if campaign and campaign.approver_ids and by.role is not Role.OWNER:
        if by.id.hex not in campaign.approver_ids:
            names = ", ".join(_names(session, campaign.approver_ids))
            return f"Posts of “{campaign.name}” are approved by {names}: request approval."
    elif not has_role(by):
        return _BY_ROLE
    return _FOUR_EYES if by.id in writers and four_eyes(session) else ""


def why_not_this(session: Session, by: User | None, post: Post) -> str:
    """`why_not` for a post as it is."""
    campaign = session.find(Campaign, post.campaign_id) if post.campaign_id else None
    return why_not(session, by, {post.author_id, post.wrote_id}, campaign)


def agree(session: Session, post: Post, draft: Draft, by: User | None) -> None:
    """``by`` lets the post go out as the draft says it. Raises `NotAllowed` with the reason.

    What was approved before and says the same needs nobody's word again.
    """
    mark = fingerprint(draft)
    if post.approved == mark and by is not None:
        return
    writers = {post.author_id, _writer(post, draft, by)}
    named = sa.select(Campaign).filter_by(name=" ".join(draft.campaign.split()))
    if reason := why_not(session, by, writers, session.scalar(named)):
        raise NotAllowed(reason)
    post.approved, post.approved_version = mark, post.version + 1


def _writer(post: Post, draft: Draft, by: User | None) -> UUID | None:
    """Who will have written its words, once they are as the draft has them."""
    is_new = post.version == 0
    changed = is_new or fingerprint(_Stored(post, draft.rrule)) != fingerprint(draft)
    return (by.id if by else None) if changed else post.wrote_id


class _Stored:
    """A post in the shape of which `fingerprint` is taken. Its rhythm stands elsewhere."""

    def __init__(self, post: Post, rrule: str) -> None:
        self.title, self.text, self.overrides = post.title, post.text, post.overrides
        self.media, self.crops, self.poll = post.media, post.crops, post.poll
        self.link, self.first_comment = post.link, post.first_comment
        self.channel_ids = [UUID(each) for each in post.channel_ids]
        self.rrule = rrule


def note_writer(post: Post, draft: Draft, by: User | None) -> None:
    """Remember who wrote it, before it says what the draft says."""
    post.wrote_id = _writer(post, draft, by)


def must_send_back(session: Session, by: User | None, post: Post) -> None:
    """Whoever approves may send back, and who wrote it may take it back. Raises `NotAllowed`."""
    campaign = session.find(Campaign, post.campaign_id) if post.campaign_id else None
    reason = why_not(session, by, (), campaign)
    if reason and by and by.id not in {post.author_id, post.wrote_id}:
        raise NotAllowed(reason)


def say(session: Session, post: Post, by: User | None, kind: RemarkKind, text: str = "") -> Remark:
    """Put something into the talk about a post. Raises `InvalidInput` for an empty comment."""
    if kind is RemarkKind.SAID and not text.strip():
        raise InvalidInput(fields={"remark": "Write something first."})
    session.announce("calendar")
    return session.put(
        Remark(
            post_id=post.id,
            by=by.name if by else "Hubbub",
            at=session.now(),
            kind=kind,
            text=text[:4000],
            version=post.version,
        )
    )


def talk(session: Session, post_id: UUID) -> Sequence[Remark]:
    """All that was said about a post, the oldest first."""
    wanted = sa.select(Remark).filter_by(post_id=post_id).order_by(Remark.at, Remark.id)
    return session.scalars(wanted).all()


def waiting(session: Session) -> Sequence[Post]:
    """What waits for somebody's word, the soonest first."""
    wanted = sa.select(Post).filter_by(stage=Stage.IN_REVIEW)
    return session.scalars(wanted.order_by(Post.local.is_(None), Post.local, Post.id)).all()


def four_eyes(session: Session) -> bool:
    return bool(session.scalar(sa.select(ApprovalRules.four_eyes)))


def set_four_eyes(session: Session, wanted: bool) -> None:
    rules = session.scalar(sa.select(ApprovalRules)) or session.put(ApprovalRules())
    rules.four_eyes = wanted


def set_approvers(session: Session, campaign: Campaign, ids: Iterable[UUID]) -> None:
    """Who approves the campaign's posts; nobody named: whoever has the role. Raises `NotFound`."""
    campaign.approver_ids = [session.need(User, id).id.hex for id in dict.fromkeys(ids)]


def _names(session: Session, ids: Iterable[str]) -> Sequence[str]:
    wanted = sa.select(User.name).where(User.id.in_([UUID(each) for each in ids]))
    return session.scalars(wanted.order_by(User.name)).all()
