"""What all of `/api` has in common: who may call, how often, and how an action is done once.

Errors are told as https://www.rfc-editor.org/rfc/rfc9457 (`bot.web.errors`).
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from litestar.response import Response
from pydantic import BaseModel

from bot.accounts.api_tokens import Program
from bot.accounts.audit import record
from bot.db import Session, Writer, insert_new
from bot.errors import InvalidInput
from bot.web.access import Access
from bot.web.limits import TokenLimit
from bot.web.models import ApiAnswer
from bot.web.pages import AnyRequest

PER_MINUTE = 300
"""So often may one token call, in each process."""

KEPT = timedelta(days=7)
_LONGEST_KEY = 200

API: dict[str, Any] = {
    "access": Access.TOKEN,
    "exclude_from_csrf": True,  # no cookie is looked at
    "guards": [TokenLimit(PER_MINUTE, seconds=60)],
    "security": [{"token": []}],
}
"""For the decorator of every handler: ``@get("/api/v1/posts", scope=Scope.READ, **API)``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What an action answers. ``headers``: such as the ETag."""

    body: BaseModel | None = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


async def act(
    request: AnyRequest, writer: Writer, program: Program, command: Callable[[Session], Done]
) -> Response[Any]:
    """Do it, and answer; under an Idempotency-Key once, however often it is asked for.

    What was refused is not kept: nothing of it was done, so the same key may try again. Raises
    `InvalidInput` for a key that was used for something else.
    """
    key = request.headers.get("idempotency-key", "").strip('" ')
    if len(key) > _LONGEST_KEY:
        raise InvalidInput(f"An Idempotency-Key has at most {_LONGEST_KEY} characters.")
    asked = _fingerprint(request, await request.body())

    def once(session: Session) -> Said:
        kept = _kept(session, program, key, asked) if key else None
        if isinstance(kept, Said):
            return kept
        done = command(session)
        said = Said(done.status, done.body.model_dump_json() if done.body else "", {**done.headers})
        if kept:
            kept.status, kept.body, kept.headers = said
        record(
            session,
            f"token:{program.token.name}",
            "called",
            program.token,
            method=request.method,
            path=request.url.path,
        )
        return said

    status, body, headers = await writer.run(once)
    return Response(
        body.encode(), status_code=status, headers=headers, media_type="application/json"
    )


class Said(NamedTuple):
    status: int
    body: str
    headers: dict[str, Any]


def _kept(session: Session, program: Program, key: str, asked: str) -> Said | ApiAnswer:
    """What was answered under this key, or a fresh row to keep this answer in.

    Of two that ask at the same time, the second waits for the first one's COMMIT here.
    """
    now, mine = session.now(), {"token_id": program.token.id, "key": key}
    fresh = {**mine, "asked": asked, "status": 0, "body": "", "headers": {}, "at": now}
    is_new = bool(insert_new(session, ApiAnswer, [fresh], unique=("token_id", "key")))
    answer = session.scalars(sa.select(ApiAnswer).filter_by(**mine)).one()
    if is_new:
        old = (ApiAnswer.workspace_id == session.workspace, ApiAnswer.at < now - KEPT)
        session.execute(sa.delete(ApiAnswer).where(*old))
        return answer
    if answer.asked != asked:
        raise InvalidInput("This Idempotency-Key was used for another request. Choose a new one.")
    return Said(answer.status, answer.body, {**answer.headers, "Idempotency-Replayed": "true"})


def _fingerprint(request: AnyRequest, body: bytes) -> str:
    said = (request.method, request.url.path, request.headers.get("if-match", ""))
    return hashlib.sha256("\0".join(said).encode() + b"\0" + body).hexdigest()
