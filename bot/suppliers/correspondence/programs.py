"""Partners' own programs: where they are called, and what they decide by signed calls to us."""

from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.db import Session, insert_new
from bot.errors import Conflict, InvalidInput, NotFound, Rejected
from bot.networks import Callee, signing
from bot.suppliers import queries, service
from bot.suppliers.correspondence.answering import TOPIC
from bot.suppliers.correspondence.facts import facts
from bot.suppliers.correspondence.models import Reply, Standing, Way
from bot.suppliers.correspondence.sending import means_of
from bot.suppliers.models import Act, Case, Supplier
from bot.web.forms import as_ours


class Call(BaseModel):
    """The body of a call to us. ``version``: of the case, as the program knows it; left away, the
    act is done whatever happened to the case since."""

    model_config = ConfigDict(extra="forbid")

    case: UUID
    act: Act
    text: str = Field("", max_length=10_000)
    promised_for: date | None = None
    version: int | None = None


def callee(session: Session, channel: str) -> Callee:
    """The program that a channel stands for. Raises `Rejected` where there is none any more."""
    try:
        means = means_of(session, UUID(hex=channel))
    except ValueError:
        means = None
    if means is None or means.secret is None or not means.url:
        raise Rejected("No program is set up there any more.")
    return Callee(url=means.url, secret=means.secret)


def called(
    session: Session, supplier_id: UUID, headers: dict[str, str], body: bytes
) -> tuple[int, dict[str, Any]]:
    """What a call is answered: status and body, the same whenever it comes again.

    Raises `NotFound` while this partner has no secret, and `NotAllowed` on a wrong signature.
    """
    supplier = session.find(Supplier, supplier_id)
    means = means_of(session, supplier_id)
    if supplier is None or means is None or means.secret is None:
        raise NotFound
    id = signing.check(means.secret, headers, body, session.now())
    reply, is_new = _kept(session, supplier, f"{supplier.id.hex}:{id}")
    if is_new:
        reply.answer = _decide(session, reply, supplier, body)
    answer = reply.answer or {}
    return answer["status"], answer["body"]


def _kept(session: Session, supplier: Supplier, remote_id: str) -> tuple[Reply, bool]:
    """Of several at the same time one is new; the others wait for it, and answer as it did."""
    row = {
        "way": Way.CALL,
        "remote_id": remote_id,
        "supplier_id": supplier.id,
        "sender": supplier.name,
        "text": "",
        "came_at": session.now(),
        "standing": Standing.REFUSED,
    }
    inserted = insert_new(session, Reply, [row], unique=("way", "remote_id"))
    session.announce(TOPIC)
    known = sa.select(Reply).filter_by(way=Way.CALL, remote_id=remote_id)
    return session.scalars(known).one(), bool(inserted)


def _decide(session: Session, reply: Reply, supplier: Supplier, body: bytes) -> dict[str, Any]:
    try:
        call = Call.model_validate_json(body)
    except ValidationError as error:
        return _no(reply, 422, as_ours(error.errors(include_url=False)))
    except RecursionError:
        return _no(reply, 422, InvalidInput("The body is nested too deeply."))
    reply.text, reply.act, reply.version = call.text, call.act, call.version
    try:
        case = queries.own_case(session, supplier.id, call.case)
    except NotFound:
        return _no(reply, 404, InvalidInput("There is no such case, or it is not with you."))
    reply.case_id = case.id
    try:
        _act(session, case, call, supplier)
    except InvalidInput as error:
        return _no(reply, 422, error)
    except Conflict as error:
        answer = _no(reply, 409, InvalidInput(str(error)))
        session.refresh(case)
        answer["body"]["case"] = facts(session, case, supplier).to_json()
        return answer
    reply.standing = Standing.DONE
    return {"status": 200, "body": {"case": facts(session, case, supplier).to_json()}}


def _act(session: Session, case: Case, call: Call, supplier: Supplier) -> None:
    service.decide(
        session,
        case,
        call.act,
        text=call.text,
        promised_for=call.promised_for,
        version=call.version,
        by=f"supplier:{supplier.name}",
    )


def _no(reply: Reply, status: int, error: InvalidInput) -> dict[str, Any]:
    reply.why = " ".join(error.problems)
    return {
        "status": status,
        "body": {"problems": list(error.problems), "fields": dict(error.fields)},
    }
