"""A program with a token, for the tests of `/api`."""

from typing import Any

from bot.accounts import api_tokens
from bot.accounts.api_tokens import Scope
from bot.accounts.models import Role
from bot.db import Session, Writer
from tests.content_calendar.calendars import person
from tests.web.doorway import Client

EVERYTHING = tuple(Scope)


class Program:
    """Calls as a program would: with its token, in JSON."""

    def __init__(
        self,
        client: Client,
        writer: Writer,
        *,
        role: Role = Role.APPROVER,
        scopes: tuple[Scope, ...] = EVERYTHING,
        name: str = "Robo",
    ) -> None:
        self.client, self.writer = client, writer

        def make(session: Session) -> str:
            user = person(session, role, f"{role.value} of {name}")
            return api_tokens.make(session, user, name, scopes, days=30)[1]

        self.secret = writer.run_blocking(make)

    def call(
        self, method: str, path: str, json: Any = None, content: str | None = None, **headers: str
    ) -> Any:
        given = {"Authorization": f"Bearer {self.secret}"}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        if content is not None:
            return self.client.request(method, f"/api/v1{path}", content=content, headers=given)
        return self.client.request(method, f"/api/v1{path}", json=json, headers=given)

    def get(self, path: str, **headers: str) -> Any:
        return self.call("GET", path, **headers)
