"""From what is to be said to what the Graph API takes. Pure."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from adapters.facebook.messenger import COMMAND
from bot.errors import Rejected
from bot.networks import (
    Action,
    Button,
    Capabilities,
    Command,
    Count,
    MediaLimits,
    Outgoing,
    Settle,
    Windows,
)

_MEGA = 1_000_000
# https://developers.facebook.com/docs/graph-api/reference/page/photos and …/videos. Facebook
# takes longer films in pieces; ours go in one, from memory.
MEDIA = MediaLimits(
    bytes={
        "image/jpeg": 4 * _MEGA,
        "image/png": 4 * _MEGA,
        "image/gif": 4 * _MEGA,
        "video/mp4": 100 * _MEGA,
        "video/quicktime": 100 * _MEGA,
    },
    side=2048,
)
CAPABILITIES = Capabilities(
    text_limit=63_206,
    count=Count.UTF16,
    media_limit=10,
    button_limit=13,
    settle=Settle.READ_BACK,
    media=MEDIA,
    poll_options=0,  # the Graph API has none for Pages
    actions=frozenset(Action),
    # https://developers.facebook.com/docs/messenger-platform/policy/policy-overview and
    # https://developers.facebook.com/docs/messenger-platform/discovery/private-replies
    windows=Windows(first=False, open_for=timedelta(hours=24), once_within=timedelta(days=7)),
)
# By what we do, where it is less than a post may have.
_LONGEST = {Action.REPLY: 8_000, Action.DIRECT: 2_000}
_WHERE = {Action.REPLY: "in a comment", Action.DIRECT: "in Messenger"}
# https://developers.facebook.com/docs/messenger-platform/send-messages/quick-replies
_LABEL, _MENU_LABEL, _MENU_MOST = 20, 30, 20

_COMMENT = re.compile(r"\d+_\d+")


def answers_a_comment(outgoing: Outgoing) -> bool:
    """A private answer to what was said in public. Messenger's own ids look otherwise."""
    return bool(outgoing.reply_to and _COMMENT.fullmatch(outgoing.reply_to))


def check(outgoing: Outgoing) -> None:
    """Raises `Rejected` where Facebook would refuse it, before anything is uploaded."""
    if outgoing.action in {Action.DELETE, Action.HIDE}:
        return
    content = outgoing.content
    problems = list(CAPABILITIES.problems(content))
    text, longest = words(outgoing), _LONGEST.get(outgoing.action, CAPABILITIES.text_limit)
    length = CAPABILITIES.count.of(text)
    if length > longest and length <= CAPABILITIES.text_limit:
        where = _WHERE[outgoing.action]
        problems.append(f"The text is {length - longest} too long {where}: {length} of {longest}.")
    films = sum(one.type.startswith("video/") for one in content.media)
    if films and len(content.media) > 1:
        problems.append("Facebook shows one film by itself: no pictures beside it.")
    if outgoing.action is Action.REPLY and (len(content.media) > 1 or films):
        problems.append("Below a post there is room for one picture.")
    if outgoing.action in {Action.DIRECT, Action.EDIT} and content.media:
        problems.append("Only words go there: give the picture's address in the text.")
    if problems:
        raise Rejected(" ".join(problems))


def words(outgoing: Outgoing) -> str:
    """The text as it is sent, and as it is looked for afterwards."""
    content = outgoing.content
    text = plain(content.text)
    if outgoing.action is not Action.DIRECT and content.buttons:
        text += "\n" + "".join(f"\n\u2013 {plain(one.label)}" for one in content.buttons)
    if content.link and not _has_preview(outgoing) and content.link not in text:
        text += f"\n\n{content.link}"
    return text.strip()


def _has_preview(outgoing: Outgoing) -> bool:
    """Facebook shows either pictures or what a link leads to."""
    return outgoing.action is Action.PUBLISH and not outgoing.content.media


def plain(text: str) -> str:
    """Without what Facebook would take for more than words: ``@[123]`` mentions a page."""
    whole = text.replace("\0", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\r\n", "\n").replace("@[", "@\u200b[")


def same_words(there: str, ours: str) -> bool:
    """Facebook trims and folds white space."""
    return " ".join(there.split()) == " ".join(ours.split())


def post(outgoing: Outgoing, pictures: Sequence[str]) -> dict[str, Any]:
    """Fields of ``POST /{page}/feed``; ``pictures`` are ids of uploaded ones."""
    content = outgoing.content
    fields: dict[str, Any] = {"message": words(outgoing)}
    if content.link and _has_preview(outgoing):
        fields["link"] = content.link
    if pictures:
        fields["attached_media"] = [{"media_fbid": id} for id in pictures]
    return fields


def private(outgoing: Outgoing) -> dict[str, Any]:
    """Fields of ``POST /{page}/messages``.

    https://developers.facebook.com/docs/messenger-platform/reference/send-api
    """
    if answers_a_comment(outgoing):
        recipient = {"comment_id": outgoing.reply_to}
    elif outgoing.recipient:
        recipient = {"id": outgoing.recipient}
    else:
        raise Rejected("A private message needs somebody whom it is for.")
    message: dict[str, Any] = {"text": words(outgoing)}
    if outgoing.content.buttons:
        message["quick_replies"] = [_quick_reply(one) for one in outgoing.content.buttons]
    return {"recipient": recipient, "messaging_type": "RESPONSE", "message": message}


def _quick_reply(button: Button) -> dict[str, str]:
    return {
        "content_type": "text",
        "title": _short(plain(button.label), _LABEL),
        "payload": button.value,
    }


def profile(commands: Sequence[Command], shop: str) -> dict[str, Any]:
    """What the Page's Messenger shows before anybody has written, and beside it.

    https://developers.facebook.com/docs/messenger-platform/reference/messenger-profile-api
    """
    whose = f" of {shop}" if shop else ""
    hello = (
        f"You write with a bot{whose}. It writes down suggestions, problems and questions and "
        "takes them to the people who can act."
    )
    wanted: dict[str, Any] = {
        "greeting": [{"locale": "default", "text": _short(hello, 160)}],
        "get_started": {"payload": f"{COMMAND}start"},
    }
    entries = [
        {
            "type": "postback",
            "title": _short(one.name.capitalize(), _MENU_LABEL),
            "payload": f"{COMMAND}{one.name}",
        }
        for one in commands
        if not one.words  # a menu has no place to write in
    ]
    if entries:
        menu = {
            "locale": "default",
            "composer_input_disabled": False,
            "call_to_actions": entries[:_MENU_MOST],
        }
        wanted["persistent_menu"] = [menu]
    return wanted


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "\u2026"
