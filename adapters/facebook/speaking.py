"""Saying things on the Page and in Messenger: from one `Outgoing` to calls of the Graph API."""

import asyncio
from contextlib import suppress
from dataclasses import replace

from adapters.facebook import finding, saying
from adapters.facebook.answers import Answered, Gone
from adapters.facebook.page import Page, need
from bot.errors import NetworkError, Rejected
from bot.networks import Action, Media, Outgoing, Receipt, Services


class Speaking:
    """What it raises are the `NetworkError` of `Adapter.send`."""

    def __init__(self, page: Page, services: Services) -> None:
        self._page, self._services = page, services

    async def say(self, outgoing: Outgoing) -> Receipt:
        match outgoing.action:
            case Action.PUBLISH:
                return await self._publish(outgoing)
            case Action.REPLY:
                return await self._reply(outgoing)
            case Action.DIRECT:
                return await self._write_to(outgoing)
            case Action.EDIT | Action.HIDE | Action.DELETE:
                return await self._change(outgoing)
        raise Rejected(f"Facebook can't do this: {outgoing.action}.")

    async def _publish(self, outgoing: Outgoing) -> Receipt:
        if finding.is_film(outgoing):
            return await self._publish_film(outgoing)
        pictures = await asyncio.gather(*(self._upload(one) for one in outgoing.content.media))
        answer = await self._page.write(f"{self._page.id}/feed", saying.post(outgoing, pictures))
        return _said(need(answer, "id"))

    async def _publish_film(self, outgoing: Outgoing) -> Receipt:
        [media] = outgoing.content.media
        film = await self._services.media(media, saying.MEDIA)
        answer = await self._page.write(
            f"{self._page.id}/videos",
            {"description": saying.words(outgoing)},
            files={"source": (film.name, film.data, film.type)},
        )
        id = need(answer, "id")
        try:
            shown = await self._page.read(id, fields="id,post_id")
        except NetworkError:
            shown = {"id": id}  # it is there; only its other name is not known
        return _said(finding.post_of_film(self._page, {"id": id, **shown}))

    async def _upload(self, media: Media) -> str:
        """Nobody sees it before it is attached, so that a failure leaves nothing behind."""
        picture = await self._services.media(media, saying.MEDIA)
        fields = {"published": False, "alt_text_custom": saying.plain(picture.alt) or None}
        answer = await self._page.write(
            f"{self._page.id}/photos",
            fields,
            files={"source": (picture.name, picture.data, picture.type)},
            seen=False,
        )
        return need(answer, "id")

    async def _reply(self, outgoing: Outgoing) -> Receipt:
        below = outgoing.reply_to or outgoing.thread
        if not below:
            raise Rejected("An answer needs the post or comment below which it stands.")
        fields = {"message": saying.words(outgoing)}
        for media in outgoing.content.media:
            fields["attachment_id"] = await self._upload(media)
        try:
            answer = await self._page.write(f"{below}/comments", fields)
        except Rejected:
            above = await finding.below(self._page, outgoing)
            if above == below:
                raise
            answer = await self._page.write(f"{above}/comments", fields)
        return _said(need(answer, "id"))

    async def _write_to(self, outgoing: Outgoing) -> Receipt:
        """A comment that has had its one answer in private may be by somebody who writes to us."""
        path = f"{self._page.id}/messages"
        try:
            answer = await self._page.write(path, saying.private(outgoing))
        except Answered as used_up:
            if not outgoing.recipient:
                raise
            try:
                fields = saying.private(replace(outgoing, reply_to=None))
                answer = await self._page.write(path, fields)
            except Rejected:
                raise used_up from None
        return Receipt(message=need(answer, "message_id"))

    async def _change(self, outgoing: Outgoing) -> Receipt:
        target = outgoing.target or ""
        if not target.replace("_", "").isdigit():
            raise Rejected("What was said in Messenger stays: Facebook lets nobody change it.")
        if outgoing.action is Action.DELETE:
            with suppress(Gone):
                await self._page.remove(target)
        elif outgoing.action is Action.HIDE:
            await self._page.write(target, {"is_hidden": True})
        else:
            await self._page.write(target, {"message": saying.words(outgoing)})
        return _said(target)


def _said(id: str) -> Receipt:
    return Receipt(message=id, permalink=finding.permalink(id))
