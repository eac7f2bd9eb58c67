"""Who is in the suppliers' portal."""

from dataclasses import dataclass
from uuid import UUID

from bot.accounts.models import User
from bot.suppliers.models import Supplier

# Between the name of a member of staff and that of the partner for whom they acted.
FOR = ", for "


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """A partner with a live portal session, or a member of staff who looks as they would."""

    supplier: Supplier
    session_id: UUID
    lent_to: User | None = None

    @property
    def actor(self) -> str:
        """As decisions and the audit trail name them: whoever really acts."""
        if self.lent_to is not None:
            return f"user:{self.lent_to.name}{FOR}{self.supplier.name}"
        return f"supplier:{self.supplier.name}"
