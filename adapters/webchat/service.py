"""What a visitor's message does to the tables: it comes in through the front door."""

from adapters.webchat.translate import ACCOUNT, COMMUNITY, COMMUNITY_NAME, NETWORK
from bot.channels.models import Channel, ChannelKind
from bot.channels.service import ensure
from bot.db import Session
from bot.inbox.service import Received, receive
from bot.networks import InboundEvent


def community(session: Session) -> Channel:
    """The channel that everybody reads, made when it is not there yet."""
    return ensure(
        session, network=NETWORK, account=ACCOUNT, remote_id=COMMUNITY, name=COMMUNITY_NAME
    )


def hear(session: Session, event: InboundEvent) -> Received:
    """Take a visitor's message in; open pages hear of it after COMMIT."""
    if event.private and event.author:
        channel = ensure(
            session,
            network=NETWORK,
            account=ACCOUNT,
            remote_id=event.channel,
            name=event.author.name,
            kind=ChannelKind.DIRECT,
        )
    else:
        channel = community(session)
    received = receive(session, [event])
    session.announce(topic(channel))
    return received


def topic(channel: Channel) -> str:
    """What is announced when something new can be read in the channel."""
    return f"chat:{channel.id.hex}"
