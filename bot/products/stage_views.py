"""A product's stages: seeing, setting, planning and taking back."""

from datetime import date, datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from litestar import get, post
from litestar.concurrency import sync_to_thread
from litestar.response import Redirect
from pydantic import BaseModel

from bot.accounts.models import User
from bot.db import Session, Writer
from bot.errors import InvalidInput
from bot.products import stages
from bot.products.questions import question
from bot.products.stage_models import LifeStage
from bot.settings import Settings
from bot.web.access import Access
from bot.web.forms import problems, read_form, typed
from bot.web.i18n import gettext as _
from bot.web.pages import AnyRequest, Page, back_to, page

STAGES = "/products/stages"


class StageForm(BaseModel):
    sku: str
    stage: LifeStage
    since: date


class TakingBack(BaseModel):
    sku: str
    since: date


@get(STAGES, access=Access.MARKETER, sync_to_thread=True)
def show(session: Session, settings: Settings, sku: str) -> Page:
    return _shown(session, settings, sku)


def _shown(
    session: Session,
    settings: Settings,
    sku: str,
    error: InvalidInput | None = None,
    given: dict[str, object] | None = None,
) -> Page:
    product = stages.by_sku(session, sku)
    today = _today(session.now(), settings)
    now = stages.stages(session, today).get(product.id)
    return page(
        "products/stages.html",
        status=422 if error else 200,
        title=product.name,
        product=product,
        life=stages.life(session, product),
        today=today,
        stage=now,
        ask=question(now, product.name, _language(settings)) if now else "",
        ask_href="/posts/new?" + urlencode({"ask": product.sku}),
        words=words(),
        values=given or {"stage": now or LifeStage.INTRODUCTION, "since": today},
        problems=problems(error) if error else {},
    )


def words() -> dict[LifeStage, str]:
    return {
        LifeStage.INTRODUCTION: _("Introduction"),
        LifeStage.GROWTH: _("Growth"),
        LifeStage.MATURITY: _("Maturity"),
        LifeStage.DECLINE: _("Decline"),
        LifeStage.DISCONTINUED: _("Discontinued"),
    }


def _today(now: datetime, settings: Settings) -> date:
    return now.astimezone(ZoneInfo(settings.shop.zone)).date()


def _language(settings: Settings) -> str:
    return settings.shop.languages[0]


@post(STAGES, access=Access.MARKETER)
async def set_stage(
    request: AnyRequest, session: Session, writer: Writer, settings: Settings, user: User
) -> Page | Redirect:
    def command(session: Session) -> None:
        product = stages.by_sku(session, form.sku)
        stages.set_stage(session, product, form.stage, form.since, by=f"user:{user.name}")

    try:
        form = await read_form(request, StageForm)
        await writer.run(command)
    except InvalidInput as error:
        given = await typed(request)
        sku = str(given.get("sku", ""))
        return await sync_to_thread(_shown, session, settings, sku, error, given)
    return back_to(_page_of(form.sku), _("The stage is set."))


@post("/products/stages/take-back", access=Access.MARKETER)
async def take_back(request: AnyRequest, writer: Writer, user: User) -> Redirect:
    form = await read_form(request, TakingBack)

    def command(session: Session) -> None:
        product = stages.by_sku(session, form.sku)
        stages.unset(session, product, form.since, by=f"user:{user.name}")

    await writer.run(command)
    return back_to(_page_of(form.sku), _("The stage is taken back."))


def _page_of(sku: str) -> str:
    return f"{STAGES}?{urlencode({'sku': sku})}"


routes = [show, set_stage, take_back]
