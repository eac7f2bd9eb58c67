"""The catalogue's pages: looking, importing with a preview, exporting."""

from litestar import get, post
from litestar.concurrency import sync_to_thread
from litestar.response import Redirect, Response

from bot.accounts.models import User
from bot.db import Session, Writer
from bot.errors import InvalidInput
from bot.products.catalogue import decode
from bot.products.service import ImportPlan
from bot.suppliers import catalogue, product_queries
from bot.suppliers.forms import CatalogueForm
from bot.web.access import Access
from bot.web.forms import problems, read_form
from bot.web.i18n import gettext as _
from bot.web.i18n import ngettext
from bot.web.pages import AnyRequest, Page, back_to, page

IMPORT = "/products/import"
# A file of 100,000 products; once percent-encoded in the form that confirms it, it is larger.
_LARGEST = 40_000_000


@get("/products", access=Access.MARKETER, sync_to_thread=True)
def show_products(session: Session, q: str = "") -> Page:
    return page(
        "suppliers/products.html",
        title=_("Products"),
        products=product_queries.products(session, q.strip()),
        most=product_queries.MOST,
        total=product_queries.count(session),
        search=q,
    )


@get("/products/catalogue.csv", access=Access.MARKETER, sync_to_thread=True)
def export(session: Session) -> Response[str]:
    text = "\N{BOM}" + "".join(catalogue.export_catalogue(session))
    headers = {"Content-Disposition": 'attachment; filename="catalogue.csv"'}
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


@get(IMPORT, access=Access.MARKETER)
async def show_import() -> Page:
    return _import_page()


def _import_page(
    plan: ImportPlan | None = None, text: str = "", error: InvalidInput | None = None
) -> Page:
    return page(
        "suppliers/import.html",
        status=422 if error or (plan and plan.problems) else 200,
        title=_("Import products"),
        plan=plan,
        text=text,
        problems=problems(error) if error else {},
    )


@post(IMPORT, access=Access.MARKETER, request_max_body_size=_LARGEST)
async def preview(request: AnyRequest, session: Session) -> Page:
    """What the file would change; nothing is stored yet."""
    try:
        form = await read_form(request, CatalogueForm)
        data = await form.file.read() if form.file else b""
        if not data:
            raise InvalidInput(fields={"file": _("Choose a CSV file.")})
        text = decode(data)
        plan = await sync_to_thread(catalogue.plan_import, session, text)
    except InvalidInput as error:
        return _import_page(error=error)
    return _import_page(plan, text)


@post("/products/import/confirm", access=Access.MARKETER, request_max_body_size=_LARGEST)
async def confirm(request: AnyRequest, writer: Writer, user: User) -> Page | Redirect:
    """Store it, as the catalogue is by now: it is compared once more."""

    def take_in(session: Session) -> ImportPlan:
        plan = catalogue.plan_import(session, form.text)
        catalogue.apply(session, plan, by=f"user:{user.name}")
        return plan

    try:
        form = await read_form(request, CatalogueForm)
        plan = await writer.run(take_in)
    except InvalidInput as error:
        return _import_page(error=error)
    said = ngettext("%d product was taken in.", "%d products were taken in.", len(plan.entries))
    return back_to("/products", said % len(plan.entries))


routes = [show_products, export, show_import, preview, confirm]
