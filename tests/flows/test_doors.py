"""The doors of a real Hubbub: mail that brings links, logs without them, and being put out."""

import asyncio
import re
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiosmtpd.controller import Controller

from bot.accounts import service as accounts
from bot.accounts.models import Role, User
from bot.db import Database, Session, Writer
from bot.suppliers import guards, links
from bot.suppliers.models import Supplier
from bot.web.access import SESSION_COOKIE
from tests.flows.running import Running, open_a_shop, running

PUBLIC = "http://community.shop.example"
FIELD = re.compile(r'name="_csrf_token" value="(\w+)"')
EVIL = {"host": "evil.example", "x-forwarded-host": "evil.example"}


def a_free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


class Mailbox:
    """Keeps what arrives, by whom it is for."""

    def __init__(self) -> None:
        self.mails: dict[str, str] = {}

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  # the server's own name for it
        mail = message_from_bytes(envelope.content, policy=policy.default)
        self.mails[envelope.rcpt_tos[0]] = mail.get_content()
        return "250 Queued"

    def link(self, to: str, way: str) -> str:
        """The token in the mail to this address, as soon as it is there."""
        until = time.monotonic() + 30
        while to not in self.mails:
            assert time.monotonic() < until, f"no mail to {to}: {self.mails}"
            time.sleep(0.05)
        found = re.search(rf"{re.escape(PUBLIC)}{way}(\S+)", self.mails[to])
        assert found, self.mails[to]
        return found[1]


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    mailbox, port = Mailbox(), a_free_port()
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    yield mailbox, port
    controller.stop()


@contextmanager
def open_shop(folder: Path, port: int) -> Iterator[tuple[Running, str]]:
    """Everything is logged; gives the running Hubbub, and a spent link of its first partner."""
    open_a_shop(folder)
    database = Database(f"sqlite:///{folder}/hubbub.db")
    with Writer(database) as writer:
        spent = writer.run_blocking(_spent)
    database.close()
    email = {"HOST": "127.0.0.1", "PORT": str(port), "SECURITY": "none", "SENDER": "a@b.example"}
    settings = {f"HUBBUB_NETWORKS__EMAIL__{name}": value for name, value in email.items()}
    logs = {"HUBBUB_LOGS__LEVEL": "debug", "HUBBUB_LOGS__JSON_LINES": "true"}
    at = a_free_port()
    with running(folder, at, HUBBUB_WEB__PUBLIC_URL=PUBLIC, **settings, **logs) as hubbub:
        yield replace(hubbub, address=f"http://127.0.0.1:{at}"), spent


def _spent(session: Session) -> str:
    token = links.make(session, session.query(Supplier).order_by(Supplier.id).all()[0])
    links.redeem(session, token)
    return token


def press(browser: httpx.Client, link: str, path: str = "", **fields: str) -> httpx.Response:
    """Look at the link, then send its form, under headers that name another host."""
    shown = browser.get(link, headers=EVIL)
    data = {"_csrf_token": FIELD.findall(shown.text)[0], **fields}
    answer = browser.post(path or link, data=data, headers=EVIL)
    assert "evil" not in shown.text + answer.text + str(answer.headers)
    return answer


def test_links_come_by_mail_and_no_token_is_in_any_log(
    tmp_path: Path, mailbox: tuple[Mailbox, int]
) -> None:
    box, port = mailbox
    with open_shop(tmp_path, port) as (hubbub, spent):
        address = hubbub.address
        secrets = [spent, hubbub.entry.rpartition("/")[2]]
        with httpx.Client(base_url=address) as owner:
            assert press(owner, f"/enter/{secrets[1]}").status_code == 303
            secrets += [one.value or "" for one in owner.cookies.jar if one.name != "hubbub-csrf"]
            assert owner.get("/calendar").status_code == 200
            assert press(owner, f"/enter/{secrets[1]}").status_code == 403  # once
        invite(tmp_path)
        with httpx.Client(base_url=address) as mia:
            for email in ("nobody@shop.example", "mia@shop.example"):
                assert "on its way" in press(mia, "/enter", email=email).text
            secrets.append(box.link("mia@shop.example", "/enter/"))
            assert press(mia, f"/enter/{secrets[-1]}").status_code == 303
            assert "Mia" in mia.get("/calendar").text
            secrets.append(mia.cookies[SESSION_COOKIE])
        with httpx.Client(base_url=address) as partner:
            press(partner, f"/s/{spent}", f"/s/{spent}/again")
            secrets.append(box.link("brookstead@example.com", "/s/"))
            assert press(partner, f"/s/{secrets[-1]}").status_code == 303
            assert "Brook &amp; Daughters" in partner.get("/supplier").text
            secrets.append(partner.cookies[guards.COOKIE])
            partner.get(f"/s/{secrets[-2]}/nothing/here?token={secrets[-2]}")
        assert set(box.mails) == {"mia@shop.example", "brookstead@example.com"}
    log = (tmp_path / "errors.log").read_text()
    assert log.count("\n") > 3  # there is something to look through
    assert not [one for one in secrets if one in log]
    assert all(len(one) > 30 for one in secrets)


def invite(folder: Path) -> None:
    database = Database(f"sqlite:///{folder}/hubbub.db")
    with Writer(database) as writer:
        writer.run_blocking(
            lambda session: accounts.invite(session, "Mia", "mia@shop.example", Role.OWNER)
        )
    database.close()


@pytest.mark.parametrize("who", ["partner", "staff"])
async def test_who_is_put_out_by_another_process_hears_nothing_after_five_seconds(
    tmp_path: Path, who: str
) -> None:
    open_a_shop(tmp_path)
    with running(tmp_path) as hubbub:
        database = Database(f"sqlite:///{tmp_path}/hubbub.db")
        with Writer(database) as writer:  # as another process, which this one never hears of
            cookie, path = writer.run_blocking(_in if who == "partner" else _staff_in)
            headers = {"cookie": cookie}
            async with (
                httpx.AsyncClient(base_url=hubbub.address, timeout=20) as browser,
                browser.stream("GET", path, headers=headers) as stream,
            ):
                lines = stream.aiter_lines()
                assert await anext(lines)
                await writer.run(_partner_out if who == "partner" else _staff_out)
                began = asyncio.get_running_loop().time()
                refused = await browser.get(path, headers=headers)
                await _to_the_end(lines)
                took = asyncio.get_running_loop().time() - began
        database.close()
    assert refused.status_code in {303, 403}
    assert took < 5


async def _to_the_end(lines: AsyncIterator[str]) -> None:
    async for line in lines:
        assert "event: cases" not in line


def _first(session: Session) -> Supplier:
    return session.query(Supplier).order_by(Supplier.id).all()[0]


def _in(session: Session) -> tuple[str, str]:
    token = links.enter(session, _first(session)).token
    return f"{guards.COOKIE}={token}", "/supplier/events"


def _staff_in(session: Session) -> tuple[str, str]:
    link = accounts.invite(session, "Mia", "mia@shop.example", Role.MARKETER)
    return f"{SESSION_COOKIE}={accounts.enter(session, link)}", "/events"


def _partner_out(session: Session) -> None:
    links.revoke(session, _first(session), by="user:Mo")


def _staff_out(session: Session) -> None:
    user = session.query(User).filter_by(email="mia@shop.example").one()
    accounts.revoke_sessions(session, user)
