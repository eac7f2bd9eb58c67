"""Who is in the suppliers' portal."""

from dataclasses import dataclass
from uuid import UUID

from bot.suppliers.models import Supplier


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """A partner with a live portal session."""

    supplier: Supplier
    session_id: UUID

    @property
    def actor(self) -> str:
        """As the audit trail names them."""
        return f"supplier:{self.supplier.name}"
