"""The chat's pages. Every form works without JavaScript; with it, pages are live."""

from dataclasses import replace
from datetime import datetime
from secrets import token_hex
from typing import Any

from litestar import Request, get, post
from litestar.concurrency import sync_to_thread
from litestar.datastructures import Cookie
from litestar.handlers.base import BaseRouteHandler
from litestar.response import Redirect, Stream

from adapters.webchat import queries
from adapters.webchat.forms import Say
from adapters.webchat.service import hear, topic
from adapters.webchat.translate import COMMUNITY, Saying, Visitor, to_event
from bot.db import Session, Writer
from bot.errors import InvalidInput
from bot.web.access import Access
from bot.web.forms import problems, read_form, typed
from bot.web.house import Connection, House, house_of
from bot.web.i18n import gettext as _
from bot.web.limits import Allowances, Limit, TooManyRequests
from bot.web.pages import Page, back_to, fragment, page
from bot.web.stream import Streams

_COOKIE = "hubbub-visitor"
_COOKIE_LASTS = 365 * 24 * 60 * 60  # seconds
AnyRequest = Request[Any, Any, Any]


class _VisitorLimit(Limit):
    """A `Limit` for each visitor: many may sit behind one address."""

    async def __call__(self, connection: Connection, _handler: BaseRouteHandler) -> None:
        limits: dict[Limit, Allowances] = connection.app.state.limits
        allowances = limits.setdefault(self, Allowances(self.most, seconds=self.seconds))
        now = house_of(connection).clock.monotonic()
        if not allowances.take(visitor_of(connection).remote_id, now):
            raise TooManyRequests(_("You are quicker than we can read. Try again in a minute."))


@get("/chat", access=Access.VISITOR, sync_to_thread=True)
def show(request: AnyRequest, session: Session, before: datetime | None = None) -> Page:
    """The community: its newest threads, or those that began before ``before``."""
    visitor = visitor_of(request)
    found = queries.feed(session, visitor, _shop(request), before)
    return _page(
        request, visitor, "webchat/community.html", _("Community"), feed=found, before=before
    )


@get("/chat/threads/{root:str}", access=Access.VISITOR, sync_to_thread=True)
def show_thread(request: AnyRequest, session: Session, root: str) -> Page:
    visitor = visitor_of(request)
    found = queries.thread(session, visitor, _shop(request), root)
    return _page(request, visitor, "webchat/thread.html", _("Conversation"), thread=found)


@get("/chat/me", access=Access.VISITOR, sync_to_thread=True)
def show_private(request: AnyRequest, session: Session) -> Page:
    """What this visitor and the shop say to each other alone."""
    visitor = visitor_of(request)
    lines = queries.private(session, visitor, _shop(request))
    return _page(request, visitor, "webchat/private.html", _("Just you and us"), lines=lines)


@post(
    "/chat/say",
    access=Access.VISITOR,
    status_code=200,
    guards=[Limit(60, seconds=60), _VisitorLimit(8, seconds=60)],
)
async def say(request: AnyRequest, writer: Writer, house: House) -> Page | Redirect:
    """Take a message in: it is stored when this answers."""
    visitor = visitor_of(request)
    try:
        form = await _read(request, house)
    except InvalidInput as wrong:
        return await _once_more(request, visitor, wrong)
    if form.name is not None:
        visitor = replace(visitor, name=form.name)
    saying = await sync_to_thread(_placed, house, visitor, form)
    event = to_event(visitor, saying, house.clock.now())
    await writer.run(lambda session: hear(session, event))
    return _said(request, visitor, saying, event.message or "")


@get("/chat/events", access=Access.VISITOR, sync_to_thread=True)
def events(request: AnyRequest, session: Session, streams: Streams) -> Stream:
    """Says "chat" whenever something new can be read in what this visitor sees."""
    places = (COMMUNITY, visitor_of(request).own_channel)
    channels = [queries.channel_of(session, place) for place in places]
    topics = [topic(channel) for channel in channels if channel]
    # Until there is a community channel, its making is what there is to hear of.
    return streams.stream(topics or ["channels"], lambda _: True, also=["chat"])


def visitor_of(connection: Connection) -> Visitor:
    """Whose cookie this is; somebody new when there is none."""
    cookie = connection.cookies.get(house_of(connection).cookie_name(_COOKIE), "")
    return Visitor.from_cookie(cookie) or Visitor(secret=token_hex(16))


async def _read(request: AnyRequest, house: House) -> Say:
    form = await read_form(request, Say)
    if form.name and form.name.casefold() == house.settings.shop.name.casefold():
        raise InvalidInput(fields={"name": _("That is our name. Please choose another one.")})
    return form


def _placed(house: House, visitor: Visitor, form: Say) -> Saying:
    """Where it belongs, as this visitor sees it; `NotFound` for a thread that isn't there."""
    shop, thread, asked = house.settings.shop.name, None, None
    with house.database.reading() as session:
        if form.private:
            asked = queries.question_in(queries.private(session, visitor, shop))
        elif form.thread:
            found = queries.thread(session, visitor, shop, form.thread)
            thread = found.root.id
            asked = queries.question_in([found.root, *found.replies]) or thread
    return Saying(
        text=form.text,
        value=form.value,
        once=form.once,
        thread=thread,
        reply_to=asked,
        private=form.private,
    )


def _said(request: AnyRequest, visitor: Visitor, saying: Saying, message: str) -> Page | Redirect:
    if request.headers.get("hx-request"):
        answer: Page | Redirect = _composer(visitor, thread=saying.thread, private=saying.private)
        answer.headers["HX-Trigger"] = "said"
    elif saying.private:
        answer = back_to(f"/chat/me#m-{message}")
    elif saying.thread:
        answer = back_to(f"/chat/threads/{saying.thread}#m-{message}")
    else:
        answer = back_to(f"/chat#m-{message}")
    _remember(request, visitor, answer)
    return answer


async def _once_more(request: AnyRequest, visitor: Visitor, wrong: InvalidInput) -> Page:
    """The same box again, with what was typed and what to mend."""
    given = await typed(request)
    answer = _composer(
        visitor,
        whole=not request.headers.get("hx-request"),
        status=422,
        problems=problems(wrong),
        text=given.get("text", ""),
        name=given.get("name", visitor.name),
        thread=given.get("thread"),
        private=bool(given.get("private")),
    )
    _remember(request, visitor, answer)
    return answer


def _composer(visitor: Visitor, *, whole: bool = False, status: int = 200, **context: Any) -> Page:
    context = {"visitor": visitor, "once": _once, "said": status == 200} | context
    if whole:
        title = _("Your message")
        return page("webchat/mend.html", status=status, title=title, **context)
    return fragment("webchat/composer.html", status=status, **context)


def _page(request: AnyRequest, visitor: Visitor, template: str, title: str, **context: Any) -> Page:
    answer = page(
        template,
        title=title,
        visitor=visitor,
        once=_once,
        events_href="/chat/events",
        **context,
    )
    _remember(request, visitor, answer)
    return answer


def _remember(request: AnyRequest, visitor: Visitor, answer: Page | Redirect) -> None:
    house = house_of(request)
    name, value = house.cookie_name(_COOKIE), visitor.to_cookie()
    if request.cookies.get(name) != value:
        cookie = Cookie(
            key=name,
            value=value,
            path="/",
            max_age=_COOKIE_LASTS,
            httponly=True,
            samesite="lax",
            secure=house.is_https,
        )
        answer.set_cookie(cookie)


def _once() -> str:
    return token_hex(16)


def _shop(request: AnyRequest) -> str:
    return house_of(request).settings.shop.name


routes = [show, show_thread, show_private, say, events]
