"""How a partner is reached: chosen by staff, and tried out."""

from bot import egress
from bot.accounts.audit import record
from bot.accounts.models import User
from bot.channels.models import ChannelKind
from bot.channels.service import ensure
from bot.db import Session
from bot.errors import InvalidInput
from bot.networks import signing
from bot.suppliers import letters
from bot.suppliers.correspondence.sending import Event, need_means, send
from bot.suppliers.mailboxes import mailbox
from bot.suppliers.models import Supplier

TRY = "try"  # begins the keys of tests


def by_mail(session: Session, supplier: Supplier, *, by: User) -> None:
    """To their address. Their program can no longer call, and is no longer called."""
    supplier.channel_id = mailbox(session, supplier.email, supplier.name).id
    means = need_means(session, supplier.id)
    means.url, means.secret, means.person = "", None, ""
    means.code_hash = means.code_until = None
    record(session, by, "reaches by mail", supplier)
    session.announce("partners")


def by_program(
    session: Session, supplier: Supplier, url: str, *, place: tuple[str, str], by: User
) -> str:
    """To their own program, by signed calls; gives the secret, which can't be read again.

    ``place``: network and account of such calls. Raises `InvalidInput` for an address that is not
    on the public internet, or not by https: people's words go there.
    """
    try:
        target = egress.read(url.strip())
        egress.refuse_inside(target.host)
    except egress.AddressRefused as refused:
        raise InvalidInput(fields={"url": str(refused)}) from None
    if target.scheme != "https":
        raise InvalidInput(fields={"url": "The address must begin with https://."})
    network, account = place
    channel = ensure(
        session,
        network=network,
        account=account,
        remote_id=supplier.id.hex,
        name=supplier.name,
        kind=ChannelKind.DIRECT,
    )
    means = need_means(session, supplier.id)
    means.url, means.secret, means.person = str(target), signing.new_secret(), ""
    supplier.channel_id = channel.id
    record(session, by, "reaches by program", supplier, url=target.host)
    session.announce("partners")
    return means.secret


def try_out(session: Session, supplier: Supplier, *, by: User) -> None:
    """A message that says it is only a test, to where they are reached now."""
    key = f"{TRY}:{supplier.id.hex}:{session.ids.new().hex}"
    send(session, supplier, letters.try_letter(supplier.name), None, key=key, what=Event.TEST)
    record(session, by, "tried to reach", supplier)
