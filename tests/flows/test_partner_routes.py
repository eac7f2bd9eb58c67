"""One case, four routes: from those who spoke to the partner, and back to those who spoke."""

import asyncio
import re
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
import uvicorn

from adapters.endpoint import Endpoints, EndpointSettings
from bot.accounts.models import User
from bot.db import Session
from bot.main import Hubbub
from bot.networks import Health, Services, signing
from bot.pages import routes
from bot.suppliers.correspondence import chats, choosing, following
from bot.suppliers.correspondence.models import Standing
from bot.suppliers.correspondence.sending import need_means
from bot.suppliers.models import Act, CaseState, Supplier
from bot.web.app import create_app
from bot.web.stream import Streams
from tests.adapters.ear import wait_for
from tests.flows.partner_world import ADDRESS, WISH, PartnerWorld, living, staff
from tests.stand_ins.discord import DiscordStandIn
from tests.stand_ins.faults import Shown, StandIn
from tests.stand_ins.mail import MailProvider
from tests.stand_ins.mail.provider import answer_to
from tests.stand_ins.program import Program
from tests.stand_ins.telegram import TelegramStandIn
from tests.stand_ins.telegram.chats import person

DOCS = Path(__file__).parents[2] / "docs" / "partners.md"
FIELD = re.compile(r'name="_csrf_token" value="(\w+)"')


@pytest.fixture
def program() -> Iterator[Program]:
    with Program().open() as program:
        yield program


async def test_a_partner_who_has_nothing_but_mail_answers_by_mail(tmp_path: Path) -> None:
    provider = MailProvider()
    async with provider.open(), living(tmp_path, {"email": provider.settings()}) as world:
        await world.says("ada", WISH)
        await world.says("ben", f"Yes, {WISH}!")
        await world.hears("Brook & Daughters has it now")
        await world.hears("your voice")
        await wait_for(lambda: len(provider.letters(ADDRESS)) == 1)
        [letter] = provider.letters(ADDRESS)
        assert WISH in letter.get_content() and "decline: and your reason" in letter.get_content()

        provider.inbox.before_marking = 1  # it dies between storing and marking, and reads it twice
        await provider.answer(letter, "Accept: we like it.\n\nBest regards\nTom")
        told = await world.hears("has accepted", times=2)
        assert all("we like it." in one.content["text"] for one in told)
        await wait_for(lambda: not provider.inbox.unread)
        await wait_for(lambda: len(provider.letters(ADDRESS)) == 2)
        confirmed = provider.letters(ADDRESS)[1]
        assert "you accept it. 2 people will hear it." in confirmed.get_content()
        assert (
            confirmed["In-Reply-To"]
            == provider.inbox.mails[0].raw.decode().partition("Message-ID: ")[2].split()[0]
        )

        await provider.answer(letter, "done")  # to the first letter: that is how it was, not is
        await wait_for(lambda: len(provider.letters(ADDRESS)) == 3)
        refused = provider.letters(ADDRESS)[2]
        assert "Nothing was decided by it. This was changed a moment ago." in refused.get_content()

        await provider.answer(refused, "zusagen 1.3.2099")
        await world.hears("promises", times=2)
        await wait_for(lambda: len(provider.letters(ADDRESS)) == 4)
        await provider.answer(provider.letters(ADDRESS)[3], "Erledigt")
        await world.hears("has delivered", times=2)
        assert world.case().state is CaseState.DELIVERED
        assert [one.standing for one in world.replies()] == [
            Standing.DONE,
            Standing.REFUSED,
            Standing.DONE,
            Standing.DONE,
        ]
        await wait_for(lambda: len(provider.letters(ADDRESS)) == 5)
        assert "This is closed now." in provider.letters(ADDRESS)[4].get_content()


async def test_a_mail_server_of_the_shops_own_hands_answers_over_as_the_docs_say(
    tmp_path: Path,
) -> None:
    provider, secret = MailProvider(), signing.new_secret()
    async with provider.open():
        mail = provider.settings(imap_host="", imap_password="", webhook_secret=secret)
        async with living(tmp_path, {"email": mail}) as world, served(world.hubbub) as address:
            await world.says("ada", WISH)
            await wait_for(lambda: len(provider.letters(ADDRESS)) == 1, 20)
            answer = answer_to(provider.letters(ADDRESS)[0], "annehmen: schön, machen wir")
            [program] = re.findall(r"```python\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.S)
            program = re.sub('SECRET = ".*?"', f'SECRET = "{secret}"', program)
            program = re.sub('ADDRESS = ".*?"', f'ADDRESS = "{address}/webhooks/email"', program)
            for _ in range(2):  # a mail server that is not sure hands it over again
                process = await asyncio.create_subprocess_exec(
                    sys.executable, "-c", program, stdin=asyncio.subprocess.PIPE
                )
                await process.communicate(answer.as_bytes())
                assert process.returncode == 0
            await world.hears("schön, machen wir")
            assert [one.standing for one in world.replies()] == [Standing.DONE]


async def test_a_partners_own_program_is_told_by_signed_calls_and_decides_by_them(
    tmp_path: Path, program: Program
) -> None:
    async with living(tmp_path, {}) as world:
        hubbub = world.hubbub
        await hubbub.writer.run(lambda session: by_their_program(session, world, program))
        async with served(hubbub) as address:
            await world.says("ada", WISH)
            await wait_for(lambda: bool(program.said("case.opened")), 20)
            [opened] = program.said("case.opened")
            assert opened["words"] == [WISH] and opened["people"] == 1
            assert opened["product"] == {"name": "Trail Lid Cup", "sku": "CUP-1"}
            assert "accept" in opened["allowed"] and "/s/" in opened["url"]

            await world.says("ben", f"Yes, {WISH}!")
            await world.hears("your voice")
            await hubbub.writer.run(following.inform)
            await wait_for(lambda: bool(program.said("case.voices")), 20)
            assert program.said("case.voices")[0]["people"] == 2

            door = f"{address}/webhooks/partners/{world.partner().id}"
            asked = {"case": opened["case"], "act": "ask", "text": "Which colour?", "version": 1}
            first = await program.decide(door, "msg_1", **asked)
            again = await program.decide(door, "msg_1", **asked)
            assert first.status_code == again.status_code == 200 and first.json() == again.json()
            [question, _] = await world.hears("Which colour?", times=2)
            await world.says("ada", "Blue, my number is 0170 1234567", reply_to=question.remote_id)
            await world.hears("passed your answer on")
            await hubbub.writer.run(following.inform)
            await wait_for(lambda: bool(program.said("case.answers")), 20)
            assert program.said("case.answers")[0]["answers"] == ["Blue, my number is [phone]"]

            late = await program.decide(door, "msg_2", **asked | {"act": "accept"})
            assert late.status_code == 409 and late.json()["case"]["version"] == 2
            done = {"case": opened["case"], "act": "deliver", "text": "In the shops now."}
            assert (await program.decide(door, "msg_3", **done)).status_code == 200
            await world.hears("In the shops now.", times=2)
            await hubbub.writer.run(following.inform)
            await wait_for(lambda: bool(program.said("case.closed")), 20)
            await hubbub.writer.run(lambda session: try_out(session, world))
            await wait_for(lambda: program.said("test") == [{}], 20)
            assert [one.act for one in world.replies()] == [Act.ASK, Act.ACCEPT, Act.DELIVER]


def try_out(session: Session, world: PartnerWorld) -> None:
    [mia] = session.scalars(sa.select(User))
    choosing.try_out(session, session.need(Supplier, world.partner().id), by=mia)


def by_their_program(session: Session, world: PartnerWorld, program: Program) -> None:
    hubbub, place = world.hubbub, ("endpoint", "default")
    services = Services(clock=hubbub.clock, callee=hubbub._callee)
    hubbub.adapters[place] = Endpoints(EndpointSettings(), services, program.rules)
    supplier = session.need(Supplier, world.partner().id)
    choosing.by_program(
        session, supplier, "https://partner.example/cases", place=place, by=staff(session)
    )
    means = need_means(session, supplier.id)
    means.url, means.secret = program.url, program.secret  # loopback: no page takes that


async def test_a_partner_answers_in_a_private_chat_by_a_reply_or_a_button(tmp_path: Path) -> None:
    async with TelegramStandIn() as network:
        settings = {"telegram": dict(network.settings())}
        async with living(tmp_path, settings) as world:
            tom = await in_toms_chat(world, network)
            await world.says("ada", WISH)
            await wait_for(lambda: shown(network, tom, WISH) != [], 20)
            [letter] = shown(network, tom, WISH)
            assert "decline: and your reason" in letter.text and "/s/" in letter.text
            await network.say("ask: which colour?", author="tom", private=True, reply_to=letter.id)
            await world.hears("which colour?")
            await wait_for(lambda: shown(network, tom, "you ask the people this") != [], 20)

            await network.say("What a lovely day!", author="tom", private=True, reply_to=letter.id)
            await wait_for(lambda: shown(network, tom, "does not begin with one of") != [], 20)
            await network.say("Really!", author="tom", private=True, reply_to=letter.id)

            [buttons] = [
                call.asked["reply_markup"]
                for call in network.called("sendMessage")
                if "you ask the people this" in call.asked["text"]
            ]
            value = next(value for value in pressed(buttons) if value.startswith("case:accept:"))
            assert len(value) <= 64
            press(network, "tom", value)
            await world.hears("has accepted")
            press(network, "eve", value)  # a stranger, who was shown the button
            await network.say("accept", author="eve", private=True)
            await wait_for(lambda: len(shown(network, str(person("eve")["id"]), "")) >= 1, 20)
            assert [one.standing for one in world.replies()] == [
                Standing.DONE,
                Standing.NOTED,
                Standing.NOTED,
                Standing.DONE,
            ]
            assert len(shown(network, tom, "does not begin with one of")) == 1
            assert world.case().state is CaseState.ACCEPTED


async def in_toms_chat(world: PartnerWorld, network: StandIn) -> str:
    """The partner's chat from now on; gives its id."""
    code = await world.hubbub.writer.run(
        lambda session: chats.make_code(
            session, session.need(Supplier, world.partner().id), by=staff(session)
        )
    )
    await network.say(code, author="tom", private=True)
    hello = "comes here from now on"
    await wait_for(lambda: any(hello in one.text for one in network.shown()), 20)
    [chat] = [one.channel for one in network.shown() if hello in one.text]
    return chat


async def test_on_another_network_it_is_the_same(tmp_path: Path) -> None:
    network = DiscordStandIn()
    async with network, living(tmp_path, {"discord": dict(network.settings())}) as world:
        [discord] = [it for it in world.hubbub.adapters.values() if it.network == "discord"]
        await wait_for(lambda: discord.health()[0] is Health.OK, 20)
        tom = await in_toms_chat(world, network)
        await world.says("ada", WISH)
        await wait_for(lambda: shown(network, tom, WISH) != [], 20)
        [letter] = shown(network, tom, WISH)
        await network.say("zusagen 1.3.2099", author="tom", private=True, reply_to=letter.id)
        await world.hears("promises")
        await wait_for(lambda: shown(network, tom, "1 Mar 2099") != [], 20)
        assert world.replies()[0].standing is Standing.DONE


def shown(network: StandIn, chat: str, words: str) -> list[Shown]:
    return [one for one in network.shown() if one.channel == chat and words in one.text]


def pressed(markup: Any) -> list[str]:
    return [button["callback_data"] for row in markup["inline_keyboard"] for button in row]


def press(network: TelegramStandIn, who: str, value: str) -> None:
    sender = person(who)
    chat = {"id": sender["id"], "type": "private"}
    message = {"message_id": 1, "date": 1_800_000_000, "chat": chat}
    press = {"id": f"{who}-{value}"[:60], "from": sender, "data": value, "message": message}
    network.happen(callback_query=press)


async def test_the_portal_shows_the_same_case_and_its_answer_counts_the_same(
    tmp_path: Path,
) -> None:
    provider = MailProvider()
    async with provider.open(), living(tmp_path, {"email": provider.settings()}) as world:
        hubbub = world.hubbub
        async with served(hubbub) as address:
            await world.says("ada", WISH)
            await wait_for(lambda: len(provider.letters(ADDRESS)) == 1, 20)
            letter = provider.letters(ADDRESS)[0].get_content()
            token = letter.partition("/s/")[2].split()[0]
            async with httpx.AsyncClient(base_url=address, trust_env=False) as browser:
                door = await browser.get(f"/s/{token}")
                entered = await browser.post(f"/s/{token}", data=field_of(door))
                case = await browser.get(entered.headers["location"])
                for fact in (WISH, "Trail Lid Cup", "What 1 person said"):
                    assert fact in unescape(case.text)
                form = field_of(case) | {"act": "accept", "version": "1", "words_accept": "Gladly."}
                await browser.post(entered.headers["location"], data=form)
            await world.hears("Gladly.")


def field_of(page: httpx.Response) -> dict[str, str]:
    found = FIELD.search(page.text)
    assert found, page.text
    return {"_csrf_token": found[1]}


@asynccontextmanager
async def served(hubbub: Hubbub) -> AsyncIterator[str]:
    """Its pages, beside the work that goes on already."""
    streams = Streams(hubbub.database, hubbub.writer.news)
    app = create_app(routes(hubbub.plugins, hubbub.house), hubbub.house, streams=streams)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, ws="none", lifespan="off"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        await serving
