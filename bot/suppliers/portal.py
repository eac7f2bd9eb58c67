"""Who is in the suppliers' portal."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.accounts.models import User
from bot.suppliers.models import Supplier
from bot.suppliers.portal_models import Contact

# Between the name of whoever acted and that of the partner for whom they acted.
FOR = ", for "


def actor(supplier: Supplier, contact: Contact | None = None) -> str:
    """As decisions and the audit trail name them: a person of the partner where one is known."""
    if contact is not None:
        return f"supplier:{contact.name}{FOR}{supplier.name}"
    return f"supplier:{supplier.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """A partner with a live portal session, or a member of staff who looks as they would.

    ``contact``: which of the partner's people; none where they came by the partner's own mailbox.
    """

    supplier: Supplier
    session_id: UUID
    lent_to: User | None = None
    contact: Contact | None = None
    seen_at: datetime | None = None

    @property
    def actor(self) -> str:
        """As decisions and the audit trail name them: whoever really acts."""
        if self.lent_to is not None:
            return f"user:{self.lent_to.name}{FOR}{self.supplier.name}"
        return actor(self.supplier, self.contact)
