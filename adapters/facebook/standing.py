"""How we stand with Facebook: the token, its rights, the subscription, the Messenger profile."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.facebook import saying
from adapters.facebook.page import SLOW_AT, Page, rows
from adapters.facebook.settings import FacebookSettings
from bot.clock import Clock
from bot.errors import NetworkError
from bot.networks import Finding, Health, Services

# https://developers.facebook.com/docs/permissions
RIGHTS = {
    "pages_show_list": "see the Page",
    "pages_read_engagement": "read what the Page posts",
    "pages_read_user_content": "read what people comment",
    "pages_manage_posts": "publish posts",
    "pages_manage_engagement": "answer and hide comments",
    "pages_manage_metadata": "be called when something happens",
    "pages_messaging": "write in Messenger",
}
FIELDS = (
    "feed",
    "messages",
    "messaging_postbacks",
    "message_reactions",
    "message_edits",
    "message_echoes",
)
_SOON = timedelta(days=7)


@dataclass(slots=True)
class Standing:
    """What was found out last. ``until``: the token's end, None where it has none."""

    page: Page
    settings: FacebookSettings
    services: Services
    until: datetime | None = None
    missing: tuple[str, ...] = ()
    subscribed: bool | None = None
    profile_set: bool | None = None
    looked_at: datetime | None = None
    notes: dict[str, str] = field(default_factory=dict)

    @property
    def clock(self) -> Clock:
        return self.services.clock

    async def look(self) -> None:
        """At everything, and mend what can be mended. Raises `NetworkError` where the token is
        not taken or Facebook can't be reached; anything else is noted."""
        await self._token()
        await self._noting("subscription", self._subscribe)
        await self._noting("profile", self._set_profile)
        self.looked_at = self.clock.now()

    async def _noting(self, what: str, look: Callable[[], Awaitable[None]]) -> None:
        self.notes.pop(what, None)
        try:
            await look()
        except NetworkError as error:
            if self.page.refused:
                raise
            self.notes[what] = str(error)

    async def _token(self) -> None:
        """https://developers.facebook.com/docs/graph-api/reference/debug_token"""
        token = await self.page.token()
        app = f"{self.settings.app_id}|{self.settings.app_secret.get_secret_value()}"
        by = app if self.settings.app_secret.get_secret_value() else token
        answer = await self.page.as_app("debug_token", by, input_token=token)
        told = answer.get("data")
        told = told if isinstance(told, dict) else {}
        if told.get("is_valid") is False:
            why = told.get("error")
            says = why.get("message") if isinstance(why, dict) else "it has ended"
            self.page.refuse(f"Facebook no longer takes our token: {says}")
        ends = [told.get("expires_at"), told.get("data_access_expires_at")]
        self.until = min((_moment(one) for one in ends if _is_time(one)), default=None)
        scopes = told.get("scopes")
        if isinstance(scopes, list):
            self.missing = tuple(right for right in RIGHTS if right not in scopes)

    async def _subscribe(self) -> None:
        """Unless the Page is subscribed to the app, nothing arrives, and nothing says so."""
        path = f"{self.page.id}/subscribed_apps"
        if not self.settings.hears:
            return
        self.subscribed = self._is_subscribed(rows(await self.page.read(path)))
        if not self.subscribed:
            await self.page.write(path, {"subscribed_fields": ",".join(FIELDS)}, seen=False)
            self.subscribed = self._is_subscribed(rows(await self.page.read(path)))

    def _is_subscribed(self, apps: Sequence[dict[str, Any]]) -> bool:
        ours = [one for one in apps if str(one.get("id")) == self.settings.app_id]
        fields = ours[0].get("subscribed_fields") if ours else None
        return bool(ours) and (fields is None or set(FIELDS) <= set(map(str, fields)))

    async def _set_profile(self) -> None:
        """Set only what differs: Facebook limits how often it may be set."""
        path = f"{self.page.id}/messenger_profile"
        wanted = saying.profile(self.services.commands, self.services.shop)
        self.profile_set = False
        there = rows(await self.page.read(path, fields=",".join(wanted)))
        has: dict[str, Any] = there[0] if there else {}
        differs = {
            name: value for name, value in wanted.items() if not _holds(has.get(name), value)
        }
        if differs:
            await self.page.write(path, differs, seen=False)
        self.profile_set = True

    def findings(self) -> list[Finding]:
        return [
            self._token_finding(),
            self._rights_finding(),
            self._subscription_finding(),
            self._app_finding(),
            self._messenger_finding(),
            self._speed_finding(),
        ]

    def _token_finding(self) -> Finding:
        if self.page.refused:
            return Finding(
                what="token",
                health=Health.OFF,
                says=self.page.refused,
                then="Make a new token (see the guide), and put it into the configuration.",
            )
        if self.until is None:
            return Finding(
                what="token", health=Health.OK, says="The token is valid and has no end."
            )
        says = f"The token is valid until {self.until:%Y-%m-%d}."
        if self.until - self.clock.now() > _SOON:
            return Finding(what="token", health=Health.OK, says=says, until=self.until)
        return Finding(
            what="token",
            health=Health.WARN,
            says=says,
            until=self.until,
            then="Make a new one before then, best one of a system user, which has no end.",
        )

    def _rights_finding(self) -> Finding:
        if not self.missing:
            return Finding(what="rights", health=Health.OK, says="The token has every right.")
        said = ", ".join(f"{right} (to {RIGHTS[right]})" for right in self.missing)
        return Finding(
            what="rights",
            health=Health.WARN,
            says=f"The token lacks: {said}.",
            then="Make a new token with these rights, and put it into the configuration.",
        )

    def _subscription_finding(self) -> Finding:
        what = "subscription"
        if not self.settings.hears:
            return Finding(
                what=what,
                health=Health.WARN,
                says="Facebook can't call us: app_secret or verify_token is not configured. The "
                "Page is read now and then instead, without reactions, edits and buttons.",
                then="Configure both, and enter the address in the app under Webhooks.",
            )
        if self.subscribed:
            return Finding(what=what, health=Health.OK, says="The Page is subscribed to the app.")
        return Finding(
            what=what,
            health=Health.WARN,
            says=self.notes.get(what) or "The Page is not subscribed to the app: nothing arrives.",
            then="Give the token the right pages_manage_metadata: Hubbub subscribes by itself.",
        )

    def _app_finding(self) -> Finding:
        if self.page.in_development:
            return Finding(
                what="app",
                health=Health.WARN,
                says=f"Facebook lets us write only to testers: {self.page.in_development}",
                then="Switch the app to Live, and ask Meta to review the rights it uses.",
            )
        return Finding(
            what="app",
            health=Health.OK,
            says="Nothing shows that the app is in development; Facebook does not tell directly.",
        )

    def _messenger_finding(self) -> Finding:
        if self.profile_set:
            says = "Messenger's menu is set, and says that it is a bot."
            return Finding(what="messenger", health=Health.OK, says=says)
        return Finding(
            what="messenger",
            health=Health.WARN,
            says=self.notes.get("profile") or "Messenger's menu is not set.",
            then="Give the token the right pages_messaging: Hubbub sets it by itself.",
        )

    def _speed_finding(self) -> Finding:
        says = f"{self.page.used:.0f} % of what Facebook allows in an hour is used."
        if self.page.used < SLOW_AT:
            return Finding(what="speed", health=Health.OK, says=says)
        return Finding(
            what="speed",
            health=Health.WARN,
            says=f"{says} Hubbub goes slower.",
            then="It mends itself within the hour. If it comes often, spread the posts.",
        )


def _holds(there: Any, wanted: Any) -> bool:
    """Facebook adds fields of its own to what was set."""
    match wanted:
        case dict():
            return isinstance(there, dict) and all(
                _holds(there.get(name), value) for name, value in wanted.items()
            )
        case list():
            return (
                isinstance(there, list)
                and len(there) == len(wanted)
                and all(map(_holds, there, wanted))
            )
    return bool(there == wanted)


def _is_time(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**11


def _moment(seconds: Any) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
