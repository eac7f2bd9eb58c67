from pydantic import BaseModel


class Choosing(BaseModel):
    """``shown``: whether everybody may read it from now on."""

    shown: bool = False
