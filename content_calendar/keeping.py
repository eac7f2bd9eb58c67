"""What is kept around a post: its versions, talk about it, what is still being written."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Row, references


def _of_a_post() -> Any:
    return references("post_id", "post", ondelete="CASCADE")


class PostVersion(Row):
    """What a post said after a change. ``said`` is a `draft.Draft` as JSON."""

    __tablename__ = "post_version"
    __table_args__ = (_of_a_post(), sa.UniqueConstraint("workspace_id", "post_id", "number"))

    post_id: Mapped[UUID]
    number: Mapped[int]  # the post's ``version`` of then
    at: Mapped[datetime]
    by: Mapped[str]  # a name
    verb: Mapped[str]  # in the past tense
    said: Mapped[dict[str, Any]]


class Unfinished(Row):
    """What somebody has typed and not saved. It may break every rule; ``given`` is the form.

    ``scratch`` names the editor of a post that does not exist yet; ``base`` is the version of the
    post on which they began.
    """

    __tablename__ = "unfinished"
    __table_args__ = (
        references("user_id", "user"),
        _of_a_post(),
        sa.Index(None, "workspace_id", "user_id", "post_id"),
    )

    user_id: Mapped[UUID]
    post_id: Mapped[UUID | None]
    scratch: Mapped[str] = mapped_column(default="")
    base: Mapped[int] = mapped_column(default=0)
    began_at: Mapped[datetime]
    at: Mapped[datetime]
    given: Mapped[dict[str, Any]]


class RemarkKind(StrEnum):
    ASKED = "asked"  # for approval
    SAID = "said"
    APPROVED = "approved"
    RETURNED = "returned"


class Remark(Row):
    """Something said about a post among the staff. Nobody else ever sees it."""

    __tablename__ = "remark"
    __table_args__ = (_of_a_post(), sa.Index(None, "workspace_id", "post_id"))

    post_id: Mapped[UUID]
    by: Mapped[str]  # a name
    at: Mapped[datetime]
    kind: Mapped[RemarkKind]
    text: Mapped[str] = mapped_column(default="")
    version: Mapped[int]  # of the post, as they saw it


class ApprovalRules(Row):
    """Who lets posts go out; a workspace has one row, or none for the defaults."""

    __tablename__ = "approval_rules"
    __table_args__ = (sa.UniqueConstraint("workspace_id"),)

    four_eyes: Mapped[bool] = mapped_column(default=False)


class PostTemplate(Row):
    """A post to begin with. ``said`` is a `draft.Draft` as JSON, its texts with {variables}."""

    __tablename__ = "post_template"
    __table_args__ = (sa.UniqueConstraint("workspace_id", "name"),)

    name: Mapped[str]
    said: Mapped[dict[str, Any]]
    changed_at: Mapped[datetime]


class PreviewLink(Row):
    """Lets somebody from outside see one post as it will look, until it expires or is revoked.

    Its address holds this row's id and a signature, so that staff can copy it again.
    """

    __tablename__ = "preview_link"
    __table_args__ = (_of_a_post(), sa.Index(None, "workspace_id", "post_id"))

    post_id: Mapped[UUID]
    made_by: Mapped[str]  # a name
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class LinkCard(Row):
    """What stands at an address, as its preview would tell. ``picture``: SHA-256, or nothing."""

    __tablename__ = "link_card"
    __table_args__ = (sa.UniqueConstraint("workspace_id", "url"),)

    url: Mapped[str]
    title: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    picture: Mapped[str] = mapped_column(default="")
    looked_at: Mapped[datetime]
