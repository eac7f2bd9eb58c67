"""What happens on the Page: posts, comments, reactions. Pure.

https://developers.facebook.com/docs/graph-api/webhooks/reference/page#feed
"""

import hashlib
from datetime import UTC, datetime

import msgspec

from adapters.facebook.shapes import Part, Seen, Who
from bot.networks import Author, EventKind, InboundEvent, Media

# Posts come under what they show; a post with pictures comes once for each of these.
_POSTS = {"post", "status", "photo", "video", "share", "link", "album", "event", "note", "story"}
_KINDS = {
    "add": EventKind.MESSAGE,
    "edited": EventKind.EDIT,
    "edit": EventKind.EDIT,
    "update": EventKind.EDIT,
    "remove": EventKind.DELETE,
    "delete": EventKind.DELETE,
    "hide": EventKind.HIDDEN,
}
_ONCE = {EventKind.MESSAGE, EventKind.DELETE}  # happens to each only once


class Value(Part):
    item: str
    verb: str
    post_id: str = ""
    comment_id: str = ""
    parent_id: str = ""
    photo: str = ""  # address of a comment's picture
    video: str = ""
    photos: list[str] = []
    message: str = ""
    reaction_type: str = ""
    created_time: int | str = 0  # seconds; where we read it ourselves, ISO 8601
    who: Who | None = msgspec.field(name="from", default=None)
    sender_id: str = ""  # as ``from`` was called once
    sender_name: str = ""


def event(seen: Seen, told: Value) -> InboundEvent:
    if told.item == "comment" and told.comment_id:
        return _said(seen, told, told.comment_id)
    if told.item in _POSTS and told.post_id:
        return _said(seen, told, told.post_id)
    if told.item in {"reaction", "like"} and (told.comment_id or told.post_id):
        return _reacted(seen, told)
    return _of_no_use(seen, told)


def _said(seen: Seen, told: Value, id: str) -> InboundEvent:
    kind = _KINDS.get(told.verb)
    if kind is None:  # "unhide", "block", and whatever comes
        return _of_no_use(seen, told)
    thread = told.post_id or None
    return seen.event(
        kind=kind,
        dedupe_key=_key(id, kind, told),
        at=_when(told),
        message=id,
        thread=thread if thread != id else None,
        reply_to=(told.parent_id or thread) if thread != id else None,
        conversation=told.post_id or id,
        author=_author(seen, told),
        text=told.message,
        media=_media(told),
    )


def _key(id: str, kind: EventKind, told: Value) -> str:
    """The same from the webhook and from reading the Page; posts and comments share no ids."""
    if kind in _ONCE:
        return f"{id}:{kind}"
    return f"{id}:{kind}:{told.created_time}:{_digest(told.message)}"


def _reacted(seen: Seen, told: Value) -> InboundEvent:
    on = told.comment_id or told.post_id
    removed = told.verb in {"remove", "delete"}
    kind = EventKind.REACTION_REMOVED if removed else EventKind.REACTION
    what = told.reaction_type or "like"
    who = _author(seen, told)
    return seen.event(
        kind=kind,
        dedupe_key=f"{on}:{kind}:{who.id if who else ''}:{what}:{told.created_time}",
        at=_when(told),
        message=on,
        thread=told.post_id or None,
        conversation=told.post_id or on,
        author=who,
        data={"emoji": _EMOJI.get(what, what)},
    )


def _of_no_use(seen: Seen, told: Value) -> InboundEvent:
    return seen.event(
        kind=EventKind.IGNORED, dedupe_key=hashlib.sha256(seen.raw).hexdigest(), at=_when(told)
    )


def _author(seen: Seen, told: Value) -> Author | None:
    """Facebook leaves it out where the person does not let the app know."""
    id, name = (told.who.id, told.who.name) if told.who else (told.sender_id, told.sender_name)
    return Author(id=id, name=name, is_self=id == seen.page) if id else None


def _media(told: Value) -> tuple[Media, ...]:
    pictures = [told.photo, *told.photos]
    return (
        *(Media(url=url, type="image/*") for url in dict.fromkeys(pictures) if url),
        *((Media(url=told.video, type="video/*"),) if told.video else ()),
    )


def _when(told: Value) -> datetime | None:
    if isinstance(told.created_time, str):
        return datetime.fromisoformat(told.created_time) if told.created_time else None
    return datetime.fromtimestamp(told.created_time, UTC) if told.created_time else None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


# https://developers.facebook.com/docs/graph-api/reference/v25.0/object/reactions
_EMOJI = {
    "like": "\N{THUMBS UP SIGN}",
    "love": "\N{HEAVY BLACK HEART}",
    "care": "\N{HUGGING FACE}",
    "haha": "\N{SMILING FACE WITH OPEN MOUTH AND TIGHTLY-CLOSED EYES}",
    "wow": "\N{FACE WITH OPEN MOUTH}",
    "sad": "\N{CRYING FACE}",
    "sorry": "\N{CRYING FACE}",
    "angry": "\N{POUTING FACE}",
    "anger": "\N{POUTING FACE}",
}
