"""What a visitor may send, and the sentences when it can't be taken."""

from pydantic import BaseModel, ConfigDict, Field, field_validator

from adapters.webchat.translate import NAME_LIMIT, TEXT_LIMIT, clean_name, clean_text
from bot.web.i18n import gettext as _


class Say(BaseModel):
    """The compose box, a reply box, or a quick reply. Ids are those of the page it came from."""

    model_config = ConfigDict(extra="ignore")

    text: str = Field("", validate_default=True)
    value: str = Field("", max_length=64)
    name: str | None = None
    thread: str | None = Field(None, max_length=64)
    once: str = Field(max_length=64)
    private: bool = False

    @field_validator("text")
    @classmethod
    def _something_of_bearable_length(cls, text: str) -> str:
        text = clean_text(text)
        if not text:
            raise ValueError(_("There is nothing here yet: write a few words first."))
        if len(text) > TEXT_LIMIT:
            raise ValueError(
                _("That is %(over)d characters too long. Please keep it under %(limit)d.")
                % {"over": len(text) - TEXT_LIMIT, "limit": TEXT_LIMIT}
            )
        return text

    @field_validator("name")
    @classmethod
    def _on_one_line(cls, name: str | None) -> str | None:
        if name is not None and len(name) > 10 * NAME_LIMIT:
            raise ValueError(_("Please use a shorter name."))
        return None if name is None else clean_name(name)
