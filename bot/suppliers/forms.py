"""What partners and staff fill in."""

from datetime import date
from uuid import UUID

from litestar.datastructures import UploadFile
from pydantic import BaseModel, ConfigDict, Field

from bot.suppliers.models import Act, Role


class DecisionForm(BaseModel):
    """One act about a case. The page has a form for each act, so its words have a name each."""

    act: Act
    version: int
    promised_for: date | None = None
    words_ask: str = ""
    words_accept: str = ""
    words_promise: str = ""
    words_deliver: str = ""
    words_decline: str = ""

    @property
    def words(self) -> str:
        given: str = getattr(self, f"words_{self.act.value}", "")
        return given


class PictureForm(BaseModel):
    model_config = ConfigDict(arbitrary_types_allowed=True)

    picture: UploadFile | None = None


class HandBackForm(BaseModel):
    """Not ours: ``version`` is that of the case which was looked at."""

    reason: str = ""
    version: int


class ContactForm(BaseModel):
    """A person of a partner."""

    name: str = Field(max_length=200)
    email: str = Field(max_length=254)


class PartnerForm(BaseModel):
    name: str = Field(max_length=120)
    email: str = Field(max_length=254)
    role: Role = Role.SUPPLIER
    zone: str = "UTC"
    answer_within_hours: int = Field(48, ge=1, le=2_160)


class CoverageForm(BaseModel):
    """Brands and SKUs, one a line or between commas."""

    brands: str = ""
    products: str = ""

    @property
    def brand_names(self) -> list[str]:
        return _listed(self.brands)

    @property
    def skus(self) -> list[str]:
        return _listed(self.products)


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.replace("\n", ",").split(",") if part.strip()]


class NewPartnerForm(PartnerForm, CoverageForm):
    pass


class OwnerForm(BaseModel):
    supplier: UUID


class CatalogueForm(BaseModel):
    """A file to look at first, or the text of one that was looked at."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    file: UploadFile | None = None
    text: str = ""
