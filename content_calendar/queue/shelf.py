"""Everything that can fill a slot, read once for many of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from bot.channels.models import Channel
from bot.db import Session
from bot.networks import Media
from content_calendar.draft import Draft, misfits
from content_calendar.queue import queries
from content_calendar.queue.choosing import Choice, Reusable, Uses, choose
from content_calendar.queue.models import Evergreen
from content_calendar.queue.repeats import Said
from content_calendar.queue.slots import ROOM, Opening, is_taken
from content_calendar.writing import Limits

REPEAT = timedelta(days=30)


@dataclass(slots=True, kw_only=True)
class Shelf:
    """The evergreens with their uses, and what each channel hears. What is taken for one slot
    counts for the next, so two slots of one page or one run don't get the same."""

    evergreens: Sequence[Evergreen]
    uses: dict[UUID, Uses]
    said: dict[UUID, list[Said]]
    networks: Mapping[UUID, str]  # by channel
    limits: Limits
    repeat: timedelta

    @classmethod
    def read(
        cls, session: Session, after: datetime, until: datetime, limits: Limits, repeat: timedelta
    ) -> "Shelf":
        """For slots in (after, until]."""
        span = max(repeat, ROOM)
        return cls(
            evergreens=queries.evergreens_of(session),
            uses=queries.uses(session),
            said=queries.said(session, after - span, until + span),
            networks={it.id: it.network for it in session.scalars(sa.select(Channel))},
            limits=limits,
            repeat=repeat,
        )

    def choose(self, opening: Opening) -> Choice | None:
        """What that slot would get now."""

        def takes(one: Reusable, text: str) -> bool:
            assert isinstance(one, Evergreen)
            network = self.networks.get(opening.channel_id, "")
            return not any(misfits(draft_of(one, text, opening), [network], self.limits))

        return choose(
            [it for it in self.evergreens if it.category_id == opening.category_id],
            self.uses,
            self.said.get(opening.channel_id, ()),
            channel=opening.channel_id,
            day=opening.local.date(),
            at=opening.at,
            repeat=self.repeat,
            takes=takes,
        )

    def take(self, opening: Opening) -> Choice | None:
        """`choose`, and count it as used there; None also where the channel hears something near
        that slot by now."""
        near = [one.at for one in self.said.get(opening.channel_id, ())]
        choice = None if is_taken(opening, near) else self.choose(opening)
        if choice:
            used = self.uses.get(choice.evergreen.id, Uses())
            here = [*used.times.get(opening.channel_id, ()), opening.at]
            times = {**used.times, opening.channel_id: here}
            self.uses[choice.evergreen.id] = Uses(count=used.count + 1, times=times)
            heard = Said(title="", text=choice.text, at=opening.at)
            self.said.setdefault(opening.channel_id, []).append(heard)
        return choice


def draft_of(one: Evergreen, text: str, opening: Opening) -> Draft:
    """The post that it would be in that slot."""
    return Draft(
        title=one.title,
        text=text,
        media=tuple(Media(**it) for it in one.media),
        broadcast=one.broadcast,
        product_id=one.product_id,
        channel_ids=(opening.channel_id,),
        local=opening.local,
        zone=opening.zone,
    )
