"""A draft that asks about a product what its stage makes worth asking."""

from zoneinfo import ZoneInfo

from bot.db import Session
from bot.products import stages
from bot.products.questions import question
from bot.products.stage_models import LifeStage
from bot.settings import Settings


def asking(session: Session, sku: str, settings: Settings) -> dict[str, str]:
    """The fields of the form that this fills in. Without a stage it asks as of a well-known one.

    Raises `NotFound` for a product that there isn't.
    """
    product = stages.by_sku(session, sku)
    today = session.now().astimezone(ZoneInfo(settings.shop.zone)).date()
    stage = stages.stages(session, today).get(product.id, LifeStage.MATURITY)
    language = settings.shop.languages[0]
    return {"text": question(stage, product.name, language), "product": product.sku}
