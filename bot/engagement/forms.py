"""What staff choose on a suggestion's page."""

from uuid import UUID

from pydantic import BaseModel


class HandOver(BaseModel):
    """To which partner it goes."""

    partner: UUID
