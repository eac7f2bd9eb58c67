"""A product's picture: staff give it, and a partner sees it in a case of theirs."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.response import Redirect

from bot.accounts.models import User
from bot.db import Session, Writer
from bot.errors import InvalidInput, Rejected
from bot.media.views import HEADERS
from bot.products.models import Product
from bot.suggestions.models import Suggestion
from bot.suppliers import product_pictures, queries
from bot.suppliers.forms import PictureForm
from bot.suppliers.pictures import made_anew
from bot.suppliers.portal import Partner
from bot.suppliers.portal_models import ProductPicture
from bot.web.access import Access
from bot.web.forms import problems, read_form
from bot.web.i18n import gettext as _
from bot.web.pages import AnyRequest, Page, back_to, page

# A photograph as a camera gives it; it is made smaller before it is kept.
_LARGEST = 20_000_000


@get("/products/{product_id:uuid}/picture", access=Access.MARKETER, sync_to_thread=True)
def show(session: Session, product_id: UUID) -> Page:
    return _page(session, product_id)


def _page(session: Session, product_id: UUID, *, status: int = 200, **more: Any) -> Page:
    product = session.need(Product, product_id)
    return page(
        "suppliers/product_picture.html",
        status=status,
        title=_("A picture of the product"),
        product=product,
        has_picture=product_pictures.has(session, product_id),
        **({"problems": {}} | more),
    )


@post(
    "/products/{product_id:uuid}/picture",
    access=Access.MARKETER,
    request_max_body_size=_LARGEST,
)
async def give(
    request: AnyRequest, product_id: UUID, session: Session, writer: Writer, user: User
) -> Page | Redirect:
    try:
        made = await _made(request)
    except InvalidInput as error:
        found = problems(error)
        return await sync_to_thread(lambda: _page(session, product_id, status=422, problems=found))
    await writer.run(
        lambda session: product_pictures.give(
            session, session.need(Product, product_id), made, by=f"user:{user.name}"
        )
    )
    return back_to(_at(product_id), _("Saved. Partners see it in their cases from now on."))


async def _made(request: AnyRequest) -> tuple[bytes, str]:
    """The picture that was sent, written anew. Raises `InvalidInput` beside its field."""
    form = await read_form(request, PictureForm)
    data = await form.picture.read() if form.picture else b""
    if not data:
        raise InvalidInput(fields={"picture": _("Choose a picture.")})
    try:
        return await sync_to_thread(made_anew, data)
    except InvalidInput as error:
        raise InvalidInput(fields={"picture": " ".join(error.fields.values())}) from None
    except Rejected as error:
        raise InvalidInput(fields={"picture": str(error)}) from None


def _at(product_id: UUID) -> str:
    return f"/products/{product_id}/picture"


@post("/products/{product_id:uuid}/picture/remove", access=Access.MARKETER)
async def remove(product_id: UUID, writer: Writer, user: User) -> Redirect:
    await writer.run(
        lambda session: product_pictures.remove(
            session, session.need(Product, product_id), by=f"user:{user.name}"
        )
    )
    return back_to(_at(product_id), _("Removed."))


@get("/products/{product_id:uuid}/picture/file", access=Access.MARKETER, sync_to_thread=True)
def show_file(session: Session, product_id: UUID) -> Response[bytes]:
    return _file(product_pictures.need(session, product_id))


@get("/supplier/cases/{case_id:uuid}/product", access=Access.PARTNER, sync_to_thread=True)
def show_to_partner(session: Session, partner: Partner, case_id: UUID) -> Response[bytes]:
    case = queries.own_case(session, partner.supplier.id, case_id)
    suggestion = session.need(Suggestion, case.suggestion_id)
    return _file(product_pictures.need(session, suggestion.product_id))


def _file(picture: ProductPicture) -> Response[bytes]:
    headers = HEADERS | {"Cache-Control": "no-store"}  # the next one has the same address
    return Response(picture.data, media_type=picture.type, headers=headers)


routes = [show, give, remove, show_file, show_to_partner]
