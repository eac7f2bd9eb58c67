"""Mail that brings staff their link back in, when they ask for it at the door."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial

import sqlalchemy as sa

from bot.accounts import audit
from bot.accounts.models import User
from bot.accounts.service import make_link
from bot.channels.models import ChannelKind
from bot.channels.service import ensure
from bot.db import Session
from bot.networks import Action, Content, Plugin
from bot.outbox.models import About, Delivery
from bot.outbox.service import enqueue
from bot.settings import Settings

# Each gets at most one such mail in so long, by all processes together.
AGAIN_AFTER = timedelta(minutes=10)

# Where the link goes: it is made when the mail leaves, so no token lies in the outbox.
_LINK = "{entry-link}"
_SHOP = "{shop}"

_TEXT = f"""Hello {{name}},

here is your link into {_SHOP}'s Hubbub:
{_LINK}

It works once, for one hour, and is meant for you alone. If you did not ask for it, you need not do
anything: without this mail nobody gets in.

{_SHOP}
"""


def by_mail(
    settings: Settings, plugins: Mapping[str, Plugin]
) -> Callable[[Session, str], None] | None:
    """How links are mailed here, or None where no mail server is configured."""
    plugin = plugins.get("email")
    if plugin is None:
        return None
    section = plugin.settings.model_validate(settings.networks.get("email", {}))
    account: str = getattr(section, "account", "")
    return partial(ask, account=account) if getattr(section, "host", "") else None


def ask(session: Session, email: str, *, account: str) -> None:
    """Mail a link to whoever has this address; nothing happens where nobody has."""
    user = session.scalar(
        sa.select(User).where(User.email == email.strip().lower(), User.disabled_at.is_(None))
    )
    if user is None:
        return
    turn = int(session.now().timestamp()) // int(AGAIN_AFTER.total_seconds())
    channel = ensure(
        session,
        network="email",
        account=account,
        remote_id=user.email,
        name=user.name,
        kind=ChannelKind.DIRECT,
    )
    enqueue(
        session,
        key=f"entry:{user.id.hex}:{turn}",
        channel=channel,
        action=Action.DIRECT,
        recipient=user.email,
        content=Content(text=_TEXT.replace("{name}", user.name), title=f"Your link into {_SHOP}"),
        about=About.ENTRY,
        about_id=user.id,
    )


def finish(
    session: Session, delivery: Delivery, content: Content, *, public_url: str, shop: str
) -> Content:
    """The mail as it leaves: with a link made for this very sending; never stored.

    Whoever may not come in any more, or has another address by now, gets one that opens nothing.
    """
    link = f"{public_url}/enter"
    user = session.find(User, delivery.about_id) if delivery.about_id else None
    if user and user.disabled_at is None and user.email == delivery.recipient:
        link = f"{link}/{make_link(session, user)}"
        audit.record(session, audit.HUBBUB, "mailed a link to", user)
    text = content.text.replace(_LINK, link).replace(_SHOP, shop)
    return replace(content, text=text, title=content.title.replace(_SHOP, shop))
