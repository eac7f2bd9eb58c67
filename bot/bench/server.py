"""A web server for the measurement, in a process of its own.

Prints its port. ``Hubbub`` is the whole web face over SQLite, as ``--role web`` would be;
``Starlette`` only checks the signature and reads the JSON.
"""

import asyncio
import hmac
import json
import socket
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import uvicorn

from adapters.sandbox.translate import SIGNATURE
from bot import logs
from bot.main import Hubbub, routes
from bot.settings import load
from bot.web.app import create_app

PATH, SECRET = "/webhooks/sandbox", "a secret for measuring"


def ours(folder: Path) -> Any:
    hubbub = Hubbub(load(data=folder, networks={"sandbox": {"secret": SECRET}}))
    hubbub.open()
    return create_app(routes(hubbub.plugins, hubbub.house), hubbub.house)


def starlette(_folder: Path) -> Any:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route

    async def accept(request: Request) -> PlainTextResponse:
        body = await request.body()
        right = "sha256=" + hmac.new(SECRET.encode(), body, sha256).hexdigest()
        if not hmac.compare_digest(request.headers.get(SIGNATURE, ""), right):
            return PlainTextResponse("no", status_code=403)
        json.loads(body)
        return PlainTextResponse("ok")

    return Starlette(routes=[Route(PATH, accept, methods=["POST"])])


def main(name: str, folder: str) -> None:
    logs.set_up(level="error")
    app = {"Hubbub": ours, "Starlette": starlette}[name](Path(folder))
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        sys.stdout.write(f"{listener.getsockname()[1]}\n")
        sys.stdout.flush()
        config = uvicorn.Config(app, log_config=None, access_log=False, server_header=False)
        asyncio.run(uvicorn.Server(config).serve(sockets=[listener]))
