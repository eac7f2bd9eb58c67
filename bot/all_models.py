"""Every table, for migrations and for tests that make them all."""

import bot.accounts.models
import bot.board.models
import bot.channels.models
import bot.db.leases
import bot.engagement.closing.models
import bot.engagement.models
import bot.engagement.persons.models
import bot.inbox.models
import bot.media.models
import bot.members.models
import bot.outbox.models
import bot.processes.models
import bot.products.models
import bot.products.stage_models
import bot.reviewing.models
import bot.suggestions.models
import bot.suppliers.agreement_models
import bot.suppliers.correspondence.models
import bot.suppliers.models
import bot.suppliers.portal_models
import bot.suppliers.tie_models
import bot.web.models
import content_calendar.exchange.models
import content_calendar.keeping
import content_calendar.models
import content_calendar.queue.models
from bot.db import Base

metadata = Base.metadata

__all__ = ["bot", "content_calendar", "metadata"]
