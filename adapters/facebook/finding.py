"""Reading back what an earlier attempt may have left there."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

from adapters.facebook import saying
from adapters.facebook.answers import Gone
from adapters.facebook.looking import moment, next_page
from adapters.facebook.page import Page, rows
from bot.errors import OutcomeUnknown
from bot.networks import Action, Outgoing, Receipt

# Facebook's clock and ours may differ by so much.
_CLOCKS = timedelta(minutes=2)
_EACH, _MOST_PAGES = 50, 20

_SAID = "id,message,from,created_time"


async def find(page: Page, outgoing: Outgoing, *, since: datetime, ours: Any) -> Receipt | None:
    """What of it can be seen there: the same words, by us, not said before ``since``.

    ``ours`` tells of an id whether it is known to be another delivery's. Raises `NetworkError`.
    """
    try:
        match outgoing.action:
            case Action.EDIT | Action.HIDE | Action.DELETE:
                return await _changed(page, outgoing)
            case _:
                return await _said(page, outgoing, since - _CLOCKS, ours)
    except Gone:
        done = outgoing.action is Action.DELETE
        return Receipt(message=str(outgoing.target)) if done else None


async def _changed(page: Page, outgoing: Outgoing) -> Receipt | None:
    target = str(outgoing.target)
    if outgoing.action is Action.HIDE:
        there = (await page.read(target, fields="is_hidden")).get("is_hidden") is True
    elif outgoing.action is Action.EDIT:
        said = await page.read(target, fields="message")
        there = saying.same_words(str(said.get("message") or ""), saying.words(outgoing))
    else:
        await page.read(target, fields="id")
        there = False
    return Receipt(message=target, permalink=permalink(target)) if there else None


async def _said(page: Page, outgoing: Outgoing, since: datetime, ours: Any) -> Receipt | None:
    words = saying.words(outgoing)
    candidates = []
    async for one in _by_us(page, outgoing, since):
        there = str(one.get("message") or one.get("description") or "")
        if moment(one) >= since and saying.same_words(there, words) and not ours(_id(page, one)):
            candidates.append(one)
    if not candidates:
        return None
    id = _id(page, max(candidates, key=moment))
    return Receipt(message=id, permalink="" if outgoing.action is Action.DIRECT else permalink(id))


async def _by_us(page: Page, outgoing: Outgoing, since: datetime) -> AsyncIterator[dict[str, Any]]:
    if outgoing.action is Action.DIRECT:
        found = _in_private(page, outgoing)
    else:
        found = _in_public(page, outgoing, since)
    async for one in found:
        author = one.get("from")
        by_us = isinstance(author, dict) and str(author.get("id")) == page.id
        # A film does not tell who put it there, but only the Page can.
        if by_us or (author is None and is_film(outgoing)):
            yield one


async def _in_public(
    page: Page, outgoing: Outgoing, since: datetime
) -> AsyncIterator[dict[str, Any]]:
    """The newest first, as far back as it can be."""
    path, asked = await _where(page, outgoing)
    after = ""
    for _ in range(_MOST_PAGES):
        more = {"after": after} if after else {}
        answer = await page.read(path, **asked, limit=_EACH, **more)
        for one in (some := rows(answer)):
            yield one
        after = next_page(answer)
        if not after or not some or moment(some[-1]) < since:
            return
    raise OutcomeUnknown("Too much was said there since: it can't be found out.")


async def _where(page: Page, outgoing: Outgoing) -> tuple[str, dict[str, Any]]:
    if outgoing.action is Action.REPLY:
        asked = {"fields": _SAID, "filter": "stream", "order": "reverse_chronological"}
        return f"{await below(page, outgoing)}/comments", asked
    if is_film(outgoing):
        return f"{page.id}/videos", {
            "fields": "id,post_id,description,created_time",
            "type": "UPLOADED",
        }
    return f"{page.id}/feed", {"fields": _SAID}


async def below(page: Page, outgoing: Outgoing) -> str:
    """Below what an answer stands: there are two levels, what answers an answer stands beside."""
    if outgoing.reply_to is None or outgoing.reply_to == outgoing.thread:
        return str(outgoing.thread or outgoing.reply_to)
    comment = await page.read(outgoing.reply_to, fields="id,parent{id}")
    parent = comment.get("parent")
    above = parent.get("id") if isinstance(parent, dict) else None
    return str(above or outgoing.reply_to)


async def _in_private(page: Page, outgoing: Outgoing) -> AsyncIterator[dict[str, Any]]:
    """The last of each conversation: more than that we do not say within a minute or two."""
    fields = f"messages.limit({_EACH}){{{_SAID}}}"
    if saying.answers_a_comment(outgoing):
        comment = await page.read(
            str(outgoing.reply_to), fields=f"private_reply_conversation{{{fields}}}"
        )
        talk = comment.get("private_reply_conversation")
        talks = [talk] if isinstance(talk, dict) else []
    else:
        talks = rows(
            await page.read(
                f"{page.id}/conversations",
                fields=fields,
                platform="MESSENGER",
                user_id=outgoing.recipient,
            )
        )
    for talk in talks:
        messages = talk.get("messages")
        for one in rows(messages) if isinstance(messages, dict) else []:
            yield one


def is_film(outgoing: Outgoing) -> bool:
    media = outgoing.content.media
    return outgoing.action is Action.PUBLISH and any(m.type.startswith("video/") for m in media)


def _id(page: Page, one: dict[str, Any]) -> str:
    if "description" in one or "post_id" in one:
        return post_of_film(page, one)
    return str(one.get("id"))


def post_of_film(page: Page, film: dict[str, Any]) -> str:
    """Comments name the post that shows the film; until Facebook tells, it goes by its own id."""
    post = str(film.get("post_id") or film.get("id"))
    return post if "_" in post else f"{page.id}_{post}"


def permalink(id: str) -> str:
    """Facebook leads on from here to the address that it shows."""
    return f"https://www.facebook.com/{id}"
