"""Errors as people meet them: what happened and what to do next, never a trace."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from secrets import token_hex
from typing import Any

import sqlalchemy as sa
from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException
from litestar.response import Redirect

from bot.db.sealed import CannotUnseal
from bot.errors import (
    Conflict,
    DatabaseUnavailable,
    HubbubError,
    InvalidInput,
    NotAllowed,
    NotFound,
)
from bot.logs import log
from bot.web.access import NotSignedIn, TokenNeeded
from bot.web.forms import as_ours
from bot.web.i18n import gettext as _
from bot.web.i18n import retell
from bot.web.limits import TooManyRequests
from bot.web.pages import Fragment
from bot.web.versions import Outdated, VersionNeeded

AnyRequest = Request[Any, Any, Any]
RETRY_AFTER = "5"  # seconds, while the database can't be written


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An error as it is told. ``kind``: which of the page's words, where not the status's."""

    status: int
    detail: str = ""
    kind: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)  # what is wrong with each


_STATUS: dict[type[HubbubError], int] = {
    NotFound: 404,
    TokenNeeded: 401,
    NotAllowed: 403,
    Outdated: 412,
    VersionNeeded: 428,
    Conflict: 409,
    InvalidInput: 422,
    TooManyRequests: 429,
    DatabaseUnavailable: 503,
}


def show_ours(request: AnyRequest, error: HubbubError) -> Response[Any]:
    """One of `bot.errors`."""
    if isinstance(error, NotSignedIn) and not _wants_json(request):
        return _to_the_door(request, error.door)
    status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), None)
    if status is None:
        return show_unexpected(request, error)
    said: str | None = str(error)
    if isinstance(error, DatabaseUnavailable):
        log("web").error("the database is away", reason=said)
        said = type(error).__doc__
    elif isinstance(error, CannotUnseal):
        log("web").error("a secret can't be opened", reason=said)
        said = _("A secret can't be opened. The owner of this Hubbub learns why with: hubbub check")
    pause = {"Retry-After": RETRY_AFTER} if status == 503 else {}
    pause |= {"Retry-After": "60"} if status == 429 else {}
    # The page says "nothing here" in its own, warmer words; every such answer is the same.
    detail = "" if isinstance(error, NotFound) else retell((said or "").strip())
    if status == 401:
        pause |= {"WWW-Authenticate": 'Bearer realm="Hubbub"'}
    fields = error.fields if isinstance(error, InvalidInput) else {}
    return _answer(request, Told(status=status, detail=detail, headers=pause, fields=fields))


def show_theirs(request: AnyRequest, error: HTTPException) -> Response[Any]:
    """One that the framework raised: no such page, too large, wrong method."""
    if error.status_code >= 500:
        return show_unexpected(request, error)
    if "CSRF" in error.detail:
        return _answer(request, Told(status=403, kind="csrf"))
    if found := getattr(error.__cause__, "errors", None):  # pydantic's, as Litestar hands them on
        return show_ours(request, as_ours(found() if callable(found) else found))
    detail = _("That was too large to take in.") if error.status_code == 413 else ""
    kept = {"allow": error.headers["allow"]} if error.headers and "allow" in error.headers else {}
    extra = error.extra if isinstance(error.extra, list) else []
    fields = {one["key"]: one["message"] for one in extra if "key" in one}
    told = Told(status=error.status_code, detail=detail, headers=kept, fields=fields)
    return _answer(request, told)


def show_unreadable(request: AnyRequest, error: sa.exc.SQLAlchemyError) -> Response[Any]:
    """The database can't be read: the same as when it can't be written."""
    log("web").error("the database can't be read", exc_info=error)
    return show_ours(request, DatabaseUnavailable())


def show_unexpected(request: AnyRequest, error: Exception) -> Response[Any]:
    """A mistake of ours: a page with a short reference, under which the log has all of it."""
    reference = token_hex(4)
    log("web").error(
        "unexpected error",
        reference=reference,
        method=request.method,
        path=request.scope.get("path_template", ""),  # the path itself may hold a token
        exc_info=error,
    )
    detail = _("Reference: %s") % reference
    return _answer(request, Told(status=500, detail=detail))


def _to_the_door(request: AnyRequest, door: str) -> Response[Any]:
    if request.headers.get("hx-request"):
        return Response("", status_code=403, headers={"HX-Redirect": door})
    return Redirect(door, status_code=303)


def _answer(request: AnyRequest, told: Told) -> Response[Any]:
    if request.scope["path"].startswith("/api/"):
        return _problem(told)
    if _wants_json(request):
        content = {"error": told.detail or told.kind or str(told.status)}
        return Response(content, status_code=told.status, headers=told.headers)
    if request.headers.get("hx-request"):
        return _toast(told)
    context = {"status": told.kind or told.status, "detail": told.detail, "title": ""}
    return Fragment(  # without a rail: drawing one needs the database
        "error.html",
        context=context,
        status_code=told.status,
        headers=dict(told.headers),
        media_type=MediaType.HTML,
    )


_UNSAID = {
    400: "This can't be read. Send JSON, as /api/v1/openapi.json describes it.",
    404: "There is nothing here, or it isn't yours to see.",
    405: "That can't be done here. See /api/v1/openapi.json.",
    500: "Something broke on our side. Please try again in a moment.",
}


def _problem(told: Told) -> Response[Any]:
    """For programs: https://www.rfc-editor.org/rfc/rfc9457."""
    title = HTTPStatus(told.status).phrase
    content: dict[str, Any] = {
        "type": "about:blank",
        "title": title,
        "status": told.status,
        "detail": told.detail or _UNSAID.get(told.status, _UNSAID[404]),
    }
    if told.fields:
        content["errors"] = [
            {"field": name, "detail": retell(said)} for name, said in told.fields.items()
        ]
    return Response(
        content,
        status_code=told.status,
        media_type="application/problem+json",
        headers=told.headers,
    )


def _toast(told: Told) -> Response[Any]:
    """For htmx: leave the page as it is, and say it."""
    headers = dict(told.headers)
    if told.detail:
        headers["HX-Trigger"] = json.dumps({"toast": {"text": told.detail}})
    headers["HX-Reswap"] = "none"
    return Response(told.detail, status_code=told.status, media_type="text/plain", headers=headers)


def _wants_json(request: AnyRequest) -> bool:
    for_programs = request.scope["path"].startswith(("/api/", "/webhooks/"))
    accepted = request.headers.get("accept", "")
    return for_programs or accepted.startswith(("application/json", "text/event-stream"))
