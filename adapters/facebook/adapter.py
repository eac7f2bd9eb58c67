"""One Facebook Page with its Messenger: speaking, and reading what the webhook may have missed."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from adapters.facebook import finding, saying
from adapters.facebook.looking import Looking
from adapters.facebook.page import SLOW_AT, Page
from adapters.facebook.settings import FacebookSettings
from adapters.facebook.shapes import NETWORK
from adapters.facebook.speaking import Speaking
from adapters.facebook.standing import Standing
from bot.errors import NetworkError, OutcomeUnknown, RateLimited, Unauthorized
from bot.networks import (
    Action,
    Finding,
    Health,
    Outgoing,
    Place,
    Receipt,
    Receive,
    Services,
)

_DAY = timedelta(days=1)
# So long before now an attempt is looked for where nobody knows when the first was made.
_LOOK_BACK = timedelta(hours=24)
# A film is worked on before it is shown.
_FILM_SETTLES = timedelta(minutes=10)
_REMEMBERED = 5_000


class Facebook:
    """The account of one Page; the channel is the Page itself."""

    network = NETWORK
    capabilities = saying.CAPABILITIES

    def __init__(self, settings: FacebookSettings, services: Services) -> None:
        self.account = settings.page
        self._settings, self._services, self._clock = settings, services, services.clock
        self._page = Page(settings, services.clock)
        self._standing = Standing(self._page, settings, services)
        self._looking = Looking(self._page, settings, services.clock)
        self._speaking = Speaking(self._page, services)
        self._connected: datetime | None = None
        self._trouble = ""
        self._sent_at: datetime | None = None
        self._welcome = asyncio.Event()
        self._began = self._clock.now()
        # Of this process alone: what is known of recent messages, by id, and of recent tries.
        self._told: dict[str, str] = {}
        self._tried: dict[str, datetime] = {}

    async def run(self, receive: Receive) -> None:
        self._looking.begin()
        try:
            while True:
                try:
                    await self._once(receive)
                except Unauthorized:
                    if not self._page.refused:
                        raise
                    # Tried once: until a person has looked, nothing is asked of Facebook.
                    self._connected = None
                    self._welcome.clear()
                    await self._welcome.wait()
        except NetworkError as error:
            self._trouble = str(error)
            raise
        finally:
            self._connected = None

    async def _once(self, receive: Receive) -> None:
        """Look at everything, then read the Page now and then for a day."""
        await self._standing.look()
        self._connected = self._connected or self._clock.now()
        began = self._clock.now()
        while self._clock.now() - began < _DAY:
            await self._clock.sleep(await self._look(receive))

    async def _look(self, receive: Receive) -> float:
        """Gives the seconds until the next look."""
        pause = self._settings.poll_seconds * (1 + self._page.gap)
        try:
            await self._looking.look(receive)
            self._trouble = ""
        except NetworkError as error:
            if self._page.refused:
                raise
            self._trouble = f"The Page can't be read: {error}"
            if isinstance(error, RateLimited):
                return max(pause, error.retry_after.total_seconds())
        return pause

    async def send(self, outgoing: Outgoing) -> Receipt:
        saying.check(outgoing)
        self._page.pace()
        self._tried[outgoing.key] = self._clock.now()
        receipt = await self._speaking.say(outgoing)
        self._sent_at = self._clock.now()
        self._told[receipt.message] = outgoing.key
        for memory in (self._told, self._tried):
            while len(memory) > _REMEMBERED:
                del memory[next(iter(memory))]
        return receipt

    async def find(self, outgoing: Outgoing) -> Receipt | None:
        since = outgoing.not_before or self._clock.now() - _LOOK_BACK

        def ours(id: str) -> bool:
            return self._told.get(id, outgoing.key) != outgoing.key

        found = await finding.find(self._page, outgoing, since=since, ours=ours)
        if found is None and outgoing.action in {Action.PUBLISH, Action.REPLY, Action.DIRECT}:
            self._wait_for_it(outgoing)
        return found

    def _wait_for_it(self, outgoing: Outgoing) -> None:
        """Facebook may show late what it took: too early, nobody can say that it is not there."""
        tried = self._tried.get(outgoing.key, self._began)
        settles = timedelta(seconds=self._settings.settle_seconds)
        if settles and finding.is_film(outgoing):
            settles = max(settles, _FILM_SETTLES)
        if self._clock.now() - tried < settles:
            raise OutcomeUnknown("It is not there yet; Facebook may still be about to show it.")

    def close(self) -> None:
        """Let its connections go; nothing can be said any more."""
        self._page.close()

    def health(self) -> tuple[Health, str]:
        if self._page.refused:
            return Health.OFF, _sentence(self._page.refused)
        if self._connected is None:
            return Health.OFF, _sentence(self._trouble or "Facebook is not connected yet")
        if warning := self._warning():
            return Health.WARN, _sentence(warning)
        told = [f"Connected since {_moment(self._connected)}"]
        if heard := self._looking.last_event:
            told.append(f"last heard something said at {_moment(heard)}")
        if self._sent_at:
            told.append(f"last said something at {_moment(self._sent_at)}")
        if ends := self._standing.until:
            told.append(f"the token is valid until {_moment(ends)}")
        return Health.OK, f"{', '.join(told)}."

    def _warning(self) -> str:
        if missed := self._looking.missed:
            return (
                f"The webhook missed {missed} of what people said; it was read from the Page. "
                "Check that the app is Live, that its webhook has our address and the fields feed "
                "and messages, and that the Page is subscribed to the app."
            )
        if self._trouble:
            return self._trouble
        if self._page.used >= SLOW_AT:
            return f"{self._page.used:.0f} % of what Facebook allows is used: we go slower."
        for one in self._standing.findings():
            if one.health is not Health.OK:
                return f"{one.says} {one.then}"
        return ""

    async def examine(self, channel: str | None = None) -> Sequence[Finding]:
        before = self._page.refused
        try:
            self._page.forgive()
            await self._standing.look()
            self._welcome.set()
        except NetworkError as error:
            if not self._page.refused:
                self._page.refused = before  # it could not be found out whether that has changed
                says, then = str(error), "Look again in a few minutes."
                return [Finding(what="connection", health=Health.OFF, says=says, then=then)]
        except Exception as error:
            says = f"It could not be looked at: {error!r}"
            return [Finding(what="connection", health=Health.OFF, says=says)]
        found = [*self._standing.findings(), self._webhook_finding()]
        if channel is not None:
            found.append(await self._place_finding(channel))
        return found

    def _webhook_finding(self) -> Finding:
        if self._looking.missed:
            return Finding(
                what="webhook", health=Health.WARN, says=self._warning(), then="See the guide."
            )
        caught = self._looking.caught_up
        says = f"Nothing was missed since Hubbub started; {caught} from before were read then."
        return Finding(what="webhook", health=Health.OK, says=says)

    async def _place_finding(self, channel: str) -> Finding:
        if channel != self.account:
            says = "This is not the Page that is configured."
            return Finding(what="place", health=Health.OFF, says=says)
        try:
            page = await self._page.read(channel, fields="name,is_published,can_post")
        except NetworkError as error:
            return Finding(what="place", health=Health.OFF, says=str(error))
        if page.get("is_published") is False:
            return Finding(
                what="place",
                health=Health.WARN,
                says="The Page is not published: only its admins see what we say.",
                then="Publish it in the Page's settings.",
            )
        return Finding(what="place", health=Health.OK, says=f"We can speak on {page.get('name')}.")

    async def places(self) -> Sequence[Place]:
        page = await self._page.read(self.account, fields="name,is_published,can_post")
        found = await self._place_finding(self.account)
        name = str(page.get("name") or self.account)
        return [Place(channel=self.account, name=name, kind="Page", findings=(found,))]


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def build(settings: FacebookSettings, services: Services) -> Facebook:
    return Facebook(settings, services)
