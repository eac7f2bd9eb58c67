from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from bot.db import Row, references


class Choice(Row):
    """What staff decided about one suggestion: it stands on the public page, or it does not.

    Without a row the setting ``[board] shows`` decides.
    """

    __tablename__ = "board_choice"
    __table_args__ = (
        references("suggestion_id", "suggestion"),
        sa.UniqueConstraint("workspace_id", "suggestion_id"),
    )

    suggestion_id: Mapped[UUID]
    shown: Mapped[bool]
    chosen_by: Mapped[str]
    chosen_at: Mapped[datetime]
