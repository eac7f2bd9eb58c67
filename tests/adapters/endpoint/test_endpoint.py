"""Calls of partners' programs, against one that takes them well and badly."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.endpoint import Endpoints, EndpointSettings
from bot.clock import SystemClock
from bot.egress import PUBLIC
from bot.errors import NetworkError, RateLimited, Rejected, Unavailable
from bot.networks import Action, Callee, Content, Outgoing, Services
from tests.stand_ins.program import Program


@pytest.fixture
def program() -> Iterator[Program]:
    with Program().open() as program:
        yield program


def adapter(program: Program) -> Endpoints:
    services = Services(clock=SystemClock(), callee=program.callee)
    return Endpoints(EndpointSettings(), services, program.rules)


def call(key: str = "case:1:1") -> Outgoing:
    return Outgoing(
        key=key,
        action=Action.DIRECT,
        account="default",
        channel="partner",
        content=Content(text='{"type": "case.opened", "data": {"words": ["größer"]}}'),
    )


async def test_a_call_is_signed_and_a_repeat_has_the_same_id(program: Program) -> None:
    first, again = [await adapter(program).send(call()) for _ in range(2)]
    other = await adapter(program).send(call("case:2:1"))
    assert program.taken == [first.message, again.message, other.message]
    assert first == again != other
    assert program.said("case.opened") == [{"words": ["größer"]}] * 2  # two ids, three calls


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (301, Unavailable),
        (302, Unavailable),  # never followed: what is signed is for them alone
        (400, Rejected),
        (401, Unavailable),
        (404, Unavailable),
        (410, Rejected),
        (422, Rejected),
        (429, RateLimited),
        (500, Unavailable),
        (503, Unavailable),
    ],
)
async def test_what_their_program_answers_decides(
    program: Program, status: int, error: type[NetworkError]
) -> None:
    program.answers = [status]
    with pytest.raises(error, match=str(status)) as raised:
        await adapter(program).send(call())
    assert program.taken == []
    if isinstance(raised.value, RateLimited):
        assert raised.value.retry_after == timedelta(minutes=1)


async def test_who_does_not_know_the_secret_is_not_believed(program: Program) -> None:
    program.secret, known = "whsec_" + "A" * 44, await program.callee("")
    ours = Endpoints(
        EndpointSettings(),
        Services(clock=SystemClock(), callee=_gives(known)),
        program.rules,
    )
    with pytest.raises(Unavailable, match="401"):
        await ours.send(call())


def _gives(callee: Callee) -> Callable[[str], Awaitable[Callee]]:
    async def give(channel: str) -> Callee:
        return callee

    return give


async def test_an_address_inside_is_never_called(program: Program) -> None:
    ours = Endpoints(
        EndpointSettings(), Services(clock=SystemClock(), callee=program.callee), PUBLIC
    )
    with pytest.raises(Rejected):
        await ours.send(call())
    within = replace(program.rules, also=())  # the port is fine, the address is not
    ours = Endpoints(
        EndpointSettings(), Services(clock=SystemClock(), callee=program.callee), within
    )
    with pytest.raises(Rejected, match="not on the public internet"):
        await ours.send(call())
    assert program.taken == []
