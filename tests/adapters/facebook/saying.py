"""Things to say on Facebook, for its tests."""

from typing import Any

from bot.networks import Action, Content, Media, Outgoing
from tests.stand_ins.facebook import Facebook

PICTURE = Media(url="media:ab", type="image/jpeg", alt="A mug")
MOVIE = Media(url="media:cd", type="video/mp4")


def say(
    text: str = "What would make the mug better?",
    action: Action = Action.PUBLISH,
    key: str = "k1",
    content: dict[str, Any] | None = None,
    **what: Any,
) -> Outgoing:
    return Outgoing(
        key=key,
        action=action,
        account=Facebook.channel,
        channel=Facebook.channel,
        content=Content(text=text, **(content or {})),
        **what,
    )
