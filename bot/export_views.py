"""Whole tables as files, for staff and for programs."""

import tempfile
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, BinaryIO

from litestar import get
from litestar.concurrency import sync_to_thread
from litestar.response import Response, Stream

from bot.accounts.api_tokens import Program, Scope
from bot.accounts.audit import record
from bot.accounts.models import Role, User
from bot.db import Database, Writer
from bot.errors import NotAllowed
from bot.exports import Format, Kind, lines
from bot.web.access import Access
from bot.web.api import API
from bot.web.pages import AnyRequest

FREE = (Kind.POSTS, Kind.PUBLICATIONS, Kind.PRODUCTS)
"""The shop's own words, which all of its staff read anyway. The others hold people's."""

_OTHERS = tuple(kind for kind in Kind if kind not in FREE)
_CHUNK = 64_000
_TYPES = {Format.CSV: "text/csv; charset=utf-8", Format.JSONL: "application/jsonl"}


@get([f"/exports/{kind}.csv" for kind in FREE], access=Access.MARKETER)
async def export(request: AnyRequest, database: Database) -> Response[Any]:
    return await _file(database, _kind(request), Format.CSV, "\N{BOM}")


@get([f"/exports/{kind}.csv" for kind in _OTHERS], access=Access.OWNER)
async def export_people(
    request: AnyRequest, database: Database, writer: Writer, user: User
) -> Response[Any]:
    kind = _kind(request)
    await writer.run(lambda session: record(session, user, "exported", kind.value))
    return await _file(database, kind, Format.CSV, "\N{BOM}")


@get(
    [f"/api/v1/exports/{kind}" for kind in Kind],
    scope=Scope.EXPORT,
    tags=["Exports"],
    **API,
)
async def export_for_program(
    request: AnyRequest,
    database: Database,
    writer: Writer,
    program: Program,
    format: Format = Format.CSV,
) -> Response[Any]:
    """All rows, as CSV (no cell is a formula) or a JSON object a line. What people said, and who
    the partners are, only for a token of an owner."""
    kind = _kind(request)
    if kind not in FREE and program.user.role is not Role.OWNER:
        raise NotAllowed("Only a token of an owner may export this.")
    who = f"token:{program.token.name}"
    await writer.run(lambda session: record(session, who, "exported", kind.value))
    return await _file(database, kind, format, "")


def _kind(request: AnyRequest) -> Kind:
    return Kind(PurePosixPath(request.url.path).stem)


async def _file(database: Database, kind: Kind, format: Format, before: str) -> Response[Any]:
    """Written to a file that has no name first: the table may be larger than the memory."""

    def write() -> BinaryIO:
        file: Any = tempfile.TemporaryFile()  # noqa: SIM115  # `_chunks` closes it, later
        file.write(before.encode())
        with database.reading() as session:
            for line in lines(session, kind, format):
                file.write(line.encode("utf-8", "replace") + b"\r\n")
        file.seek(0)
        return file  # type: ignore[no-any-return]  # what `tempfile` gives

    file = await sync_to_thread(write)
    name = f"{kind}.{format}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Stream(lambda: _chunks(file), media_type=_TYPES[format], headers=headers)


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while chunk := file.read(_CHUNK):
            yield chunk


routes = [export, export_people, export_for_program]
